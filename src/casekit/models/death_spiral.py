"""Model A, the death spiral: demand, supplier confidence and the firm's delivery capability.

A quarterly map. Suppliers believe in a maker that grows and put it first; a maker they doubt is
served last, cannot fill its orders, loses buyers, and so confirms the doubt. A supply team raises
delivery capability and so weakens the loop's dependence on being believed in.

The structure follows Sterman (1989, 2000) on perception delays and misperceived feedback, Rudolph
and Repenning (2002) on tipping under pressure, and Repenning and Sterman (2001) on capability
traps. The parameter values are a calibration by eye: a run that resembles the record is a
plausible story, not evidence.

This file is portable: plain Python on ``math`` alone, so that the same file runs in CPython and in
MicroPython. Hence no imports of ours, no dataclasses and no typing module.
"""

import math

NAME = "death-spiral"
TITLE = "The death spiral"
SUMMARY = (
    "Suppliers back a maker that grows. When growth fades they ration it, orders go unfilled, "
    "buyers leave, and growth fades further. A supply team lifts the share of orders that can be "
    "filled without the suppliers' goodwill."
)
LIMITS = (
    "The phone market never saturates, so the year 2018 overshoots the record.",
    "Suppliers read growth, not level: after a very deep fall a small rise looks like recovery, "
    "and a larger shock can rebound sooner than a smaller one.",
    "The timing of the shortages and of the product news is assumed; the sources give months or "
    "years, not weeks.",
    "With this many free parameters a resemblance to the record is a plausible story, not "
    "evidence.",
)

QUARTERS = tuple("%dQ%d" % (year, q) for year in range(2014, 2019) for q in range(1, 5))
SHORTAGE_QUARTERS = ("2016Q1", "2016Q2", "2016Q4", "2017Q1")
NEWS_QUARTERS = ("2016Q4", "2017Q1", "2017Q2")
NEVER = "never"

_CALIBRATED = "calibrated by eye to the shipment record"

PARAMETERS = (
    {
        "name": "team_start",
        "symbol": "start",
        "label": "Start the supply team in",
        "default": "2016Q2",
        "options": QUARTERS[4:] + (NEVER,),
        "unit": "quarter",
        "meaning": "quarter in which the supply team starts to build delivery capability",
        "source": "May 2016 in the founder's account (fact remedy-takeover)",
    },
    {
        "name": "team_effort",
        "symbol": "I",
        "label": "Put this much effort into the team",
        "default": 1.0,
        "low": 0.0,
        "high": 1.0,
        "step": 0.05,
        "unit": "share of full effort",
        "meaning": "capability that the team builds up to in the long run",
        "source": "scale: 1 is full effort",
    },
    {
        "name": "demand_loss",
        "symbol": "λ",
        "label": "Buyers lost when an order goes unfilled",
        "default": 0.30,
        "low": 0.0,
        "high": 0.8,
        "step": 0.01,
        "unit": "per quarter",
        "meaning": "rate at which demand leaves per unit of unfilled share; loyalty is a low value",
        "source": _CALIBRATED + "; mechanism: Sterman (2000)",
    },
    {
        "name": "shock",
        "symbol": "x",
        "label": "Size of each component shortage",
        "default": 0.08,
        "low": 0.0,
        "high": 0.30,
        "step": 0.01,
        "unit": "share of supply",
        "meaning": "share of supply lost in 2016Q1, 2016Q2, 2016Q4 and 2017Q1",
        "source": _CALIBRATED + "; two episodes in the letter of July 2017",
    },
    {
        "name": "news",
        "symbol": "u",
        "label": "Lift from new products",
        "default": 0.15,
        "low": 0.0,
        "high": 0.40,
        "step": 0.01,
        "unit": "per quarter",
        "meaning": "extra demand growth in 2016Q4, 2017Q1 and 2017Q2",
        "source": _CALIBRATED,
    },
    {
        "name": "base_fill",
        "symbol": "F₀",
        "label": "Orders filled without suppliers' goodwill",
        "default": 0.35,
        "low": 0.05,
        "high": 0.95,
        "step": 0.01,
        "unit": "share of orders",
        "meaning": "fill rate when suppliers have no confidence and no team works",
        "source": _CALIBRATED,
    },
    {
        "name": "fill_gain",
        "symbol": "ΔF",
        "label": "Orders the team can add to that",
        "default": 0.35,
        "low": 0.0,
        "high": 0.6,
        "step": 0.01,
        "unit": "share of orders",
        "meaning": "rise of that fill rate at full delivery capability; F₀ + ΔF is capped at 1",
        "source": _CALIBRATED,
    },
    {
        "name": "supplier_sensitivity",
        "symbol": "k",
        "label": "How sharply suppliers react to growth",
        "default": 50.0,
        "low": 1.0,
        "high": 120.0,
        "step": 1.0,
        "unit": "quarters",
        "meaning": "steepness of supplier confidence in perceived growth",
        "source": _CALIBRATED,
    },
    {
        "name": "growth_hurdle",
        "symbol": "g₀",
        "label": "Growth at which suppliers are in two minds",
        "default": -0.02,
        "low": -0.15,
        "high": 0.15,
        "step": 0.005,
        "unit": "per quarter",
        "meaning": "perceived growth at which supplier confidence tends to one half",
        "source": _CALIBRATED,
    },
    {
        "name": "confidence_delay",
        "symbol": "τ",
        "label": "Suppliers' delay in changing their mind",
        "default": 1.5,
        "low": 1.0,
        "high": 8.0,
        "step": 0.5,
        "unit": "quarters",
        "meaning": "adjustment time of supplier confidence",
        "source": _CALIBRATED + "; mechanism: Sterman (1989)",
    },
    {
        "name": "perception_delay",
        "symbol": "τ_g",
        "label": "Suppliers' delay in seeing growth",
        "default": 3.0,
        "low": 1.0,
        "high": 12.0,
        "step": 0.5,
        "unit": "quarters",
        "meaning": "smoothing time of perceived growth",
        "source": _CALIBRATED + "; mechanism: Sterman (1989)",
    },
    {
        "name": "capability_delay",
        "symbol": "τ_K",
        "label": "Delay until the team's work shows",
        "default": 1.5,
        "low": 1.0,
        "high": 12.0,
        "step": 0.5,
        "unit": "quarters",
        "meaning": "adjustment time of delivery capability",
        "source": _CALIBRATED + "; mechanism: Repenning and Sterman (2001)",
    },
    {
        "name": "growth_2014",
        "symbol": "n₂₀₁₄",
        "label": "Market and channel growth in 2014",
        "default": 0.07,
        "low": -0.10,
        "high": 0.20,
        "step": 0.005,
        "unit": "per quarter",
        "meaning": "growth of demand in 2014 when every order is filled",
        "source": _CALIBRATED,
    },
    {
        "name": "growth_2015",
        "symbol": "n₂₀₁₅",
        "label": "Market and channel growth in 2015",
        "default": 0.02,
        "low": -0.10,
        "high": 0.20,
        "step": 0.005,
        "unit": "per quarter",
        "meaning": "growth of demand in 2015 when every order is filled",
        "source": _CALIBRATED,
    },
    {
        "name": "growth_2016_on",
        "symbol": "n",
        "label": "Market and channel growth from 2016",
        "default": 0.06,
        "low": -0.10,
        "high": 0.20,
        "step": 0.005,
        "unit": "per quarter",
        "meaning": "growth of demand from 2016 on when every order is filled",
        "source": _CALIBRATED,
    },
    {
        "name": "initial_demand",
        "symbol": "D(0)",
        "label": "Demand in 2014Q1",
        "default": 14.0,
        "low": 1.0,
        "high": 40.0,
        "step": 0.5,
        "unit": "million units per quarter",
        "meaning": "demand at the start",
        "source": _CALIBRATED,
    },
    {
        "name": "initial_confidence",
        "symbol": "c(0)",
        "label": "Supplier confidence in 2014Q1",
        "default": 0.75,
        "low": 0.0,
        "high": 1.0,
        "step": 0.01,
        "unit": "1",
        "meaning": "supplier confidence at the start, from 0 (none) to 1 (full)",
        "source": _CALIBRATED,
    },
)

RESULTS = (
    {"name": "quarter", "symbol": "t", "unit": "quarter", "meaning": "calendar quarter"},
    {
        "name": "shipments",
        "symbol": "S",
        "unit": "million units per quarter",
        "meaning": "phones shipped: demand times fill rate",
    },
    {
        "name": "demand",
        "symbol": "D",
        "unit": "million units per quarter",
        "meaning": "phones that buyers want",
    },
    {
        "name": "fill_rate",
        "symbol": "F",
        "unit": "share of orders",
        "meaning": "orders filled, from 0 (none) to 1 (all)",
    },
    {
        "name": "confidence",
        "symbol": "c",
        "unit": "1",
        "meaning": "suppliers' confidence in the firm, from 0 (none) to 1 (full)",
    },
    {
        "name": "capability",
        "symbol": "K",
        "unit": "1",
        "meaning": "the firm's own delivery capability, from 0 (none) to 1 (full)",
    },
    {
        "name": "perceived_growth",
        "symbol": "ĝ",
        "unit": "per quarter",
        "meaning": "growth of shipments as suppliers see it",
    },
)


def _clip(value: float, low: float, high: float) -> float:
    return min(max(value, low), high)


def _logistic(x: float) -> float:
    # Clipped so that exp never overflows; at 60 the logistic is 1 to the last bit.
    return 1.0 / (1.0 + math.exp(-_clip(x, -60.0, 60.0)))


def _own_fill(p: dict, capability: float) -> float:
    return min(1.0, p["base_fill"] + p["fill_gain"] * capability)


def _growth(p: dict, quarter: str) -> float:
    year = quarter[:4]
    if year == "2014":
        return p["growth_2014"]
    return p["growth_2015"] if year == "2015" else p["growth_2016_on"]


def simulate(parameters: dict) -> dict:
    """Run the map over the twenty quarters from 2014Q1 to 2018Q4.

    Args:
        parameters: A value for every name in ``PARAMETERS``, within its bounds.

    Returns:
        One list of 20 values for every name in ``RESULTS``; values belong to the quarter itself,
        before the quarter's adjustments take effect.
    """
    p = parameters
    demand = p["initial_demand"]
    confidence = p["initial_confidence"]
    capability = 0.0
    perceived = p["growth_2014"]
    previous = None
    run: dict = {result["name"]: [] for result in RESULTS}
    for quarter in QUARTERS:
        lost = p["shock"] if quarter in SHORTAGE_QUARTERS else 0.0
        news = p["news"] if quarter in NEWS_QUARTERS else 0.0
        own = _own_fill(p, capability)
        # The floor keeps logarithms finite: a maker that still exists ships something.
        fill = _clip((own + (1.0 - own) * confidence) * (1.0 - lost), 0.02, 1.0)
        shipments = demand * fill
        if previous is not None:
            perceived += (math.log(shipments / previous) - perceived) / p["perception_delay"]
        for name, value in (
            ("quarter", quarter),
            ("shipments", shipments),
            ("demand", demand),
            ("fill_rate", fill),
            ("confidence", confidence),
            ("capability", capability),
            ("perceived_growth", perceived),
        ):
            run[name].append(value)
        demand *= math.exp(_growth(p, quarter) + news - p["demand_loss"] * (1.0 - fill))
        target = _logistic(p["supplier_sensitivity"] * (perceived - p["growth_hurdle"]))
        confidence += (target - confidence) / p["confidence_delay"]
        effort = p["team_effort"] if p["team_start"] <= quarter else 0.0
        capability += (effort - capability) / p["capability_delay"]
        previous = shipments
    return run


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


def _log_odds(confidence: float) -> float:
    return math.log(confidence / (1.0 - confidence))


def _growth_at_odds(p: dict, odds: float, gain: float) -> float:
    return p["growth_hurdle"] + (odds + gain * _logistic(-odds)) / p["supplier_sensitivity"]


def _folds(gain: float) -> tuple:
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


def _too_high(parameters: dict, odds: float, gain: float) -> bool:
    return _growth_at_odds(parameters, odds, gain) > parameters["growth_2016_on"]


def _bisect(parameters: dict, left: float, right: float, gain: float) -> float:
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
    run = simulate(parameters)
    total = 0.0
    for quarter, shipped in zip(run["quarter"], run["shipments"]):
        if quarter[:4] == str(year):
            total += shipped
    return total


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


def _tipping_point(parameters: dict) -> float:
    points = rest_points(parameters)
    return points[1] if len(points) == 3 else math.nan


def _window_edge(parameters: dict, edge: int) -> float:
    window = trap_window(parameters)
    return window[edge] if window else math.nan


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
