"""Model D, the innovation option: research buys the right, not the duty, to launch.

Pay R for research. With probability p it works. Then the firm may launch at cost I, at time T, a
product worth V today whose worth is uncertain by s; it launches only if that pays::

    C = V·Φ(d₁) − I·e^{−rT}·Φ(d₂)        value of the right to launch (closed form)
    d₁ = [ln(V/I) + (r + s²/2)·T]/(s√T),  d₂ = d₁ − s√T;  for s√T = 0: C = max(0, V − I·e^{−rT})
    P = I·e^{−rT}·Φ(−d₂) − V·Φ(−d₁)      value of the right to stop: C − P = V − I·e^{−rT}
    net value = p·C − R + B              B: what brand and components gain besides

The same C on a lattice of N steps of length Δ = T/N, worked backwards from time T::

    u = e^{s√Δ},  d = 1/u,  q = (e^{rΔ} − d)/(u − d),  0 < q < 1 as long as s > r√Δ
    C_N,j = max(0, V·u^{2j − N} − I),   C_i,j = e^{−rΔ}·[q·C_{i+1,j+1} + (1 − q)·C_{i+1,j}]

Side panel, how long to go on trying: n tries remain, each with the known project (success
probability λ) or the new one (unknown, Beta(α, β), mean m = α/(α + β)). The known one teaches
nothing, so who returns to it stays. What the new one adds to n·λ::

    W_n(α, β) = max{0, m − λ + m·W_{n−1}(α + 1, β) + (1 − m)·W_{n−1}(α, β + 1)},   W_0 = 0
    myopic: the second term, with W̃ for W, whenever m ≥ λ, else 0; at a tie it tries the new one

After Black and Scholes (1973) and Merton (1973); the lattice after Cox, Ross and Rubinstein (1979);
research as an option after Dixit and Pindyck (1994) and McGrath (1997); the side panel after March
(1991) and Bradt, Johnson and Karlin (1956). Portable: see ``_portable``.
"""

import math

from casekit.models._portable import normal_cdf, number, results

NAME = "innovation-option"
TITLE = "The innovation option"
SUMMARY = (
    "Research buys the right to launch later, not the duty. The more uncertain the product's "
    "worth, the more that right is worth to a firm that can stop, and no more to a firm that "
    "cannot. A side panel asks how long to go on trying something new when something known is at "
    "hand."
)
EQUATIONS = (
    ("Value of the research project", r"\text{net value} = p\,C - R + B"),
    (
        "Value of the right to launch, in closed form",
        r"C = V\,\Phi(d_1) - I\,e^{-rT}\,\Phi(d_2), \quad "
        r"d_1 = \frac{\ln(V/I) + (r + s^2/2)\,T}{s\sqrt{T}}, \quad d_2 = d_1 - s\sqrt{T}",
    ),
    ("What the right to stop adds to a duty to launch", r"P = C - (V - I\,e^{-rT})"),
    (
        "The lattice: a step of length Δ up or down, and the weight of up",
        r"\Delta = T/N, \quad u = e^{s\sqrt{\Delta}}, \quad d = 1/u, \quad "
        r"q = \frac{e^{r\Delta} - d}{u - d}",
    ),
    (
        "The lattice, worked backwards from launch or no launch",
        r"C_{N,j} = \max(0,\; V u^{2j-N} - I), \quad "
        r"C_{i,j} = e^{-r\Delta}\,[\,q\,C_{i+1,j+1} + (1-q)\,C_{i+1,j}\,]",
    ),
    (
        "What a new project adds to a known one over n tries, with m = α/(α + β)",
        r"W_n(\alpha,\beta) = \max\{0,\; m - \lambda + m\,W_{n-1}(\alpha+1,\beta) "
        r"+ (1-m)\,W_{n-1}(\alpha,\beta+1)\}",
    ),
)
LEAVES_OUT = (
    "Rivals: nobody else can launch while the firm waits, and the product's worth does not melt.",
    "Whether a design can be made in large numbers: it shows only in the cost I and the chance p.",
    "Research in stages: R is paid at once, and success is known at once.",
    "In the side panel: discounting, the cost of switching, and what the known project teaches.",
)
BREAKS = (
    "Waiting costs nothing here, so an early launch never pays and a longer wait always looks "
    "better. Where rivals come, both statements mislead.",
    "Volatility raises the value only of a firm that really stops when the product's worth ends "
    "below the launch cost. For a firm that launches come what may, look at the value of the duty "
    "to launch.",
    "Nobody can observe the spillover B, and it counts one for one: a large enough B justifies any "
    "project. A B that “must have been large” because the product did well is hindsight.",
    "The formula prices what can be hedged in a market. Nobody traded the worth of a phone that "
    "did not exist, so the value is a disciplined guess, not a price.",
    "The lattice is sound only where s > r√(T/N); otherwise q leaves the range from 0 to 1. The "
    "bounds keep to that side: volatility from 0.1 on, 5 steps or more. The curve over volatility "
    "uses the closed form and so starts at none.",
    "At the defaults both projects look equally good at first, and the myopic policy then tries "
    "the new one. If the known one is better by a hair it never does, and foresight is worth about "
    "fifteen times as much.",
)
CALIBRATION = (
    "All values are illustrative. The sources give only the timeline of the concept phone, begun "
    "when success was greatest and shown in October 2016, and the statement that the work went "
    "ahead without regard to mass production. They give no cost, chance, worth or volatility."
)
WORKS = (
    "black-scholes-1973", "merton-1973", "cox-ross-rubinstein-1979", "dixit-pindyck-1994",
    "mcgrath-1997", "march-1991", "bradt-johnson-karlin-1956",
)  # fmt: skip

# Where the curves of a run are drawn, and the depth of the lattice that is shown node by node.
VOLATILITIES = tuple(i / 20 for i in range(31))
STEP_COUNTS = tuple(range(5, 25)) + (50, 100, 200)
SUCCESS_CHANCES = tuple(i / 20 for i in range(21))
TREE_STEPS = 6

_MONEY = "RMB million"
_ILLUSTRATIVE = "illustrative: no source"

PARAMETERS = (
    number(
        "worth", "V", "Worth of the product if it were on the market today",
        900.0, (100.0, 3000.0, 10.0), _MONEY,
        "present value of what the product would earn after launch",
        _ILLUSTRATIVE,
    ),
    number(
        "launch_cost", "I", "Pay this much to launch",
        1000.0, (100.0, 3000.0, 10.0), _MONEY,
        "cost of launching at time T, tools and lines for mass production included",
        _ILLUSTRATIVE + "; the work began without regard to mass production "
        "(fact mix-started-at-peak)",
    ),
    number(
        "research_cost", "R", "Spend this much on research now",
        60.0, (0.0, 500.0, 5.0), _MONEY,
        "cost of research, paid at once and gone whatever comes of it",
        _ILLUSTRATIVE,
    ),
    number(
        "volatility", "s", "How uncertain the product's worth is",
        0.6, (0.1, 1.5, 0.05), "per square root of a year",
        "standard deviation of the yearly change in the logarithm of the worth",
        _ILLUSTRATIVE,
    ),
    number(
        "interest", "r", "Interest on money without risk",
        0.03, (0.0, 0.1, 0.005), "per year",
        "continuous rate at which the launch cost is discounted",
        _ILLUSTRATIVE,
    ),
    number(
        "wait", "T", "Decide on the launch after",
        1.5, (0.25, 4.0, 0.25), "years",
        "time until the right to launch must be used or lapses",
        _ILLUSTRATIVE + "; the phone was shown in October 2016 (fact mix-launch)",
    ),
    number(
        "success", "p", "Chance that the research works",
        0.3, (0.0, 1.0, 0.01), "1",
        "probability of technical success, independent of the product's worth",
        _ILLUSTRATIVE,
    ),
    number(
        "spillover", "B", "Credit brand and components with",
        0.0, (0.0, 500.0, 5.0), _MONEY,
        "gain outside the product itself, success or not",
        _ILLUSTRATIVE + "; 0 credits nothing that no source measures",
    ),
    number(
        "steps", "N", "Steps of the lattice",
        100, (5, 400, 5), "steps",
        "number of up-or-down steps until the decision on the launch",
        "numerical accuracy, not a fact",
        whole=True,
    ),
    number(
        "pulls", "n", "Side panel: number of tries",
        20, (1, 30, 1), "tries",
        "number of times a project is chosen",
        _ILLUSTRATIVE,
        whole=True,
    ),
    number(
        "known_success", "λ", "Side panel: chance that the known project succeeds",
        0.5, (0.0, 1.0, 0.01), "1",
        "success probability of one try with the known project",
        _ILLUSTRATIVE,
    ),
    number(
        "prior_successes", "α", "Side panel: believe in the new project",
        1.0, (0.5, 10.0, 0.5), "successes",
        "belief for the new project, as if so many successes had been seen",
        _ILLUSTRATIVE + "; 1 and 1 hold every chance equally likely",
    ),
    number(
        "prior_failures", "β", "Side panel: doubt the new project",
        1.0, (0.5, 10.0, 0.5), "failures",
        "doubt of the new project, as if so many failures had been seen",
        _ILLUSTRATIVE + "; 1 and 1 hold every chance equally likely",
    ),
)  # fmt: skip

RESULTS = (
    results(
        "at_volatility",
        ("at_volatility", "s", "per square root of a year", "volatility of the product's worth"),
        ("option_by_volatility", "C", _MONEY, "value of the right to launch"),
        ("launch_now_by_volatility", "V − I", _MONEY, "value of launching at once"),
        ("duty_by_volatility", "C − P", _MONEY, "value of a duty to launch at time T"),
        ("net_by_volatility", "pC − R + B", _MONEY, "net value of the research project"),
    )
    + results(
        "at_steps",
        ("at_steps", "N", "steps", "number of lattice steps"),
        ("lattice_by_steps", "C₀,₀", _MONEY, "value of the right to launch on the lattice"),
        ("closed_form_by_steps", "C", _MONEY, "the same in closed form, which has no steps"),
    )
    + results(
        "at_success",
        ("at_success", "p", "1", "probability that the research works"),
        ("net_by_success", "pC − R + B", _MONEY, "net value with the right to stop"),
        (
            "net_duty_by_success", "p(C − P) − R + B", _MONEY,
            "net value if success obliges the firm to launch",
        ),
    )
    + results(
        "pull",
        ("pull", "n", "tries", "number of tries in all"),
        ("reward_optimal", "nλ + W", "successes", "expected successes of the optimal policy"),
        (
            "reward_myopic", "nλ + W̃", "successes",
            "expected successes if each try takes what looks better now",
        ),
        ("reward_known", "nλ", "successes", "expected successes with the known project alone"),
    )
    + results(
        "node",
        ("node", "k", "1", "running number of a lattice node, from today to time T"),
        ("node_step", "i", "steps", "steps taken"),
        ("node_ups", "j", "steps", "steps up among them"),
        ("node_worth", "V_i,j", _MONEY, "worth of the product at the node"),
        ("node_option", "C_i,j", _MONEY, "value of the right to launch at the node"),
    )
)  # fmt: skip


def call_value(V: float, I: float, s: float, r: float, T: float) -> float:
    """Return C, the value of the right to launch at cost I at time T, in RMB million.

    Args:
        V: Worth of the product today, RMB million.
        I: Launch cost, RMB million.
        s: Volatility per square root of a year; 0 means that nothing can change.
        r: Interest per year.
        T: Years until the decision; 0 means now.
    """
    return _exchange(V, I * math.exp(-r * T), s * math.sqrt(T))


def put_value(V: float, I: float, s: float, r: float, T: float) -> float:
    """Return P, what the right to stop adds to a duty to launch, in RMB million.

    Args: as for :func:`call_value`.
    """
    return _exchange(I * math.exp(-r * T), V, s * math.sqrt(T))


def _exchange(gain, cost, spread):
    # C takes V and gives the discounted I; P, its mirror image, gives V and keeps I, with d₁ = −d₂.
    if spread == 0.0:
        return max(0.0, gain - cost)
    d1 = math.log(gain / cost) / spread + spread / 2.0
    return gain * normal_cdf(d1) - cost * normal_cdf(d1 - spread)


def lattice_value(V: float, I: float, s: float, r: float, T: float, N: int) -> float:
    """Return C₀,₀, the value of the right to launch on the lattice of N steps, in RMB million.

    Args: as for :func:`call_value`; N is the number of steps.

    Raises:
        ValueError: If s is not above r·√(T/N), so that q is no probability.
    """
    last = [0.0]
    for row in _rows(V, I, s, r, T, N):
        last = row
    return last[0]


def _rows(V, I, s, r, T, N):
    """Yield the rows i = N, …, 0 of the lattice, each C_i,j over j = 0, …, i."""
    step = T / N
    if s <= r * math.sqrt(step):
        raise ValueError("volatility must be above interest times the square root of a step")
    u = math.exp(s * math.sqrt(step))
    q = (math.exp(r * step) - 1.0 / u) / (u - 1.0 / u)
    up, down = math.exp(-r * step) * q, math.exp(-r * step) * (1.0 - q)
    row = [max(0.0, V * u ** (2 * j - N) - I) for j in range(N + 1)]
    yield row
    for i in range(N - 1, -1, -1):
        row = [up * row[j + 1] + down * row[j] for j in range(i + 1)]
        yield row


def advantage(n: int, lam: float, a: float, b: float, *, myopic: bool = False) -> float:
    """Return W, the expected successes that a new project adds to n·λ over n tries.

    Args:
        n: Tries that remain.
        lam: Success probability λ of the known project.
        a: Successes seen or believed in, α.
        b: Failures seen or believed in, β.
        myopic: Take the new project only while its mean is at least λ, with no eye to learning.
    """
    ahead = [0.0] * (n + 1)
    for tried in range(n - 1, -1, -1):
        now = []
        for won in range(tried + 1):
            m = (a + won) / (a + b + tried)
            gain = m - lam + m * ahead[won + 1] + (1.0 - m) * ahead[won]
            now.append(gain if (m >= lam if myopic else gain > 0.0) else 0.0)
        ahead = now
    return ahead[0]


def failures_to_switch(
    n: int, lam: float, a: float, b: float, *, myopic: bool = False
) -> int | None:
    """Return how many failures in a row, from the start, end the new project; None if n do not.

    0 means that it is never tried. Args: as for :func:`advantage`.
    """
    for failed in range(n):
        m = a / (a + b + failed)
        goes_on = m >= lam if myopic else advantage(n - failed, lam, a, b + failed) > 0.0
        if not goes_on:
            return failed
    return None


def fair_known_success(n: int, a: float, b: float) -> float:
    """Return the λ up to which trying the new project pays, by bisection: its mean and a premium.

    Args: as for :func:`advantage`.
    """
    low, high = 0.0, 1.0
    for _ in range(50):
        middle = (low + high) / 2.0
        if advantage(n, middle, a, b) > 0.0:
            low = middle
        else:
            high = middle
    return (low + high) / 2.0


def _terms(p):
    return p["worth"], p["launch_cost"], p["volatility"], p["interest"], p["wait"]


def _panel(p):
    return p["pulls"], p["known_success"], p["prior_successes"], p["prior_failures"]


def _duty(p):
    return p["worth"] - p["launch_cost"] * math.exp(-p["interest"] * p["wait"])


def _net(p, success, value):
    return success * value - p["research_cost"] + p["spillover"]


def simulate(parameters: dict) -> dict:
    """Value the project along each curve, on the lattice shown, and over the tries.

    Args:
        parameters: A value for every name in ``PARAMETERS``, within its bounds.

    Returns:
        One list for every name in ``RESULTS``; lists over one index have the same length.
    """
    run: dict = {}
    for block in (_over_volatility, _over_steps, net_over_success, _over_pulls, lattice_nodes):
        run.update(block(parameters))
    return run


def _over_volatility(p):
    V, I, _, r, T = _terms(p)
    options = [call_value(V, I, s, r, T) for s in VOLATILITIES]
    return {
        "at_volatility": list(VOLATILITIES),
        "option_by_volatility": options,
        "launch_now_by_volatility": [V - I] * len(options),
        "duty_by_volatility": [_duty(p)] * len(options),
        "net_by_volatility": [_net(p, p["success"], C) for C in options],
    }


def _over_steps(p):
    V, I, s, r, T = _terms(p)
    return {
        "at_steps": list(STEP_COUNTS),
        "lattice_by_steps": [lattice_value(V, I, s, r, T, N) for N in STEP_COUNTS],
        "closed_form_by_steps": [call_value(V, I, s, r, T)] * len(STEP_COUNTS),
    }


def net_over_success(p: dict) -> dict:
    """Return the series over ``at_success``: net value with the right to stop and without it."""
    option = call_value(*_terms(p))
    return {
        "at_success": list(SUCCESS_CHANCES),
        "net_by_success": [_net(p, chance, option) for chance in SUCCESS_CHANCES],
        "net_duty_by_success": [_net(p, chance, _duty(p)) for chance in SUCCESS_CHANCES],
    }


def _over_pulls(p):
    pulls, lam, a, b = _panel(p)
    counts = list(range(1, pulls + 1))
    return {
        "pull": counts,
        "reward_optimal": [n * lam + advantage(n, lam, a, b) for n in counts],
        "reward_myopic": [n * lam + advantage(n, lam, a, b, myopic=True) for n in counts],
        "reward_known": [n * lam for n in counts],
    }


def lattice_nodes(p: dict) -> dict:
    """Return the series over ``node``: where each node of a small lattice lies and what it pays."""
    V, I, s, r, T = _terms(p)
    rows = list(_rows(V, I, s, r, T, TREE_STEPS))
    u = math.exp(s * math.sqrt(T / TREE_STEPS))
    places = [(i, j) for i in range(TREE_STEPS + 1) for j in range(i + 1)]
    return {
        "node": list(range(len(places))),
        "node_step": [i for i, _ in places],
        "node_ups": [j for _, j in places],
        "node_worth": [V * u ** (2 * j - i) for i, j in places],
        "node_option": [rows[TREE_STEPS - i][j] for i, j in places],
    }


def _waiting(p):
    return call_value(*_terms(p)) - max(0.0, p["worth"] - p["launch_cost"])


def _launch_chance(p):
    V, I, s, r, T = _terms(p)
    spread = s * math.sqrt(T)
    d2 = (math.log(V / I) + r * T) / spread - spread / 2.0
    return 100.0 * p["success"] * normal_cdf(d2)


def _break_even(p):
    cost, option = p["research_cost"] - p["spillover"], call_value(*_terms(p))
    if cost <= 0.0:
        return 0.0
    return 100.0 * cost / option if cost <= option else None


def _lattice(p):
    V, I, s, r, T = _terms(p)
    return lattice_value(V, I, s, r, T, p["steps"])


def _over_myopic(p):
    return advantage(*_panel(p)) - advantage(*_panel(p), myopic=True)


MEASURES = {
    "static_value": (
        lambda p: p["worth"] - p["launch_cost"], _MONEY,
        "net present value V − I of launching at once",
    ),
    "option_value": (
        lambda p: call_value(*_terms(p)), _MONEY,
        "value C of the right to launch, once the research has worked; R is sunk by then",
    ),
    "option_value_lattice": (
        _lattice, _MONEY,
        "the same on the lattice of N steps",
    ),
    "value_of_waiting": (
        _waiting, _MONEY,
        "value of deciding at time T above that of deciding now, to launch or to drop it",
    ),
    "value_of_stopping": (
        lambda p: put_value(*_terms(p)), _MONEY,
        "value P that the right to stop adds to a duty to launch",
    ),
    "net_value": (
        lambda p: _net(p, p["success"], call_value(*_terms(p))), _MONEY,
        "net value of the research project with the right to stop",
    ),
    "net_value_duty": (
        lambda p: _net(p, p["success"], _duty(p)), _MONEY,
        "net value of the research project if success obliges the firm to launch",
    ),
    "break_even_probability_pct": (
        _break_even, "percent",
        "smallest chance of technical success at which the research pays; none if it never does",
    ),
    "break_even_spillover": (
        lambda p: p["research_cost"] - p["success"] * call_value(*_terms(p)), _MONEY,
        "spillover at which the research just pays; below zero if it pays without one",
    ),
    "launch_chance_pct": (
        _launch_chance, "percent",
        "risk-neutral probability p·Φ(d₂) that the research ends in a launch: as if the worth grew "
        "at the riskless rate",
    ),
    "bandit_value": (
        lambda p: p["pulls"] * p["known_success"] + advantage(*_panel(p)), "successes",
        "side panel: expected successes of the optimal policy over all tries",
    ),
    "value_of_exploring": (
        lambda p: advantage(*_panel(p)), "successes",
        "side panel: what the optimal policy adds to the known project alone",
    ),
    "value_of_foresight": (
        _over_myopic, "successes",
        "side panel: what the optimal policy adds to the myopic one",
    ),
    "fair_known_success": (
        lambda p: fair_known_success(p["pulls"], p["prior_successes"], p["prior_failures"]), "1",
        "side panel: chance of the known project up to which the new one deserves a try",
    ),
    "failures_to_switch": (
        lambda p: failures_to_switch(*_panel(p)), "failures",
        "side panel: failures in a row, from the start, after which the optimal policy gives up; "
        "0: it never tries, none: it never gives up within the tries",
    ),
    "failures_to_switch_myopic": (
        lambda p: failures_to_switch(*_panel(p), myopic=True), "failures",
        "side panel: failures in a row, from the start, after which the myopic policy gives up; "
        "0: it never tries, none: it never gives up within the tries",
    ),
}  # fmt: skip
