"""Model A, the death spiral: demand, supplier confidence and the firm's delivery capability.

Suppliers believe in a maker that grows and put it first; a maker they doubt is served last, cannot
fill its orders, loses buyers, and so confirms the doubt. A supply team raises delivery capability
and so weakens the loop's dependence on being believed in. A quarterly map::

    f = min(1, F₀ + ΔF·K)                own share of orders that needs no goodwill
    F = [f + (1 − f)·c]·(1 − x)          fill rate
    S = D·F                              shipments
    ĝ ← ĝ + [ln(S/S₋₁) − ĝ]/τ_g          growth as suppliers see it
    D ← D·exp[n + u − λ(1 − F)]          demand
    c ← c + {σ[k(ĝ − g₀)] − c}/τ         suppliers' confidence, σ the logistic function
    K ← K + (I − K)/τ_K                  delivery capability

At rest c = σ(k[n − λ(1 − f)(1 − c) − g₀]). With a = kλ(1 − f) a trap exists only if a > 4, between
the folds of n(c) = g₀ + [ln(c/(1 − c)) − ac + a]/k at c± = (1 ± √(1 − 4/a))/2.

After Sterman (1989, 2000) on delays and misperceived feedback, Rudolph and Repenning (2002) on
tipping under pressure, and Repenning and Sterman (2001) on capability traps. Portable: see
``_portable``. The map is written once for floats and for arrays of draws.
"""

import math

from casekit.models._portable import SCALARS, Scalars, choice, number, results

NAME = "death-spiral"
TITLE = "The death spiral"
SUMMARY = (
    "Suppliers back a maker that grows. When growth fades they ration it, orders go unfilled, "
    "buyers leave, and growth fades further. A supply team lifts the share of orders that can be "
    "filled without the suppliers' goodwill."
)
EQUATIONS = (
    ("Own share of orders filled, whatever suppliers think", r"f = \min(1,\; F_0 + \Delta F\,K)"),
    ("Fill rate, with a shortage x", r"F = [f + (1-f)\,c]\,(1-x)"),
    ("Shipments", r"S = D\,F"),
    ("Growth as suppliers see it", r"\hat g \leftarrow \hat g + [\ln(S/S_{-1}) - \hat g]/\tau_g"),
    ("Demand", r"D \leftarrow D\,\exp[\,n + u - \lambda(1-F)\,]"),
    (
        "Suppliers' confidence",
        r"c \leftarrow c + \{\sigma[k(\hat g - g_0)] - c\}/\tau, \quad \sigma(z) = 1/(1+e^{-z})",
    ),
    ("Delivery capability", r"K \leftarrow K + (I - K)/\tau_K"),
    (
        "A trap exists only if a is above 4, for market growth between the two folds",
        r"a = k\lambda(1-f), \quad n(c) = g_0 + [\ln\tfrac{c}{1-c} - a c + a]/k, \quad "
        r"c_\pm = \tfrac12\left(1 \pm \sqrt{1-4/a}\right)",
    ),
)
LEAVES_OUT = (
    "Saturation of the phone market, so the year 2018 overshoots the record.",
    "Prices, rivals and stock in the channel: what is shipped counts as sold.",
    "When within a year the shortages and the news fell: their quarters are assumed, because the "
    "sources give months or years, not weeks.",
)
BREAKS = (
    "Suppliers read growth, not level: after a very deep fall a small rise looks like recovery, "
    "and a larger shock can rebound sooner than a smaller one.",
    "Far above the record: with no shortage and fast growth demand rises without bound.",
)
CALIBRATION = (
    "Seventeen parameters, set by eye so that a run resembles about as many quarters of mixed "
    "trackers. A resemblance is a plausible story, not evidence: a model without any supplier "
    "that lets demand fall and rise by the year fits about as well."
)
WORKS = ("sterman-1989", "sterman-2000", "rudolph-repenning-2002", "repenning-sterman-2001")

QUARTERS = tuple("%dQ%d" % (year, q) for year in range(2014, 2019) for q in range(1, 5))
SHORTAGE_QUARTERS = ("2016Q1", "2016Q2", "2016Q4", "2017Q1")
NEWS_QUARTERS = ("2016Q4", "2017Q1", "2017Q2")
NEVER = "never"
# For each quarter: its name, the parameter that holds its growth, and whether news or a shortage.
_CALENDAR = tuple(
    (
        quarter,
        {"2014": "growth_2014", "2015": "growth_2015"}.get(quarter[:4], "growth_2016_on"),
        quarter in NEWS_QUARTERS,
        quarter in SHORTAGE_QUARTERS,
    )
    for quarter in QUARTERS
)

_CALIBRATED = "calibrated by eye to the shipment record"

PARAMETERS = (
    choice(
        "team_start", "start", "Start the supply team in",
        "2016Q2", QUARTERS[4:] + (NEVER,), "quarter",
        "quarter in which the supply team starts to build delivery capability",
        "May 2016 in the founder's account (fact remedy-takeover)",
    ),
    number(
        "team_effort", "I", "Put this much effort into the team",
        1.0, (0.0, 1.0, 0.05), "share of full effort",
        "capability that the team builds up to in the long run",
        "scale: 1 is full effort",
    ),
    number(
        "demand_loss", "λ", "Buyers lost when an order goes unfilled",
        0.3, (0.0, 0.8, 0.01), "per quarter",
        "rate at which demand leaves per unit of unfilled share; loyalty is a low value",
        _CALIBRATED + "; mechanism: Sterman (2000)",
    ),
    number(
        "shock", "x", "Size of each component shortage",
        0.08, (0.0, 0.3, 0.01), "share of supply",
        "share of supply lost in 2016Q1, 2016Q2, 2016Q4 and 2017Q1",
        _CALIBRATED + "; two episodes in the letter of July 2017",
    ),
    number(
        "news", "u", "Lift from new products",
        0.15, (0.0, 0.4, 0.01), "per quarter",
        "extra demand growth in 2016Q4, 2017Q1 and 2017Q2",
        _CALIBRATED,
    ),
    number(
        "base_fill", "F₀", "Orders filled without suppliers' goodwill",
        0.35, (0.05, 0.95, 0.01), "share of orders",
        "fill rate when suppliers have no confidence and no team works",
        _CALIBRATED,
    ),
    number(
        "fill_gain", "ΔF", "Orders the team can add to that",
        0.35, (0.0, 0.6, 0.01), "share of orders",
        "rise of that fill rate at full delivery capability; F₀ + ΔF is capped at 1",
        _CALIBRATED,
    ),
    number(
        "supplier_sensitivity", "k", "How sharply suppliers react to growth",
        50.0, (1.0, 120.0, 1.0), "quarters",
        "steepness of supplier confidence in perceived growth",
        _CALIBRATED,
    ),
    number(
        "growth_hurdle", "g₀", "Growth at which suppliers are in two minds",
        -0.02, (-0.15, 0.15, 0.005), "per quarter",
        "perceived growth at which supplier confidence tends to one half",
        _CALIBRATED,
    ),
    number(
        "confidence_delay", "τ", "Suppliers' delay in changing their mind",
        1.5, (1.0, 8.0, 0.5), "quarters",
        "adjustment time of supplier confidence",
        _CALIBRATED + "; mechanism: Sterman (1989)",
    ),
    number(
        "perception_delay", "τ_g", "Suppliers' delay in seeing growth",
        3.0, (1.0, 12.0, 0.5), "quarters",
        "smoothing time of perceived growth",
        _CALIBRATED + "; mechanism: Sterman (1989)",
    ),
    number(
        "capability_delay", "τ_K", "Delay until the team's work shows",
        1.5, (1.0, 12.0, 0.5), "quarters",
        "adjustment time of delivery capability",
        _CALIBRATED + "; mechanism: Repenning and Sterman (2001)",
    ),
    number(
        "growth_2014", "n₂₀₁₄", "Market and channel growth in 2014",
        0.07, (-0.1, 0.2, 0.005), "per quarter",
        "growth of demand in 2014 when every order is filled",
        _CALIBRATED,
    ),
    number(
        "growth_2015", "n₂₀₁₅", "Market and channel growth in 2015",
        0.02, (-0.1, 0.2, 0.005), "per quarter",
        "growth of demand in 2015 when every order is filled",
        _CALIBRATED,
    ),
    number(
        "growth_2016_on", "n", "Market and channel growth from 2016",
        0.06, (-0.1, 0.2, 0.005), "per quarter",
        "growth of demand from 2016 on when every order is filled",
        _CALIBRATED,
    ),
    number(
        "initial_demand", "D(0)", "Demand in 2014Q1",
        14.0, (1.0, 40.0, 0.5), "million units per quarter",
        "demand at the start",
        _CALIBRATED,
    ),
    number(
        "initial_confidence", "c(0)", "Supplier confidence in 2014Q1",
        0.75, (0.0, 1.0, 0.01), "1",
        "supplier confidence at the start, from 0 (none) to 1 (full)",
        _CALIBRATED,
    ),
)  # fmt: skip

RESULTS = results(
    "quarter",
    ("quarter", "t", "quarter", "calendar quarter"),
    ("shipments", "S", "million units per quarter", "phones shipped: demand times fill rate"),
    ("demand", "D", "million units per quarter", "phones that buyers want"),
    ("fill_rate", "F", "share of orders", "orders filled, from 0 (none) to 1 (all)"),
    ("confidence", "c", "1", "suppliers' confidence in the firm, from 0 (none) to 1 (full)"),
    ("capability", "K", "1", "the firm's own delivery capability, from 0 (none) to 1 (full)"),
    ("perceived_growth", "ĝ", "per quarter", "growth of shipments as suppliers see it"),
)


def _logistic(z):
    # Clipped so that exp never overflows; at 60 the logistic is 1 to the last bit.
    return 1.0 / (1.0 + math.exp(-min(max(z, -60.0), 60.0)))


def _own_fill(p, capability):
    return min(1.0, p["base_fill"] + p["fill_gain"] * capability)


def _stepper(p, ops):
    """Return one quarter of the map as a function; ``ops`` are floats' functions or arrays'."""
    exp, log, minimum = ops.exp, ops.log, ops.minimum
    F0, dF, lam = p["base_fill"], p["fill_gain"], p["demand_loss"]
    k, g0 = p["supplier_sensitivity"], p["growth_hurdle"]
    # Delays divide in every quarter; one division here instead.
    per_tau, per_tau_g, per_tau_K = (
        1.0 / p["confidence_delay"], 1.0 / p["perception_delay"], 1.0 / p["capability_delay"],
    )  # fmt: skip

    def step(D, c, K, ghat, S_before, n_and_u, x, I):
        f = minimum(1.0, F0 + dF * K)
        F = (1.0 - (1.0 - f) * (1.0 - c)) * (1.0 - x)
        S = D * F
        ghat = ghat + (log(S / S_before) - ghat) * per_tau_g
        # Within the bounds of the parameters the exponent stays below 600, far from overflow.
        sigma = 1.0 / (1.0 + exp(k * (g0 - ghat)))
        D_next = D * exp(n_and_u - lam * (1.0 - F))
        return F, S, ghat, D_next, c + (sigma - c) * per_tau, K + (I - K) * per_tau_K

    return step


def _path(p, ops):
    """Yield quarter, S, D, F, c, K, ĝ, one quarter after the other."""
    step = _stepper(p, ops)
    D, c, K, ghat = p["initial_demand"], p["initial_confidence"], 0.0, p["growth_2014"]
    # The firm comes from a quarter that was smaller by just the growth suppliers see in it.
    S = D * (1.0 - (1.0 - p["base_fill"]) * (1.0 - c)) * ops.exp(-ghat)
    news, shock, effort, start = p["news"], p["shock"], p["team_effort"], p["team_start"]
    for quarter, growth, has_news, is_short in _CALENDAR:
        F, S, ghat, D_next, c_next, K_next = step(
            D, c, K, ghat, S,
            p[growth] + news if has_news else p[growth],
            shock if is_short else 0.0,
            effort if start <= quarter else 0.0,
        )  # fmt: skip
        yield quarter, S, D, F, c, K, ghat
        D, c, K = D_next, c_next, K_next


def simulate(parameters: dict) -> dict:
    """Run the map over the twenty quarters from 2014Q1 to 2018Q4.

    Args:
        parameters: A value for every name in ``PARAMETERS``, within its bounds.

    Returns:
        One list of 20 values for every name in ``RESULTS``; values belong to the quarter itself,
        before the quarter's adjustments take effect.
    """
    columns = zip(*_path(parameters, SCALARS))
    return {result["name"]: list(column) for result, column in zip(RESULTS, columns)}


def annual_units(parameters: dict, ops: Scalars) -> dict:
    """Return the shipments of the years 2014 to 2018 in million units, by measure.

    Args:
        parameters: As for ``simulate``; numbers may be arrays of one length, one draw a place.
        ops: The numeric namespace: ``SCALARS``, or NumPy for arrays.
    """
    totals: dict = {}
    for row in _path(parameters, ops):
        year = "units_" + row[0][:4]
        totals[year] = totals[year] + row[1] if year in totals else row[1]
    return totals


def loop_gain(parameters: dict, capability: float = 0.0) -> float:
    """Return a = k·λ·(1 − f), the strength of the loop; below 4 there can be no trap.

    Args:
        parameters: A value for every name in ``PARAMETERS``.
        capability: Delivery capability K between 0 and 1.
    """
    f = _own_fill(parameters, capability)
    return parameters["supplier_sensitivity"] * parameters["demand_loss"] * (1.0 - f)


def growth_at_rest(parameters: dict, confidence: float, gain: float) -> float:
    """Return n(c), the market growth per quarter at which confidence c reproduces itself."""
    return _growth_at_odds(parameters, _log_odds(confidence), gain)


def _log_odds(confidence):
    return math.log(confidence / (1.0 - confidence))


def _growth_at_odds(p, odds, gain):
    return p["growth_hurdle"] + (odds + gain * _logistic(-odds)) / p["supplier_sensitivity"]


def _folds(gain):
    root = math.sqrt(1.0 - 4.0 / gain)
    return (1.0 - root) / 2.0, (1.0 + root) / 2.0


def trap_window(parameters: dict, capability: float = 0.0) -> tuple:
    """Return the edges (low, high) of market growth between which a trap exists, or ``()``.

    Between the edges the loop has two stable rest points, one with full and one with almost no
    supplier confidence, and an unstable one between them. Closed form: the folds of
    n(c) = g₀ + [ln(c/(1−c)) − a·c + a]/k at c± = (1 ± √(1 − 4/a))/2.
    """
    gain = loop_gain(parameters, capability)
    if gain <= 4.0:
        return ()
    low, high = _folds(gain)
    return growth_at_rest(parameters, high, gain), growth_at_rest(parameters, low, gain)


def rest_points(parameters: dict, capability: float = 0.0) -> list:
    """Return the values of supplier confidence at which the system can rest, in rising order.

    Market growth is ``growth_2016_on``; no shock, no news. One point, or three inside the window
    of :func:`trap_window`, the middle one unstable. Found by bisection between the folds, where
    n(c) is monotone.
    """
    gain = loop_gain(parameters, capability)
    # In log-odds, for a rest point may lie closer to 0 or 1 than confidence itself can express;
    # no parameters within bounds lead beyond 200.
    edges = [-200.0, 200.0]
    if gain > 4.0:
        low, high = _folds(gain)
        edges = [-200.0, _log_odds(low), _log_odds(high), 200.0]
    points = []
    for left, right in zip(edges[:-1], edges[1:]):
        if _too_high(parameters, left, gain) != _too_high(parameters, right, gain):
            points.append(_logistic(_bisect(parameters, left, right, gain)))
    return points


def _too_high(parameters, odds, gain):
    return _growth_at_odds(parameters, odds, gain) > parameters["growth_2016_on"]


def _bisect(parameters, left, right, gain):
    rising = _too_high(parameters, right, gain)
    for _ in range(100):
        middle = (left + right) / 2.0
        if _too_high(parameters, middle, gain) == rising:
            right = middle
        else:
            left = middle
    return (left + right) / 2.0


def units(parameters: dict, year: int) -> float:
    """Return the shipments of one calendar year in million units."""
    return annual_units(parameters, SCALARS)["units_%d" % year]


def with_start(parameters: dict, start: str) -> dict:
    """Return a copy of the parameters with the team starting in another quarter."""
    changed = dict(parameters)
    changed["team_start"] = start
    return changed


def latest_start(parameters: dict, goal: float = 100.0) -> str:
    """Return the last quarter in which the team may start and 2018 still reaches ``goal``.

    Args:
        parameters: A value for every name in ``PARAMETERS``.
        goal: Million units in 2018.

    Returns:
        A quarter, or ``"never"`` when no start reaches the goal. The last responsible moment in
        the sense that any later start misses it.
    """
    for start in reversed(QUARTERS[4:]):
        if units(with_start(parameters, start), 2018) >= goal:
            return start
    return NEVER


def _tipping_point(parameters):
    points = rest_points(parameters)
    return points[1] if len(points) == 3 else None


def _window_edge(parameters, edge):
    window = trap_window(parameters)
    return window[edge] if window else None


MEASURES = {
    "loop_gain": (
        loop_gain,
        "1",
        "strength a of the loop without a team; a trap needs more than 4",
    ),
    "loop_gain_with_team": (
        lambda p: loop_gain(p, p["team_effort"]),
        "1",
        "strength a of the loop once the team has built its full capability",
    ),
    "window_low": (
        lambda p: _window_edge(p, 0),
        "per quarter",
        "market growth below which only collapse remains, without a team",
    ),
    "window_high": (
        lambda p: _window_edge(p, 1),
        "per quarter",
        "market growth above which there is no trap, without a team",
    ),
    "trap_exists": (
        lambda p: len(rest_points(p)) == 3,
        "true or false",
        "whether collapse and health can both persist at the growth from 2016 on, without a team",
    ),
    "tipping_point": (
        _tipping_point,
        "1",
        "supplier confidence, from 0 to 1, below which the firm slides without a team",
    ),
    "healthy_confidence": (
        lambda p: rest_points(p)[-1],
        "1",
        "supplier confidence, from 0 to 1, at the upper rest point, without a team",
    ),
    "units_2014": (lambda p: units(p, 2014), "million units", "shipments of 2014"),
    "units_2015": (lambda p: units(p, 2015), "million units", "shipments of 2015"),
    "units_2016": (lambda p: units(p, 2016), "million units", "shipments of 2016"),
    "units_2017": (lambda p: units(p, 2017), "million units", "shipments of 2017"),
    "units_2018": (lambda p: units(p, 2018), "million units", "shipments of 2018"),
    "latest_start_100m": (
        latest_start,
        "quarter",
        "last quarter for the team to start if 2018 is to reach 100 million units",
    ),
}

# What a sweep works out for arrays of draws at once.
ARRAY_MEASURES = ("units_2014", "units_2015", "units_2016", "units_2017", "units_2018")
array_measures = annual_units
