"""Model E, managing expectations: how much to promise, who believes it, what a market makes of it.

A promise G wins attention now and is held against the outcome O ~ N(μ, s²) later. Falling short
hurts more than beating it pleases. So the promise is a newsvendor's order: one point too few loses
a − β⁺, one too many β⁻ − a, and the ratio of the two sets the quantile. Payoff and its maximum, φ
and Φ the normal density and distribution, z = (G − μ)/s::

    π(G) = aG + β⁺·E(O − G)⁺ − β⁻·E(G − O)⁺
    E(G − O)⁺ = s(φ(z) + zΦ(z)),    E(O − G)⁺ = E(G − O)⁺ − (G − μ)
    dπ/dG = a − β⁺ − (β⁻ − β⁺)Φ(z) = 0   at   Φ(z*) = q = (a − β⁺)/(β⁻ − β⁺)

If q ≤ 0 the less is said the better; if q ≥ 1 no promise is too high. A meeting gate pays 0 below
θ_m, so that somebody who would say nothing now says just enough. The same promise, period by
period, with trust T between 0 and 1 and a doubtful audience falling back on its own expectation
E₀::

    E = (1 − T)E₀ + TG                            expectation
    U = wE + β⁺(O − E)⁺ − β⁻(E − O)⁺               satisfaction
    kept: T ← T + θ⁺(1 − T)    broken: T ← T − θ⁻T
    T̄ = θ⁺h/(θ⁺h + θ⁻(1 − h))                     where mean trust rests, h the share kept

A Bayesian who starts from Beta(1, 1) believes ĥ = (1 + kept)/(2 + kept + broken) instead. The last
surprise reaches a synthetic share, on day 0 only, and an event study looks for it::

    R = R_m + γ(O − E)/s [on day 0] + ε,   ε ~ N(0, σ²)
    AR = R − α̂ − β̂R_m,   CAR = ΣAR over K event days,   α̂, β̂ by least squares over L days before
    Var CAR = σ²·1'[I + X*(X'X)⁻¹X*']1 = σ²[K + K²/L + (Σ(R*_m − R̄_m))²/Σ(R_m − R̄_m)²]

After Arrow, Harris and Marschak (1951) on the quantile, Oliver (1980) and Anderson and Sullivan
(1993) on satisfaction, Tversky and Kahneman (1992) on losses, Slovic (1993) on trust, and
MacKinlay (1997) on event studies. Portable: see ``_portable``.
"""

import math

from casekit.models._portable import (
    Random,
    normal_cdf,
    normal_pdf,
    normal_quantile,
    number,
    results,
)

NAME = "expectations"
TITLE = "Managing expectations"
SUMMARY = (
    "A high promise wins attention today and is a burden on the day of the result. The model finds "
    "the promise that balances the two, lets an audience learn whom to trust, and asks whether a "
    "share price shows the surprise."
)
EQUATIONS = (
    (
        "Payoff of a promise G, when the outcome O is normal",
        r"\pi(G) = aG + \beta^{+} E(O-G)^{+} - \beta^{-} E(G-O)^{+}, \quad O \sim N(\mu, s^2)",
    ),
    (
        "Best promise; for q of 0 or less say nothing, of 1 or more promise without limit",
        r"\Phi\left(\frac{G^{*}-\mu}{s}\right) = q = \frac{a-\beta^{+}}{\beta^{-}-\beta^{+}}",
    ),
    ("Meeting gate", r"\pi_m(G) = \pi(G) \text{ if } G \ge \theta_m, \text{ else } 0"),
    ("Expectation", r"E = (1-T)\,E_0 + T\,G"),
    ("Satisfaction", r"U = wE + \beta^{+}(O-E)^{+} - \beta^{-}(E-O)^{+}"),
    (
        "Trust after a promise kept, and after one broken",
        r"T \leftarrow T + \theta^{+}(1-T), \quad T \leftarrow T - \theta^{-}T",
    ),
    (
        "Mean trust at rest, when a share h of promises is kept",
        r"\bar T = \frac{\theta^{+}h}{\theta^{+}h + \theta^{-}(1-h)}",
    ),
    (
        "Chance of keeping the next promise, for a Bayesian who starts from Beta(1, 1)",
        r"\hat h = \frac{1 + \text{kept}}{2 + \text{kept} + \text{broken}}",
    ),
    (
        "Return of the synthetic share, the surprise on day 0 only",
        r"R = R_m + \gamma\,(O-E)/s + \varepsilon, \quad \varepsilon \sim N(0, \sigma^2)",
    ),
    (
        "Abnormal return, and variance of its sum over the event days",
        r"AR = R - \hat\alpha - \hat\beta R_m, \quad "
        r"\operatorname{Var} CAR = \sigma^2\, 1'[I + X_{*}(X'X)^{-1}X_{*}']1",
    ),
)
LEAVES_OUT = (
    "A promise does not change the outcome: goals spur nobody here, and nobody games them.",
    "Prospect theory also bends values and odds; here gains and losses are straight lines.",
    "The gate is asked once, of a single promise; in the repeated game the audience always comes.",
    "Rivals, and news other than the one surprise.",
)
BREAKS = (
    "In the single promise attention comes whether or not anybody believes it. Distrust takes "
    "attention away in the repeated game alone.",
    "Where the worth of attention comes close to the cost of falling short, or to the worth of "
    "beating the promise, a small change moves the best promise a long way.",
    "Anderson and Sullivan (1993) found no direct effect of expectations on satisfaction in their "
    "survey; w = 0 is that case, and then a high promise buys nothing.",
    "One share and one event: whether the surprise shows is mostly luck. Other seeds tell other "
    "stories.",
    "Mean trust at rest is an average over very many periods; twenty wander far from it.",
    "The audience never learns the mean outcome: without trust it expects E₀ for ever. So the "
    "surprise does not average to zero; at the defaults it lifts the share by about two percent "
    "each time. A market that learns would expect it, and its mean reaction would be nil.",
)
CALIBRATION = (
    "Only the ratio of β⁻ to β⁺ has a source: 2.25 is the median loss aversion that Tversky and "
    "Kahneman (1992) report for money gambles, not for announcements. That trust falls faster than "
    "it rises follows Slovic (1993) in direction; the two rates are illustrative. All other values "
    "are illustrative. The share and its market are synthetic: they are drawn, and stand for no "
    "firm and no days."
)
WORKS = (
    "arrow-harris-marschak-1951",
    "oliver-1980",
    "anderson-sullivan-1993",
    "tversky-kahneman-1992",
    "slovic-1993",
    "mackinlay-1997",
)
STOCHASTIC = True

SAY_NOTHING, INTERIOR, WITHOUT_LIMIT = "say nothing", "interior", "promise without limit"
# The promises of the first block: μ − 3s to μ + 3s in tenths of s.
_TENTHS = range(-30, 31)
# Daily deviation of the synthetic market in percent, as in the table of the estimation window.
_MARKET_SD = 1.3
_ILLUSTRATIVE = "illustrative"
_SYNTHETIC = "illustrative; the share is synthetic"

PARAMETERS = (
    number(
        "promise", "G", "Promise this much",
        100.0, (40.0, 160.0, 0.1), "points",
        "the result that is promised, one quarter like the other",
        "the expected outcome: a firm that promises what it expects; illustrative",
    ),
    number(
        "attention", "a", "Worth of attention per point promised",
        1.4, (0.1, 4.0, 0.05), "value per point",
        "what each further point of promise earns at once", _ILLUSTRATIVE,
    ),
    number(
        "beat_value", "β⁺", "Worth of each point above the promise",
        1.0, (0.0, 1.5, 0.05), "value per point",
        "pleasure when the outcome beats what was promised or expected",
        "scale: 1 is one value per point",
    ),
    number(
        "miss_cost", "β⁻", "Cost of each point below the promise",
        2.25, (1.75, 4.0, 0.05), "value per point",
        "hurt when the outcome falls short; always above the worth of a point gained",
        "loss aversion in money gambles, Tversky and Kahneman (1992); illustrative for promises",
    ),
    number(
        "outcome_mean", "μ", "Outcome to be expected",
        100.0, (60.0, 140.0, 1.0), "points",
        "mean of the outcome", "scale: 100 is the expected outcome",
    ),
    number(
        "outcome_sd", "s", "Uncertainty of the outcome",
        12.0, (1.0, 20.0, 0.5), "points",
        "standard deviation of the outcome", _ILLUSTRATIVE,
    ),
    number(
        "meeting_threshold", "θ_m", "Promise that it takes to get a meeting",
        90.0, (0.0, 160.0, 1.0), "points",
        "below it nobody listens and the payoff is 0",
        "idea: who raises no expectation gets no meeting (fact lesson-too-low); illustrative",
    ),
    number(
        "prior_expectation", "E₀", "What people expect without believing the promise",
        90.0, (40.0, 160.0, 1.0), "points",
        "expectation of an audience without any trust", _ILLUSTRATIVE,
    ),
    number(
        "expectation_weight", "w", "Worth of each point that people expect",
        1.4, (0.0, 4.0, 0.05), "value per point",
        "what a point of expectation adds to satisfaction, whatever comes of it",
        "set equal to a, so that full trust gives the payoff of the single promise; illustrative",
    ),
    number(
        "initial_trust", "T(0)", "Trust at the start",
        0.5, (0.0, 1.0, 0.01), "1",
        "weight of the promise in what people expect, from 0 (none) to 1 (all)", _ILLUSTRATIVE,
    ),
    number(
        "trust_gain", "θ⁺", "Trust won by a promise kept",
        0.10, (0.01, 1.0, 0.01), "share of missing trust",
        "share of the way to full trust",
        "smaller than the loss, after Slovic (1993); the value is illustrative",
    ),
    number(
        "trust_loss", "θ⁻", "Trust lost by a promise broken",
        0.35, (0.01, 1.0, 0.01), "share of trust",
        "share of trust that goes",
        "larger than the gain, after Slovic (1993); the value is illustrative",
    ),
    number(
        "periods", "N", "Number of promises",
        20, (4, 200, 1), "quarters",
        "length of the repeated game", "five years; illustrative", whole=True,
    ),
    number(
        "market_sensitivity", "γ", "Reaction of the share to a surprise",
        3.0, (0.0, 10.0, 0.5), "% per standard deviation",
        "return on day 0 when the outcome beats the expectation by one s", _SYNTHETIC,
    ),
    number(
        "residual_sd", "σ", "Noise of the share",
        2.0, (0.1, 5.0, 0.1), "% per day",
        "standard deviation of the daily return that the market does not explain", _SYNTHETIC,
    ),
    number(
        "estimation_days", "L", "Days to estimate the market model from",
        120, (30, 250, 1), "days",
        "length of the estimation window, which ends before day 0",
        "as in the synthetic table of the estimation window; illustrative", whole=True,
    ),
    number(
        "event_days", "K", "Days of the event",
        2, (1, 10, 1), "days",
        "length of the event window, which begins with day 0", _ILLUSTRATIVE, whole=True,
    ),
)  # fmt: skip

RESULTS = (
    results(
        "promise",
        ("promise", "G", "points", "a promise, from three s below μ to three s above"),
        ("payoff", "π", "value", "expected payoff of this promise"),
        ("payoff_with_gate", "π_m", "value", "the same, with 0 where nobody would meet"),
        ("keep_probability", "h", "1", "probability that the outcome reaches this promise"),
    )
    + results(
        "period",
        ("period", "t", "quarter", "number of the period"),
        ("promised", "G", "points", "the promise made"),
        ("trust", "T", "1", "trust when the promise is made"),
        ("posterior_mean", "ĥ", "1", "a Bayesian's chance that it will be kept; from Beta(1, 1)"),
        ("expectation", "E", "points", "what people expect"),
        ("outcome", "O", "points", "what comes"),
        ("kept", "O ≥ G", "one if kept, else zero", "whether the outcome reaches the promise"),
        ("satisfaction", "U", "value", "how content people are"),
    )
    + results(
        "day",
        ("day", "τ", "day", "day relative to the event; synthetic"),
        ("market_return", "R_m", "% per day", "return of the market, synthetic"),
        ("share_return", "R", "% per day", "return of the share, synthetic"),
        ("abnormal_return", "AR", "% per day", "return the market model does not explain"),
    )
)


# One promise ---------------------------------------------------------------------------------


def expected_payoff(
    promise: float, a: float, beat: float, miss: float, mean: float, sd: float
) -> float:
    """Return π(G) = aG + β⁺·E(O − G)⁺ − β⁻·E(G − O)⁺ for a normal outcome.

    Args:
        promise: The promise G, in points.
        a: Worth of attention per point promised.
        beat: Worth β⁺ of each point above the promise.
        miss: Cost β⁻ of each point below it.
        mean: Mean μ of the outcome, in points.
        sd: Standard deviation s of the outcome, in points.
    """
    z = (promise - mean) / sd
    shortfall = sd * (normal_pdf(z) + z * normal_cdf(z))
    surplus = shortfall - (promise - mean)
    return a * promise + beat * surplus - miss * shortfall


def promise_quantile(a: float, beat: float, miss: float) -> float:
    """Return q = (a − β⁺)/(β⁻ − β⁺), the chance of failing that the best promise accepts.

    It lies between 0 and 1 only if a best promise exists; ``miss`` must exceed ``beat``.
    """
    return (a - beat) / (miss - beat)


def promise_rule(a: float, beat: float, miss: float) -> str:
    """Return "say nothing" (q ≤ 0), "promise without limit" (q ≥ 1), or "interior"."""
    q = promise_quantile(a, beat, miss)
    if q <= 0.0:
        return SAY_NOTHING
    return INTERIOR if q < 1.0 else WITHOUT_LIMIT


def best_promise(a: float, beat: float, miss: float, mean: float, sd: float) -> float | None:
    """Return G* = μ + s·Φ⁻¹(q) in points, or None where no finite promise is best.

    The newsvendor's critical ratio, with the arguments of :func:`expected_payoff`: underage
    a − β⁺, overage β⁻ − a.
    """
    if promise_rule(a, beat, miss) != INTERIOR:
        return None
    return mean + sd * normal_quantile(promise_quantile(a, beat, miss))


def best_promise_with_gate(
    gate: float, a: float, beat: float, miss: float, mean: float, sd: float
) -> float | None:
    """Return the best promise when no promise below ``gate`` is heard, in points.

    The payoff is concave: beyond G* it falls. So the gate lifts the best promise to itself
    whenever G* lies below it, or when without a gate silence would pay most.

    Returns:
        The promise; None where there is no limit, or where staying away (payoff 0) is as good.
    """
    if promise_rule(a, beat, miss) == WITHOUT_LIMIT:
        return None
    free = best_promise(a, beat, miss, mean, sd)
    promise = gate if free is None else max(free, gate)
    return promise if expected_payoff(promise, a, beat, miss, mean, sd) > 0.0 else None


def keep_probability(promise: float, mean: float, sd: float) -> float:
    """Return h = 1 − Φ((G − μ)/s), the probability that the outcome reaches the promise."""
    return normal_cdf((mean - promise) / sd)


# Trust ---------------------------------------------------------------------------------------


def trust_after(trust: float, kept: int, theta_up: float, theta_down: float) -> float:
    """Return trust, from 0 (none) to 1 (full), after a promise kept (1) or broken (0)."""
    return trust + theta_up * (1.0 - trust) if kept else trust - theta_down * trust


def trust_at_rest(theta_up: float, theta_down: float, keep_rate: float) -> float:
    """Return T̄ = θ⁺h/(θ⁺h + θ⁻(1 − h)), where mean trust stays as it is.

    Args:
        theta_up: Share θ⁺ of missing trust that a promise kept wins.
        theta_down: Share θ⁻ of trust that a promise broken costs.
        keep_rate: Share h of promises kept, from 0 to 1.
    """
    up, down = theta_up * keep_rate, theta_down * (1.0 - keep_rate)
    return up / (up + down)


def beta_posterior_mean(kept: int, broken: int) -> float:
    """Return ĥ, the chance that the next promise is kept, for one who starts from Beta(1, 1).

    Args:
        kept: Number of promises kept.
        broken: Number of promises broken.
    """
    return (1.0 + kept) / (2.0 + kept + broken)


# Event study ---------------------------------------------------------------------------------


def _mean(values):
    total = 0.0
    for value in values:
        total += value
    return total / len(values)


def _products(xs, ys):
    """Return Σ(x − x̄)(y − ȳ)."""
    x_mean, y_mean, total = _mean(xs), _mean(ys), 0.0
    for x, y in zip(xs, ys):
        total += (x - x_mean) * (y - y_mean)
    return total


def market_model(market: list, share: list) -> tuple:
    """Return α̂, β̂ and the residual standard deviation of R = α + βR_m + ε, by least squares.

    Args:
        market: Returns of the market over the estimation window, more than two and not all equal.
        share: Returns of the share on the same days, in the same unit.
    """
    beta = _products(market, share) / _products(market, market)
    alpha = _mean(share) - beta * _mean(market)
    squares = 0.0
    for residual in abnormal_returns(market, share, alpha, beta):
        squares += residual * residual
    return alpha, beta, math.sqrt(squares / (len(market) - 2))


def abnormal_returns(market: list, share: list, alpha: float, beta: float) -> list:
    """Return AR = R − α̂ − β̂R_m for each day, in the unit of the returns."""
    return [R - alpha - beta * R_m for R_m, R in zip(market, share)]


def car_variance(sigma: float, market_window: list, market_event: list) -> float:
    """Return Var CAR = σ²·1'[I + X*(X'X)⁻¹X*']1, which counts the error of α̂ and β̂ too.

    Args:
        sigma: Residual standard deviation per day.
        market_window: Returns of the market over the estimation window.
        market_event: Returns of the market on the event days.
    """
    L, K, mean = len(market_window), len(market_event), _mean(market_window)
    distance = K * (_mean(market_event) - mean)
    spread = _products(market_window, market_window)
    return sigma * sigma * (K + K * K / L + distance * distance / spread)


def event_study(market: list, share: list, event_days: int) -> dict:
    """Return an event study of the last ``event_days`` of the returns; the days before estimate.

    Args:
        market: Returns of the market, estimation window first.
        share: Returns of the share on the same days, in the same unit.
        event_days: Number K of days at the end that are the event.

    Returns:
        ``alpha``, ``beta``, ``residual_sd``, ``car``, ``car_sd``, and ``t`` = CAR over its
        standard deviation: Student's t with L − 2 degrees of freedom if nothing happened.
    """
    L = len(market) - event_days
    alpha, beta, sigma = market_model(market[:L], share[:L])
    car = event_days * _mean(abnormal_returns(market[L:], share[L:], alpha, beta))
    sd = math.sqrt(car_variance(sigma, market[:L], market[L:]))
    return {
        "alpha": alpha, "beta": beta, "residual_sd": sigma, "car": car, "car_sd": sd, "t": car / sd,
    }  # fmt: skip


# A run ---------------------------------------------------------------------------------------


def _terms(p):
    return p["attention"], p["beat_value"], p["miss_cost"], p["outcome_mean"], p["outcome_sd"]


def _payoff(p, G):
    return expected_payoff(G, *_terms(p))


def _with_gate(p, G):
    return _payoff(p, G) if p["meeting_threshold"] <= G else 0.0


def _keeps(p, G):
    return keep_probability(G, p["outcome_mean"], p["outcome_sd"])


def _expectation(p, G, T):
    return (1.0 - T) * p["prior_expectation"] + T * G


def promises(p: dict) -> list:
    """Return G, π(G), π_m(G) and h for promises from three s below the mean to three above."""
    tried = [p["outcome_mean"] + p["outcome_sd"] * tenth / 10.0 for tenth in _TENTHS]
    return [(G, _payoff(p, G), _with_gate(p, G), _keeps(p, G)) for G in tried]


def periods(p: dict, random: Random) -> list:
    """Return the repeated game: a tuple a period, ordered as the ``RESULTS`` over ``period``."""
    G, T, n_kept, played = p["promise"], p["initial_trust"], 0, []
    for t in range(p["periods"]):
        posterior, E = beta_posterior_mean(n_kept, t - n_kept), _expectation(p, G, T)
        O = p["outcome_mean"] + p["outcome_sd"] * random.normal()
        kept = int(G <= O)
        feeling = p["beat_value"] * max(O - E, 0.0) - p["miss_cost"] * max(E - O, 0.0)
        satisfaction = p["expectation_weight"] * E + feeling
        played.append((t + 1, G, T, posterior, E, O, kept, satisfaction))
        T, n_kept = trust_after(T, kept, p["trust_gain"], p["trust_loss"]), n_kept + kept
    return played


def _days(p, random, surprise):
    L, market, share = p["estimation_days"], [], []
    days = range(-L, p["event_days"])
    for day in days:
        R_m = _MARKET_SD * random.normal()
        effect = p["market_sensitivity"] * surprise if day == 0 else 0.0
        market.append(R_m)
        share.append(R_m + effect + p["residual_sd"] * random.normal())
    alpha, beta, _ = market_model(market[:L], share[:L])
    return zip(days, market, share, abnormal_returns(market, share, alpha, beta))


def simulate(parameters: dict, random: Random) -> dict:
    """Try every promise, play the repeated game, and study the share after its last period.

    Args:
        parameters: A value for every name in ``PARAMETERS``, within its bounds.
        random: A generator of draws: outcomes first, then market and share day by day.

    Returns:
        One list for every name in ``RESULTS``. Trust and its Bayesian counterpart are those at
        the moment of the promise, before its outcome is known.
    """
    rounds = periods(parameters, random)
    E, O = rounds[-1][4], rounds[-1][5]
    surprise = (O - E) / parameters["outcome_sd"]
    columns = []
    for rows in (promises(parameters), rounds, _days(parameters, random, surprise)):
        columns += [list(column) for column in zip(*rows)]
    return {result["name"]: column for result, column in zip(RESULTS, columns)}


# Measures ------------------------------------------------------------------------------------


def _best(p):
    return best_promise(*_terms(p))


def _at_best(function):
    """Return a measure that is None where there is no best promise."""

    def measure(p):
        G = _best(p)
        return None if G is None else function(p, G)

    return measure


def _at_chosen(function):
    return lambda p: function(p, p["promise"])


def _keep_pct(p, G):
    return 100.0 * _keeps(p, G)


def _trust(p, G):
    return trust_at_rest(p["trust_gain"], p["trust_loss"], _keeps(p, G))


def _gap(p, G):
    """Return μ − Ē: E is linear in T, and T does not depend on the outcome to come."""
    return p["outcome_mean"] - _expectation(p, G, _trust(p, G))


def _car_sd(p):
    return p["residual_sd"] * math.sqrt(p["event_days"])


def _car_sd_estimated(p):
    K, L = p["event_days"], p["estimation_days"]
    return p["residual_sd"] * math.sqrt(K + K * K / L)


MEASURES = {
    "promise_rule": (
        lambda p: promise_rule(*_terms(p)[:3]), "say nothing, interior, or promise without limit",
        "what kind of promise pays best, without a gate",
    ),
    "quantile": (
        _at_best(lambda p, _: promise_quantile(*_terms(p)[:3])), "1",
        "chance q of falling short that the best promise accepts",
    ),
    "best_promise": (_best, "points", "promise that pays best, without a gate"),
    "best_payoff": (_at_best(_payoff), "value", "expected payoff of the best promise"),
    "keep_rate_best_pct": (_at_best(_keep_pct), "%", "how often the best promise is kept"),
    "best_promise_with_gate": (
        lambda p: best_promise_with_gate(p["meeting_threshold"], *_terms(p)), "points",
        "promise that pays best when too small a promise gets no meeting",
    ),
    "payoff": (
        _at_chosen(_payoff), "value", "expected payoff of the promise chosen, without a gate",
    ),
    "payoff_with_gate": (
        _at_chosen(_with_gate), "value",
        "expected payoff of the promise chosen, 0 where nobody would meet",
    ),
    "payoff_lost": (
        _at_best(lambda p, G: _payoff(p, G) - _payoff(p, p["promise"])), "value",
        "payoff that the promise chosen gives away, without a gate",
    ),
    "keep_rate_pct": (_at_chosen(_keep_pct), "%", "how often the promise chosen is kept"),
    "trust_at_rest": (
        _at_chosen(_trust), "1", "mean trust in the long run, with the promise chosen",
    ),
    "trust_at_rest_best": (
        _at_best(_trust), "1", "mean trust in the long run, with the best promise",
    ),
    "expectation_gap": (
        _at_chosen(_gap), "points",
        "mean of outcome less expectation in the long run, with the promise chosen",
    ),
    "mean_reaction_pct": (
        lambda p: p["market_sensitivity"] * _gap(p, p["promise"]) / p["outcome_sd"], "%",
        "mean effect of the surprise on the share in the long run, with the promise chosen",
    ),
    "car_sd_pct": (
        _car_sd, "%",
        "standard deviation of CAR over the event days, for a very long estimation window",
    ),
    "car_sd_estimated_pct": (
        _car_sd_estimated, "%",
        "the same for L days, at least: it is a little more where the market's mean differs "
        "between the two windows",
    ),
    "visible_reaction_pct": (
        lambda p: normal_quantile(0.975) * _car_sd_estimated(p), "%",
        "size of CAR from which a test at five percent calls it a reaction, σ being known",
    ),
}  # fmt: skip
