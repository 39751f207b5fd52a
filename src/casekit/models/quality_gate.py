"""Model C, the quality gate: who may stop a product, what that costs, and what prevents defects.

A veto has two readings, and the sources do not settle which one the firm meant.

Reading 1, the members: m people vote, k yeses release the product, and k = m lets any member stop
it. A member says yes to a good product with probability p₁, to a bad one with p₂. With probability
δ everyone copies the chair. For k from 1 to m (k = 0 releases everything, k = m + 1 nothing)::

    A(k, p) = Σⱼ₌ₖ..ₘ C(m, j)·pʲ·(1 − p)ᵐ⁻ʲ         k or more yeses among m
    P(k, p) = δ·p + (1 − δ)·A(k, p)                  release; errors: 1 − P(k, p₁) and P(k, p₂)
    v(k) = π·G·P(k, p₁) − (1 − π)·Λ·P(k, p₂)         value per product proposed
    k* = ⌈{ln[(1 − π)Λ/(πG)] + m·ln[(1 − p₂)/(1 − p₁)]} / ln[p₁(1 − p₂)/(p₂(1 − p₁))]⌉

A rejected good product may return after R quarters with margin G·(1 − w)ᴿ. Then
v_R(k) = v(k) + π·G·(1 − w)ᴿ·[1 − P(k, p₁)], and what a wrong no loses, G·[1 − (1 − w)ᴿ], takes the
place of G in k*.

Reading 2, the criterion: quality is judged once, x = N⁻¹(p) + noise, and so is everything else,
y = b + noise; the noises are independent and standard normal, N is their distribution function,
and 0 is the pass mark. Weighing releases if ω·x + (1 − ω)·y ≥ 0, so that merit elsewhere makes up
for poor quality. The veto releases if x ≥ 0 and y ≥ 0, so that nothing does::

    W(p) = N{[ω·N⁻¹(p) + (1 − ω)·b] / √[ω² + (1 − ω)²]}        weighing
    X(p) = p·N(b) ≤ p                                          veto

Inspection passes a lot if a sample of n phones holds at most c defective ones (c is the acceptance
number, Pa the operating characteristic); prevention costs P and lowers the cost of failures. If
η·d₀·V·Φ ≤ 1 the first yuan saves no more than itself: P* = 0::

    Pa(d) = Σⱼ₌₀..c C(n, j)·dʲ·(1 − d)ⁿ⁻ʲ                      a lot with a share d defective passes
    C(P) = P + d₀·e^(−ηP)·V·Φ                                  prevention and failures
    P* = ln(η·d₀·V·Φ)/η,  C(P*) = P* + 1/η                     least cost

After Sah and Stiglitz (1986, 1988) on committees, Einhorn (1970) on non-compensatory rules,
Feigenbaum (1956) and Juran (1951) on the costs of quality. Portable: see ``_portable``.
"""

import math

from casekit.models._portable import at_least, normal_cdf, normal_quantile, number, results

NAME = "quality-gate"
TITLE = "The quality gate"
SUMMARY = (
    "A gate makes two errors: it stops good products and releases bad ones. A veto has two "
    "readings, any member’s no or quality’s own no; both trade more of the first error for less "
    "of the second. Prevention leaves the gate fewer defects to find."
)
EQUATIONS = (
    ("Chance of k or more yeses among m", r"A(k,p) = \sum_{j=k}^{m} \binom{m}{j} p^j (1-p)^{m-j}"),
    (
        "Chance of release, when all copy the chair at times",
        r"P(k,p) = \delta p + (1-\delta)A(k,p)",
    ),
    (
        "Value per product proposed",
        r"v(k) = \pi\,G\,P(k,p_1) - (1-\pi)\,\Lambda\,P(k,p_2)",
    ),
    (
        "Yeses worth most; at 0 or below it means release everything, above m release nothing",
        r"k^* = \left\lceil \frac{\ln\frac{(1-\pi)\Lambda}{\pi G} + m\ln\frac{1-p_2}{1-p_1}}"
        r"{\ln\frac{p_1(1-p_2)}{p_2(1-p_1)}} \right\rceil",
    ),
    ("Margin lost by a return after R quarters", r"G\,[1-(1-w)^R]"),
    (
        "Value per product, if rejected good ones return",
        r"v_R(k) = v(k) + \pi\,G\,(1-w)^R\,[1-P(k,p_1)]",
    ),
    (
        "Release if quality and the rest are weighed",
        r"W(p) = N\left(\frac{\omega N^{-1}(p) + (1-\omega)b}{\sqrt{\omega^2+(1-\omega)^2}}\right)",
    ),
    ("Release if quality has a veto", r"X(p) = p\,N(b) \le p"),
    (
        "Chance that a lot passes inspection",
        r"P_a(d) = \sum_{j=0}^{c} \binom{n}{j} d^j (1-d)^{n-j}",
    ),
    ("Cost of prevention and failure", r"C(P) = P + d_0 e^{-\eta P} V \Phi"),
    (
        "Least cost, if the first yuan of prevention saves more than itself",
        r"P^* = \ln(\eta d_0 V \Phi)/\eta, \quad C(P^*) = P^* + 1/\eta",
    ),
)
LEAVES_OUT = (
    "What the gate itself costs: meetings, tests and the chair’s time.",
    "Members who differ in skill or interest, and who vote with an eye on the others’ votes.",
    "What happens to a rejected bad product: it earns nothing and costs nothing.",
    "The size of the lot: it is taken as large against the sample, so that drawing phones does not "
    "change what is left.",
    "The link to demand: a failed phone costs Λ or Φ here, not buyers in later quarters.",
)
BREAKS = (
    "Members who see the same test report err together. Their votes are then worth fewer than m, "
    "and a larger committee looks better here than it is.",
    "The number of votes worth most holds for independent votes. Deference shrinks what one more "
    "vote changes, so that no gate at all, or no release, may be worth more than any vote.",
    "A veto of quality is modelled with a pass mark for everything else as well. Where little "
    "else speaks for a product, that mark stops it and not quality.",
    "Prevention works at one rate η throughout, as if every defect could be removed with enough "
    "money. Where some cannot, the curve promises too much.",
)
CALIBRATION = (
    "Every value is illustrative. The sources name a committee, a chair and a veto, but neither "
    "votes nor errors nor defect rates. The numbers show how the rules differ, not how well any "
    "firm’s gate worked."
)
WORKS = (
    "sah-stiglitz-1986", "sah-stiglitz-1988", "einhorn-1970", "feigenbaum-1956", "juran-1951",
)  # fmt: skip

# The indices of the curves.
DEFECTS = tuple(0.25 * i for i in range(41))
PREVENTION = tuple(2.0 * i for i in range(51))
QUARTERS = tuple(range(9))
MERITS = tuple(0.25 * i - 3.0 for i in range(25))

_ILLUSTRATIVE = "illustrative"

PARAMETERS = (
    number(
        "members", "m", "Seat this many members",
        5, (1, 7, 1), "members",
        "members of the committee that decides on a release", _ILLUSTRATIVE, whole=True,
    ),
    number(
        "votes", "k", "Ask for this many yeses",
        5, (1, 8, 1), "votes",
        "yeses that release a product; all members: any can veto; more: nothing is released",
        _ILLUSTRATIVE + "; a veto by any member is one reading of fact remedy-veto", whole=True,
    ),
    number(
        "approve_good", "p₁", "A member’s chance to pass a good product",
        0.85, (0.55, 0.99, 0.01), "1",
        "probability that one appraisal finds a good product good", _ILLUSTRATIVE,
    ),
    number(
        "approve_bad", "p₂", "A member’s chance to pass a bad product",
        0.3, (0.01, 0.5, 0.01), "1",
        "probability that one appraisal finds a bad product good", _ILLUSTRATIVE,
    ),
    number(
        "deference", "δ", "How often all follow the chair",
        0.0, (0.0, 1.0, 0.05), "share of decisions",
        "share of decisions in which every member copies the chair’s vote",
        _ILLUSTRATIVE + "; the founder chaired (fact remedy-quality-committee)",
    ),
    number(
        "good_share", "π", "Good products among those proposed",
        0.7, (0.05, 0.95, 0.05), "share of products",
        "share of good products among those that reach the gate", _ILLUSTRATIVE,
    ),
    number(
        "gain", "G", "What a good product earns",
        1.0, (0.1, 10.0, 0.1), "value units",
        "gain from releasing a good product in time",
        "scale: other values are multiples of it",
    ),
    number(
        "loss", "Λ", "What a bad product destroys",
        4.0, (0.1, 20.0, 0.1), "value units",
        "loss from releasing a bad product: service, returns, the brand", _ILLUSTRATIVE,
    ),
    number(
        "margin_decay", "w", "Margin lost per quarter of delay",
        0.15, (0.01, 0.9, 0.01), "per quarter",
        "share of its margin that a good product loses in each quarter of delay", _ILLUSTRATIVE,
    ),
    number(
        "rework_quarters", "R", "Quarters until a rejected product returns",
        2, (1, 8, 1), "quarters",
        "time after which a rejected good product is released", _ILLUSTRATIVE, whole=True,
    ),
    number(
        "quality_weight", "ω", "Weight of quality when merits are weighed",
        0.5, (0.0, 1.0, 0.05), "1",
        "weight of quality in a weighted sum, from 0 (none) to 1 (quality alone)", _ILLUSTRATIVE,
    ),
    number(
        "merit", "b", "What else speaks for the product",
        1.0, (-3.0, 3.0, 0.25), "standard deviations",
        "merit besides quality above its pass mark, in standard deviations of one appraisal",
        _ILLUSTRATIVE,
    ),
    number(
        "sample_size", "n", "Inspect this many phones of a lot",
        200, (10, 500, 10), "phones",
        "phones in the sample", _ILLUSTRATIVE, whole=True,
    ),
    number(
        "defects_allowed", "c", "Accept up to this many defects",
        3, (0, 20, 1), "phones",
        "acceptance number: the most defective phones in the sample with which the lot passes",
        _ILLUSTRATIVE, whole=True,
    ),
    number(
        "defect_rate", "d", "Defects in the lot",
        1.0, (0.0, 10.0, 0.1), "percent",
        "share of defective phones in the lot", _ILLUSTRATIVE,
    ),
    number(
        "failures_unprevented", "d₀", "Failures without prevention",
        0.06, (0.005, 0.2, 0.005), "share of phones",
        "share of phones that fail if nothing is spent on prevention", _ILLUSTRATIVE,
    ),
    number(
        "prevention_effect", "η", "How fast prevention works",
        0.08, (0.01, 0.3, 0.01), "per RMB million",
        "rate at which failures fall with each RMB million spent on prevention", _ILLUSTRATIVE,
    ),
    number(
        "volume", "V", "Phones sold of this type",
        1.0, (0.1, 20.0, 0.1), "million units",
        "phones over which prevention is spread", _ILLUSTRATIVE,
    ),
    number(
        "cost_per_failure", "Φ", "Cost of one failed phone",
        1200.0, (100.0, 3000.0, 100.0), "RMB",
        "repair, replacement and goodwill for one failed phone", _ILLUSTRATIVE,
    ),
)  # fmt: skip

RESULTS = (
    results(
        "votes_needed",
        ("votes_needed", "k", "votes", "yeses that release a product, from one to all members"),
        ("accept_good", "P(k, p₁)", "1", "chance that a good product is released"),
        ("accept_bad", "P(k, p₂)", "1", "chance that a bad product is released (type II error)"),
        (
            "false_reject",
            "1 − P(k, p₁)",
            "1",
            "chance that a good product is stopped (type I error)",
        ),
        ("value_per_product", "v(k)", "value units", "value per product, if a no is final"),
        ("value_if_returned", "v_R(k)", "value units", "value per product, if good ones return"),
    )
    + results(
        "defect_percent",
        ("defect_percent", "d", "percent", "share of defective phones in the lot"),
        ("lot_passes", "Pa", "1", "chance that the lot passes inspection"),
    )
    + results(
        "prevention",
        ("prevention", "P", "RMB million", "spent on prevention, which is also its cost"),
        ("failure_cost", "d₀·e^(−ηP)·V·Φ", "RMB million", "cost of failures that remain"),
        ("total_cost", "C(P)", "RMB million", "cost of prevention and failures together"),
    )
    + results(
        "quarter",
        ("quarter", "R", "quarters", "quarters until a rejected good product returns"),
        ("value_on_return", "G·(1 − w)ᴿ", "value units", "what it still earns then"),
        ("margin_lost", "G·[1 − (1 − w)ᴿ]", "value units", "what the delay has cost so far"),
    )
    + results(
        "other_merit",
        ("other_merit", "b", "standard deviations", "what else speaks for the product"),
        ("good_if_weighed", "W(p₁)", "1", "chance of release of a good product, by weighing"),
        ("bad_if_weighed", "W(p₂)", "1", "chance of release of a bad product, by weighing"),
        ("good_under_veto", "X(p₁)", "1", "chance of release of a good product, quality’s veto"),
        ("bad_under_veto", "X(p₂)", "1", "chance of release of a bad product, quality’s veto"),
    )
)


# Reading 1: the members -----------------------------------------------------------------------


def released_by_votes(parameters: dict, k: int, p: float) -> float:
    """Return P(k, p), the chance that the committee releases a product.

    Args:
        parameters: A value for every name in ``PARAMETERS``, within its bounds.
        k: Yeses needed; 0 releases everything, more than there are members nothing.
        p: Chance that one member says yes to this product.
    """
    m, delta = parameters["members"], parameters["deference"]
    if k < 1:
        return 1.0
    if k > m:
        return 0.0
    return delta * p + (1.0 - delta) * at_least(k, m, p)


def best_votes(parameters: dict, at_stake: float) -> int:
    """Return k*, the number of yeses worth most among 0 to m + 1, for independent votes.

    One more yes multiplies the odds that a product is good by p₁(1 − p₂)/(p₂(1 − p₁)); k* is the
    least number of yeses that makes the odds good enough for a release. The quotient may lie
    outside 0 to m + 1. Below, even a product without a single yes is worth releasing: 0, no gate.
    Above, not even a unanimous yes is enough: m + 1, no release.

    Args:
        parameters: A value for every name in ``PARAMETERS``, within its bounds.
        at_stake: What stopping a good product loses; G if a no is final.
    """
    m, pi, L = parameters["members"], parameters["good_share"], parameters["loss"]
    p1, p2 = parameters["approve_good"], parameters["approve_bad"]
    hurdle = math.log((1.0 - pi) * L / (pi * at_stake))
    without_a_yes = m * math.log((1.0 - p2) / (1.0 - p1))
    per_yes = math.log(p1 * (1.0 - p2) / (p2 * (1.0 - p1)))
    return min(max(math.ceil((hurdle + without_a_yes) / per_yes), 0), m + 1)


def value_on_return(parameters: dict, quarters: int) -> float:
    """Return G·(1 − w)ᴿ, what a good product still earns R quarters late, in value units."""
    return parameters["gain"] * (1.0 - parameters["margin_decay"]) ** quarters


def _late(p):
    return value_on_return(p, p["rework_quarters"])


# Reading 2: the criterion ---------------------------------------------------------------------


def released_by_weighing(parameters: dict, b: float, p: float) -> float:
    """Return W(p): quality and the rest are weighed, and one makes up for the other.

    Args:
        parameters: A value for every name in ``PARAMETERS``, within its bounds.
        b: Merit of everything else, in standard deviations of its appraisal.
        p: Chance that the appraisal of quality alone passes this product.
    """
    w = parameters["quality_weight"]
    spread = math.sqrt(w * w + (1.0 - w) * (1.0 - w))
    return normal_cdf((w * normal_quantile(p) + (1.0 - w) * b) / spread)


def released_under_veto(b: float, p: float) -> float:
    """Return X(p) = p·N(b): quality must pass by itself, and so must everything else."""
    return p * normal_cdf(b)


# Three rules, each a function from p to the chance of release, and what they do ----------------


def _committee(p, k):
    return lambda appraisal: released_by_votes(p, k, appraisal)


def _weighing(p, b):
    return lambda appraisal: released_by_weighing(p, b, appraisal)


def _veto(_, b):
    return lambda appraisal: released_under_veto(b, appraisal)


def _good(p, rule):
    return rule(p["approve_good"])


def _bad(p, rule):
    return rule(p["approve_bad"])


def _value(p, rule, late=0.0):
    """Return v, or v_R where a rejected good product returns and earns ``late``."""
    G, pi, good = p["gain"], p["good_share"], _good(p, rule)
    return pi * (G * good + late * (1.0 - good)) - (1.0 - pi) * p["loss"] * _bad(p, rule)


# Inspection and prevention --------------------------------------------------------------------


def lot_passes(parameters: dict, percent: float) -> float:
    """Return Pa, the chance that a lot with so many percent defective phones passes."""
    n, c = parameters["sample_size"], parameters["defects_allowed"]
    # At most c of n are defective if at least n − c are sound: a sum of c + 1 terms.
    return at_least(n - c, n, 1.0 - percent / 100.0)


def failure_cost(parameters: dict, P: float) -> float:
    """Return the cost of failures in RMB million, after P RMB million of prevention."""
    d = parameters["failures_unprevented"] * math.exp(-parameters["prevention_effect"] * P)
    return d * parameters["volume"] * parameters["cost_per_failure"]


def best_prevention(parameters: dict) -> float:
    """Return P* in RMB million: where one more yuan of prevention saves one yuan of failures."""
    eta = parameters["prevention_effect"]
    first_yuan_saves = eta * failure_cost(parameters, 0.0)
    return math.log(first_yuan_saves) / eta if first_yuan_saves > 1.0 else 0.0


def least_quality_cost(parameters: dict) -> float:
    """Return C(P*), the least cost of prevention and failures together, in RMB million."""
    P = best_prevention(parameters)
    return P + failure_cost(parameters, P)


# The run --------------------------------------------------------------------------------------


def _votes_block(p):
    ks = list(range(1, p["members"] + 1))
    rules = [_committee(p, k) for k in ks]
    good, bad = [_good(p, rule) for rule in rules], [_bad(p, rule) for rule in rules]
    values = [_value(p, rule) for rule in rules]
    returned = [_value(p, rule, _late(p)) for rule in rules]
    return [ks, good, bad, [1.0 - share for share in good], values, returned]


def _inspection_block(p):
    return [list(DEFECTS), [lot_passes(p, percent) for percent in DEFECTS]]


def _prevention_block(p):
    failures = [failure_cost(p, P) for P in PREVENTION]
    totals = [P + failure for P, failure in zip(PREVENTION, failures)]
    return [list(PREVENTION), failures, totals]


def _delay_block(p):
    values = [value_on_return(p, quarters) for quarters in QUARTERS]
    return [list(QUARTERS), values, [p["gain"] - value for value in values]]


def _criterion_block(p):
    kinds = ((_weighing, _good), (_weighing, _bad), (_veto, _good), (_veto, _bad))
    return [list(MERITS)] + [[of(p, kind(p, b)) for b in MERITS] for kind, of in kinds]


def simulate(parameters: dict) -> dict:
    """Draw the curves of the gate: over votes, defects, prevention, delay, and other merit.

    Args:
        parameters: A value for every name in ``PARAMETERS``, within its bounds.

    Returns:
        One list for every name in ``RESULTS``; lists over the same index have the same length.
    """
    columns = _votes_block(parameters) + _inspection_block(parameters)
    columns += _prevention_block(parameters) + _delay_block(parameters)
    columns += _criterion_block(parameters)
    return {result["name"]: column for result, column in zip(RESULTS, columns)}


def _of_rule(prefix, rule, who):
    """Return the measures of one rule: both errors and the value, with a prefix to their names."""
    return {
        prefix + "false_reject_pct": (
            lambda p: 100.0 * (1.0 - _good(p, rule(p))), "percent",
            "share of good products stopped by " + who,
        ),
        prefix + "false_accept_pct": (
            lambda p: 100.0 * _bad(p, rule(p)), "percent",
            "share of bad products released by " + who,
        ),
        prefix + "value": (
            lambda p: _value(p, rule(p)), "value units",
            "value per product proposed, if a no is final, under " + who,
        ),
    }  # fmt: skip


MEASURES = {
    "best_votes": (
        lambda p: best_votes(p, p["gain"]), "votes",
        "yeses worth most when votes are independent and a no is final; none: release everything; "
        "more than members: release nothing",
    ),
    "value_with_rework": (
        lambda p: _value(p, _committee(p, p["votes"]), _late(p)), "value units",
        "value per product proposed, if rejected good products return, under the committee’s vote",
    ),
    "best_votes_with_rework": (
        lambda p: best_votes(p, p["gain"] - _late(p)), "votes",
        "yeses worth most when votes are independent and rejected good products return",
    ),
    "lot_passes_pct": (
        lambda p: 100.0 * lot_passes(p, p["defect_rate"]), "percent",
        "share of lots with the given defects that pass inspection",
    ),
    "best_prevention": (
        best_prevention, "RMB million",
        "spending on prevention at which the cost of prevention and failures is least",
    ),
    "least_quality_cost": (
        least_quality_cost, "RMB million",
        "cost of prevention and failures at that spending",
    ),
}  # fmt: skip
MEASURES.update(_of_rule("", lambda p: _committee(p, p["votes"]), "the committee’s vote"))
MEASURES.update(_of_rule("weighing_", lambda p: _weighing(p, p["merit"]), "weighing quality"))
MEASURES.update(_of_rule("quality_veto_", lambda p: _veto(p, p["merit"]), "a veto of quality"))
