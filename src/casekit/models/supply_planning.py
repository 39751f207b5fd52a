"""Model B, supply planning: how much to buy, how much to hold, and why orders swing and swell.

One story in four steps. A maker sells about μ million phones a month and buys the chip that limits
it. Money is RMB, time is months. Phones are counted in millions; in step 4 in ten thousands.

1. How much to buy once (the newsvendor). A unit short costs Cu, a unit left over Co, demand is
   normal with mean μ and standard deviation σ. Buy up to the critical ratio::

    Q* = μ + z*σ,   Φ(z*) = Cu/(Cu + Co),   C(Q*) = (Cu + Co)·σ·φ(z*)
    C(Q) = Cu·E[short] + Co·E[left over],   E[short] = σ·G(z),   E[left over] = σ·G(−z)
    G(z) = φ(z) − z·(1 − Φ(z)),   z = (Q − μ)/σ

2. How much to hold (order-up-to). An order placed at the end of a month arrives L whole months
   later. It must cover those and the month until the next order arrives, L + 1 in all::

    SS = z*·cv·μ·√(L + 1),   S = μ·(L + 1) + SS

3. Why orders swing (the bullwhip). Demand is D = μ + x with x ← ρx + noise. The planner forecasts
   by the mean f of the last p months and lets the pipeline follow the forecast, while the cover of
   the last month stays at μ + SS::

    S_t = L·f_t + μ + SS,   q_t = S_t − S_{t−1} + D_t = D_t + (L/p)(D_t − D_{t−p})
    Var q / Var D = 1 + (2L/p + 2L²/p²)(1 − ρᵖ)
    with exponential smoothing, months unrelated: 1 + 2Lα + 2L²α²/(2 − α)

   Where the safety stock too is estimated anew every month, this is a lower bound. The authors of
   the formula count the month between two orders into L; a planner who forecasts that month as
   well has L + 1 in the place of L. Orders may be negative in this theory: stock goes back.

4. Why orders swell (the rationing game). N buyers each need d and share a capacity K > d. If
   orders exceed it, proportional allocation gives a buyer K·o/(o + O), where the others order O::

    best reply   o = d·O/(K − d), but never below d
    N equal buyers: each round multiplies orders by d(N − 1)/(K − d), above 1 exactly if N·d > K

   Under uniform allocation (everyone up to an equal level) the truth o = d is a best reply.

After Arrow, Harris and Marschak (1951) on step 1, Chen, Drezner, Ryan and Simchi-Levi (2000) on
step 3, Lee, Padmanabhan and Whang (1997) and Cachon and Lariviere (1999) on step 4. Portable: see
``_portable``.
"""

import math

from casekit.models._portable import (
    Random,
    choice,
    normal_cdf,
    normal_pdf,
    normal_quantile,
    number,
    results,
)

NAME = "supply-planning"
TITLE = "Supply planning"
SUMMARY = (
    "A planner buys parts before demand is known, holds stock against a long lead time, and shares "
    "scarce capacity with other buyers. Shorter lead times and better forecasts cut the stock. "
    "Forecasting itself makes orders swing, and a shortage alone makes them swell."
)
EQUATIONS = (
    ("Order at which one more unit would gain as much as it would lose, on average",
     r"Q^* = \mu + z^*\sigma, \quad \Phi(z^*) = \frac{C_u}{C_u + C_o}"),
    ("Expected cost of that order", r"C(Q^*) = (C_u + C_o)\,\sigma\,\varphi(z^*)"),
    ("Expected cost of any order, from units short and units left over",
     r"C(Q) = C_u\,\sigma\,G(z) + C_o\,\sigma\,G(-z), \quad "
     r"G(z) = \varphi(z) - z\,[1-\Phi(z)], \quad z = \frac{Q-\mu}{\sigma}"),
    ("Safety stock and the level to order up to",
     r"SS = z^*\,\mathit{cv}\,\mu\sqrt{L+1}, \quad S = \mu\,(L+1) + SS"),
    ("Forecast, and the order that follows it",
     r"f_t = \frac1p\sum_{i=0}^{p-1} D_{t-i}, \quad q_t = L\,(f_t - f_{t-1}) + D_t"),
    ("Bullwhip: variance of orders over variance of demand",
     r"\frac{\mathrm{Var}\,q}{\mathrm{Var}\,D} "
     r"= 1 + \left(\frac{2L}{p} + \frac{2L^2}{p^2}\right)(1-\rho^p)"),
    ("Best reply to the others’ orders O under proportional allocation",
     r"o = \max\left(d,\; \frac{d\,O}{K-d}\right)"),
    ("Growth of orders per round among N equal buyers; above 1 exactly if Nd exceeds K",
     r"\frac{d\,(N-1)}{K-d}"),
)  # fmt: skip
LEAVES_OUT = (
    "Prices, discounts and minimum order sizes: every unit costs the same.",
    "Months that resemble each other, in the safety stock: it takes forecast errors of different "
    "months as independent, whatever ρ is.",
    "Lost customers and the cost of holding: in steps 2 and 3 a buyer who finds no phone waits, "
    "and what is left is sold later. The safety stock nonetheless takes its chance to cover demand "
    "from the two costs of the single order.",
    "Suppliers who favour buyers they trust: capacity goes by a rule, not by confidence as in the "
    "death spiral.",
    "Costs of ordering too much in the rationing game: an order that is cut back costs nothing.",
)
BREAKS = (
    "Orders may be negative: the theory lets a planner send stock back at no cost, so a swing in "
    "the simulation can be larger than any supplier would take.",
    "Normal demand has no floor: with a large spread around a small mean, a month can show less "
    "than none.",
    "Where a unit left over costs more than a unit short, the safety stock is negative: the "
    "planner means to run short more often than not.",
    "In the simulation both planners forecast by the same mean of past months; the better forecast "
    "with the team only cuts its stock. So stock runs out more often there than planned: at the "
    "defaults in about 36 of 100 months with the team and 32 without, where 30 were meant.",
    "Buyers who reply to each other have no resting point in a shortage under proportional "
    "allocation: after many rounds orders are absurd, where real buyers and suppliers would stop.",
    "Truth is a best reply under uniform allocation for buyers who serve separate markets; rivals "
    "for the same customers may still order more than they need.",
)
CALIBRATION = (
    "All values are illustrative, and the two costs are synthetic: no source in the data gives "
    "costs of a unit short or left over, lead times or forecast errors. A million phones a month "
    "is an order of magnitude: weak reports of spring 2016 put the capacity for three phones of "
    "three makers between 0.7 and 2 million a month (facts mi5-output-monthly, "
    "mate8-output-monthly, r9-output-monthly). Two buyers of the default size need that million "
    "together. The spread of demand and the forecast error fit each other: a mean of four "
    "unrelated months with spread 0.25 misses the next month by 0.28. Read directions and ratios "
    "from this model, not amounts of money."
)
WORKS = (
    "arrow-harris-marschak-1951",
    "lee-padmanabhan-whang-1997",
    "cachon-lariviere-1999",
    "chen-drezner-ryan-simchi-levi-2000",
)
STOCHASTIC = True

PROPORTIONAL, UNIFORM = "proportional", "uniform"
MONTHS = 36
# Months before those shown: the longest forecast window and the longest pipeline.
WARM_UP = 24

_ILLUSTRATIVE = "illustrative"
_SYNTHETIC = "illustrative; a synthetic cost"
_MILLION = "million units"
_MONTHLY = "million units per month"
_WAN = "ten thousand units per month"

PARAMETERS = (
    number("underage_cost", "Cu", "Cost of a phone you could have sold but did not have",
           350.0, (50.0, 1000.0, 10.0), "RMB per unit",
           "margin and goodwill lost for each unit of demand not covered", _SYNTHETIC),
    number("overage_cost", "Co", "Cost of a phone you bought and did not sell",
           150.0, (50.0, 1000.0, 10.0), "RMB per unit",
           "loss on each unit left over", _SYNTHETIC),
    number("mean_demand", "μ", "Expect this demand",
           1.0, (0.6, 3.0, 0.1), _MONTHLY,
           "mean demand of a month; the single order is for one month", _ILLUSTRATIVE),
    number("demand_sd", "σ", "Spread of demand around it",
           0.25, (0.05, 0.35, 0.01), _MONTHLY,
           "standard deviation of the demand of a month", _ILLUSTRATIVE),
    number("lead_time", "L", "Wait for parts without the team",
           4, (1, 12, 1), "months",
           "months from order to receipt without the supply team", _ILLUSTRATIVE, whole=True),
    number("lead_time_team", "L_T", "Wait for parts with the team",
           2, (1, 12, 1), "months",
           "months from order to receipt with the supply team", _ILLUSTRATIVE, whole=True),
    number("forecast_error", "cv", "Error of a month’s forecast without the team",
           0.30, (0.05, 0.60, 0.01), "share of mean demand",
           "standard deviation of a month’s forecast error, without the team", _ILLUSTRATIVE),
    number("forecast_error_team", "cv_T", "Error of a month’s forecast with the team",
           0.20, (0.05, 0.60, 0.01), "share of mean demand",
           "standard deviation of a month’s forecast error, with the team", _ILLUSTRATIVE),
    number("autocorrelation", "ρ", "How much one month’s demand resembles the last",
           0.0, (-0.5, 0.9, 0.1), "1",
           "correlation of the demand of one month with that of the last", _ILLUSTRATIVE),
    number("window", "p", "Forecast from the mean of this many months",
           4, (1, 12, 1), "months",
           "number of past months in the moving average", _ILLUSTRATIVE, whole=True),
    number("capacity", "K", "What the supplier can make",
           90.0, (60.0, 300.0, 5.0), _WAN,
           "capacity that the buyers share", _ILLUSTRATIVE),
    number("need", "d", "What each buyer truly needs",
           50.0, (10.0, 50.0, 1.0), _WAN,
           "what each buyer wants to receive; always less than the capacity", _ILLUSTRATIVE),
    number("buyers", "N", "Number of buyers of equal size",
           2, (2, 6, 1), "buyers",
           "buyers who share the capacity", _ILLUSTRATIVE, whole=True),
    number("rounds", "T", "Rounds in which buyers reply to each other",
           4, (1, 8, 1), "rounds",
           "how often every buyer revises its order in reply to the last round", _ILLUSTRATIVE,
           whole=True),
    choice("allocation", "R", "How the supplier shares a shortage",
           PROPORTIONAL, (PROPORTIONAL, UNIFORM), "rule",
           "in proportion to orders, or everyone up to an equal level",
           "mechanisms: Cachon and Lariviere (1999)"),
)  # fmt: skip

RESULTS = (
    results(
        "month",
        ("month", "t", "month", "month of the simulation, from 1"),
        ("demand", "D", _MONTHLY, "demand of the month; one path for both planners"),
        ("forecast", "f", _MONTHLY, "mean demand of the last p months, at the end of the month"),
        ("order", "q", _MONTHLY, "order at the end of the month, without the team"),
        ("receipts", "r", _MONTHLY, "units that arrive at its start, without the team"),
        ("inventory", "I", _MILLION, "stock at its end less unfilled demand, without the team"),
        ("order_team", "q_T", _MONTHLY, "order at the end of the month, with the team"),
        ("receipts_team", "r_T", _MONTHLY, "units that arrive at its start, with the team"),
        ("inventory_team", "I_T", _MILLION, "stock at its end less unfilled demand, with the team"),
    )
    + results(
        "round",
        ("round", "n", "round", "round of the rationing game; 0 is the truth"),
        ("buyer_order", "o", _WAN, "what each buyer orders"),
        ("buyer_received", "A", _WAN, "what each buyer is allocated"),
    )
    + results(
        "order_quantity",
        ("order_quantity", "Q", _MILLION, "single order, half to one and a half of the best one"),
        ("mismatch_cost", "C", "RMB million", "expected cost of units short and units left over"),
        ("units_short", "E[D − Q]⁺", _MILLION, "expected demand that the order does not cover"),
        ("units_left_over", "E[Q − D]⁺", _MILLION, "expected units not sold"),
    )
)


# 1. How much to buy once ----------------------------------------------------------------------


def critical_ratio(cu: float, co: float) -> float:
    """Return Cu/(Cu + Co), the probability with which the best order covers demand."""
    return cu / (cu + co)


def newsvendor(cu: float, co: float, mean: float, sd: float) -> tuple:
    """Return the best single order Q* = μ + z*σ and its expected cost (Cu + Co)·σ·φ(z*).

    Args:
        cu: Cost of a unit short.
        co: Cost of a unit left over, in the same money.
        mean: Mean demand.
        sd: Standard deviation of demand, normal, in the same units.
    """
    z = normal_quantile(critical_ratio(cu, co))
    return mean + z * sd, (cu + co) * sd * normal_pdf(z)


def _loss(z):
    return normal_pdf(z) - z * normal_cdf(-z)


def expected_short(quantity: float, mean: float, sd: float) -> float:
    """Return E[max(D − Q, 0)] = σ·G(z), the units of normal demand that an order leaves unmet."""
    return sd * _loss((quantity - mean) / sd)


def expected_left_over(quantity: float, mean: float, sd: float) -> float:
    """Return E[max(Q − D, 0)] = σ·G(−z), the units of an order that normal demand leaves."""
    return sd * _loss((mean - quantity) / sd)


def _order_curve(p):
    cu, co, mean, sd = p["underage_cost"], p["overage_cost"], p["mean_demand"], p["demand_sd"]
    best, _cost = newsvendor(cu, co, mean, sd)
    # In steps of a fortieth, so that the best order itself is the point in the middle.
    quantity = [best * (1.0 + step / 40.0) for step in range(-20, 21)]
    short = [expected_short(q, mean, sd) for q in quantity]
    left = [expected_left_over(q, mean, sd) for q in quantity]
    return quantity, [cu * s + co * o for s, o in zip(short, left)], short, left


# 2. How much to hold --------------------------------------------------------------------------


def safety_stock(z: float, cv: float, mean: float, lead_time: float) -> float:
    """Return SS = z·cv·μ·√(L + 1), in the units of mean demand.

    Args:
        z: Standard normal quantile of the wanted probability to cover demand.
        cv: Standard deviation of a month's forecast error over mean demand.
        mean: Mean demand of a month.
        lead_time: Months L from order to receipt.
    """
    return z * cv * mean * math.sqrt(lead_time + 1.0)


def _safety_stock(p, team=""):
    z = normal_quantile(critical_ratio(p["underage_cost"], p["overage_cost"]))
    cv, lead_time = p["forecast_error" + team], p["lead_time" + team]
    return safety_stock(z, cv, p["mean_demand"], lead_time)


def _level(p, team=""):
    return p["mean_demand"] * (p["lead_time" + team] + 1) + _safety_stock(p, team)


def _ratio_by_lead_time(p):
    return math.sqrt((p["lead_time_team"] + 1.0) / (p["lead_time"] + 1.0))


def _ratio_by_forecast(p):
    return p["forecast_error_team"] / p["forecast_error"]


def _cut(ratio):
    # The quantile and mean demand cancel, so there is a cut even where the stock is zero.
    return 100.0 * (1.0 - ratio)


# 3. Why orders swing --------------------------------------------------------------------------


def bullwhip_bound(lead_time: float, window: int, rho: float = 0.0) -> float:
    """Return 1 + (2L/p + 2L²/p²)(1 − ρᵖ), the least variance of orders over that of demand.

    Exact where the safety stock stays the same, as in ``simulate``.

    Args:
        lead_time: Months L of demand that the forecast stands for.
        window: Months p in the moving average.
        rho: Autocorrelation ρ of demand, between −1 and 1.
    """
    share = lead_time / window
    return 1.0 + (2.0 * share + 2.0 * share * share) * (1.0 - rho**window)


def bullwhip_smoothing(lead_time: float, alpha: float) -> float:
    """Return 1 + 2Lα + 2L²α²/(2 − α), the same for exponential smoothing, months unrelated.

    Args:
        lead_time: Months L of demand that the forecast stands for.
        alpha: Weight α of the newest month, between 0 and 1.
    """
    lift = lead_time * alpha
    return 1.0 + 2.0 * lift + 2.0 * lift * lift / (2.0 - alpha)


def demand_path(mean: float, sd: float, rho: float, months: int, draws: Random) -> list:
    """Return months of demand D = μ + x, x ← ρx + noise, with standard deviation σ throughout."""
    x = sd * draws.normal()
    noise = sd * math.sqrt(1.0 - rho * rho)
    path = [mean + x]
    while len(path) < months:
        x = rho * x + noise * draws.normal()
        path.append(mean + x)
    return path


def moving_average(demand: list, window: int) -> list:
    """Return for every month the mean of the last p months, or of as many as there are."""
    means = []
    for end in range(1, len(demand) + 1):
        recent = demand[max(0, end - window) : end]
        total = 0.0
        for D in recent:
            total += D
        means.append(total / len(recent))
    return means


def order_up_to(demand: list, forecast: list, lead_time: int, cover: float) -> tuple:
    """Return orders, receipts and net inventory of a planner who orders up to S = L·f + cover.

    An order at the end of month t arrives at the start of month t + L + 1. Net inventory is stock
    less unfilled demand; orders may be negative. The start is as after many months in which demand
    was the first forecast.

    Args:
        demand: Demand of every month.
        forecast: Forecast at the end of every month of the demand of one month.
        lead_time: Months L from order to receipt.
        cover: Part of the level that does not follow the forecast.
    """
    on_order = [forecast[0]] * (lead_time + 1)
    stock = cover - forecast[0]
    position = lead_time * forecast[0] + cover
    orders, receipts, inventory = [], [], []
    for D, f in zip(demand, forecast):
        receipts.append(on_order.pop(0))
        stock += receipts[-1] - D
        level = lead_time * f + cover
        orders.append(level - (position - D))
        position = level
        on_order.append(orders[-1])
        inventory.append(stock)
    return orders, receipts, inventory


def _bench(p, draws):
    """Return the columns over months: one demand path, planned without and with the team."""
    mean, months = p["mean_demand"], WARM_UP + MONTHS
    demand = demand_path(mean, p["demand_sd"], p["autocorrelation"], months, draws)
    forecast = moving_average(demand, p["window"])
    columns = (demand, forecast)
    for team in ("", "_team"):
        cover = mean + _safety_stock(p, team)
        columns += order_up_to(demand, forecast, p["lead_time" + team], cover)
    return [list(range(1, MONTHS + 1))] + [column[WARM_UP:] for column in columns]


def _bullwhip(p, team=""):
    return bullwhip_bound(p["lead_time" + team], p["window"], p["autocorrelation"])


# 4. Why orders swell --------------------------------------------------------------------------


def _total(orders):
    total = 0.0
    for order in orders:
        total += order
    return total


def proportional(orders: list, capacity: float) -> list:
    """Return what each buyer receives if a shortage is shared in proportion to orders."""
    total = _total(orders)
    if total <= capacity:
        return list(orders)
    return [capacity * (order / total) for order in orders]


def uniform(orders: list, capacity: float) -> list:
    """Return what each buyer receives if a shortage is shared up to an equal level.

    Small orders are filled; whoever ordered more receives an equal share of what is left.
    """
    if _total(orders) <= capacity:
        return list(orders)
    received = [0.0] * len(orders)
    left, waiting = capacity, len(orders)
    for order, buyer in sorted(zip(orders, range(len(orders)))):
        received[buyer] = min(order, left / waiting)
        left -= received[buyer]
        waiting -= 1
    return received


def best_reply(need: float, others: float, capacity: float, rule: str = PROPORTIONAL) -> float:
    """Return the order with which a buyer receives as nearly as possible what it needs.

    Args:
        need: Quantity d that the buyer wants to receive, less than the capacity.
        others: Sum O of all other orders.
        capacity: Capacity K.
        rule: ``"proportional"`` or ``"uniform"``.
    """
    if rule == UNIFORM:
        return need
    return max(need, need * others / (capacity - need))


def inflation(need: float, capacity: float, buyers: int) -> float:
    """Return d(N − 1)/(K − d), by which equal buyers multiply orders per round if it exceeds 1."""
    return need * (buyers - 1) / (capacity - need)


def _game(p):
    """Return the columns over rounds; all buyers revise at once, from the truth on."""
    K, d, N, rule = p["capacity"], p["need"], p["buyers"], p["allocation"]
    allocate = uniform if rule == UNIFORM else proportional
    order = d
    rounds, ordered, received = [], [], []
    for n in range(p["rounds"] + 1):
        rounds.append(n)
        ordered.append(order)
        received.append(allocate([order] * N, K)[0])
        order = best_reply(d, (N - 1) * order, K, rule)
    return rounds, ordered, received


def _growth(p):
    if p["allocation"] == UNIFORM:
        return 1.0
    return max(1.0, inflation(p["need"], p["capacity"], p["buyers"]))


def _last_order(p):
    return _game(p)[1][-1]


def simulate(parameters: dict, draws: Random) -> dict:
    """Plan 36 months, play the rationing game, and price single orders around the best one.

    Args:
        parameters: A value for every name in ``PARAMETERS``, within its bounds.
        draws: Source of draws; the same demand path whatever the planner does.

    Returns:
        One list for every name in ``RESULTS``: 36 values over months, one per round and one for
        the truth before it, 41 over order quantities.
    """
    columns = _bench(parameters, draws) + list(_game(parameters)) + list(_order_curve(parameters))
    return {result["name"]: column for result, column in zip(RESULTS, columns)}


def _newsvendor(p):
    return newsvendor(p["underage_cost"], p["overage_cost"], p["mean_demand"], p["demand_sd"])


MEASURES = {
    "critical_ratio": (lambda p: critical_ratio(p["underage_cost"], p["overage_cost"]), "1",
                       "probability with which the best single order covers demand"),
    "best_order": (lambda p: _newsvendor(p)[0], _MILLION,
                   "single order with the least expected cost"),
    "expected_cost": (lambda p: _newsvendor(p)[1], "RMB million",
                      "expected cost of units short and left over at the best single order"),
    "safety_stock": (_safety_stock, _MILLION, "safety stock without the team"),
    "safety_stock_team": (lambda p: _safety_stock(p, "_team"), _MILLION,
                          "safety stock with the team"),
    "safety_stock_cut_pct": (
        lambda p: _cut(_ratio_by_lead_time(p) * _ratio_by_forecast(p)), "percent",
        "cut of the size of the safety stock by the team; negative where the size grows"),
    "cut_by_lead_time_pct": (lambda p: _cut(_ratio_by_lead_time(p)), "percent",
                             "the same by the team’s lead time alone"),
    "cut_by_forecast_pct": (lambda p: _cut(_ratio_by_forecast(p)), "percent",
                            "the same by the team’s forecast alone"),
    "order_up_to_level": (_level, _MILLION, "mean level to order up to, without the team"),
    "order_up_to_level_team": (lambda p: _level(p, "_team"), _MILLION,
                               "mean level to order up to, with the team"),
    "bullwhip": (_bullwhip, "1", "variance of orders over variance of demand, without the team"),
    "bullwhip_team": (lambda p: _bullwhip(p, "_team"), "1",
                      "variance of orders over variance of demand, with the team"),
    "rationing_inflation": (_growth, "1", "factor by which each round multiplies orders under the "
                            "chosen rule; at 1 buyers order what they need"),
    "order_after_rounds": (_last_order, _WAN, "order of each buyer after the last round"),
    "phantom_share_pct": (lambda p: 100.0 * (1.0 - p["need"] / _last_order(p)), "percent",
                          "share of the orders after the last round that nobody needs"),
    "received_after_rounds": (lambda p: _game(p)[2][-1], _WAN,
                              "what each buyer receives after the last round"),
    "smallest_capacity_without_inflation": (
        lambda p: p["buyers"] * p["need"], _WAN,
        "capacity from which no buyer gains by ordering more than it needs under proportional "
        "allocation, N·d"),
}  # fmt: skip
