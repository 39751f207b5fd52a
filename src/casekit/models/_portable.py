"""What the model files share: parameter lists, numbers as text, distributions, random draws.

Portable like them: plain Python on ``math`` alone, the same in CPython and in MicroPython. Draws
are the same to the last bit on every engine; what rests on ``exp`` or ``log`` may differ in the
last bit, so results are compared to 1e-9.
"""

import math

_MASK = 0xFFFFFFFFFFFFFFFF
_GAMMA = 0x9E3779B97F4A7C15


def number(name, symbol, label, default, bounds, unit, meaning, source, whole=False):
    """Return the specification of a parameter that is a number.

    Args:
        name: Identifier.
        symbol: Symbol in the equations.
        label: What the manager does, for controls.
        default: Value of the reference run.
        bounds: Smallest value, largest value, and the step of a control.
        unit: Unit; ``"1"`` for a number without one.
        meaning: What it stands for.
        source: Where the default comes from.
        whole: Whether only whole numbers make sense.
    """
    low, high, step = bounds
    return {
        "name": name, "symbol": symbol, "label": label, "default": default, "low": low,
        "high": high, "step": step, "unit": unit, "meaning": meaning, "source": source,
        "whole": whole,
    }  # fmt: skip


def choice(name, symbol, label, default, options, unit, meaning, source):
    """Return the specification of a parameter that is one of several options."""
    return {
        "name": name, "symbol": symbol, "label": label, "default": default, "options": options,
        "unit": unit, "meaning": meaning, "source": source,
    }  # fmt: skip


def results(over, *columns):
    """Return the specifications of the series that run over one index.

    Args:
        over: Name of the index, itself the first of the columns.
        columns: Name, symbol, unit and meaning of each series.
    """
    return tuple(
        {"name": name, "symbol": symbol, "unit": unit, "meaning": meaning, "over": over}
        for name, symbol, unit, meaning in columns
    )


def fixed(value, digits=0, signed=False):
    """Return a number as people read it, with so many digits after the point and a true minus.

    Halves are rounded away from zero. The engines' own formats differ there: ``"%.2f" % 0.625``
    ends in 2 in one and in 3 in another, and a sentence would not be the same.

    Args:
        value: The number, well below 10 to the 15.
        digits: Digits after the point.
        signed: Whether a plus stands before what is above zero.
    """
    scaled = int(abs(value) * 10**digits + 0.5)
    whole, rest = scaled // 10**digits, scaled % 10**digits
    sign = "" if scaled == 0 else "\u2212" if value < 0 else "+" if signed else ""
    if not digits:
        return f"{sign}{whole}"
    padding = "0" * (digits - len(str(rest)))
    return f"{sign}{whole}.{padding}{rest}"


class Scalars:
    """The numeric namespace of one run: ``exp``, ``log``, ``minimum``, ``maximum`` of floats.

    A step written against these four runs on arrays too, where NumPy stands in for this class.
    """

    def __init__(self):
        self.exp = math.exp
        self.log = math.log
        self.minimum = min
        self.maximum = max


SCALARS = Scalars()


class Random:
    """A seeded generator with the same draws on every engine: SplitMix64.

    The state grows by a constant and is then mixed, so draw number i is a function of the seed
    and i alone, which arrays can compute at once. Source: Steele, Lea and Flood (2014).
    """

    def __init__(self, seed):
        self.state = seed & _MASK

    def bits(self):
        """Return the next 64 bits as an integer."""
        self.state = (self.state + _GAMMA) & _MASK
        z = self.state
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & _MASK
        return z ^ (z >> 31)

    def uniform(self):
        """Return a number from 0 (included) to 1 (excluded), a multiple of 2 to the −53."""
        return (self.bits() >> 11) * 1.1102230246251565e-16

    def normal(self):
        """Return a standard normal draw, from two uniform ones (Box and Muller 1958)."""
        radius = math.sqrt(-2.0 * math.log(1.0 - self.uniform()))
        return radius * math.cos(2.0 * math.pi * self.uniform())


def normal_pdf(z):
    """Return φ(z), the density of the standard normal distribution."""
    return math.exp(-0.5 * z * z) / math.sqrt(2.0 * math.pi)


def normal_cdf(z):
    """Return Φ(z), the distribution function of the standard normal distribution."""
    return 0.5 * math.erfc(-z / math.sqrt(2.0))


def normal_quantile(p):
    """Return z with Φ(z) = p, for p strictly between 0 and 1, by Newton's method on ln Φ.

    ln Φ is concave and the start lies to the left of the root, since Φ(−t) ≤ ½·exp(−t²/2); so
    every step ends to the left of the root again, and closer to it.
    """
    if p > 0.5:
        return -normal_quantile(1.0 - p)
    z = -math.sqrt(-2.0 * math.log(p))
    for _ in range(60):
        below = normal_cdf(z)
        step = below / normal_pdf(z) * (math.log(p) - math.log(below))
        z += step
        if abs(step) < 1e-15:
            break
    return z


def binomial_coefficient(n, k):
    """Return the number of ways to choose k of n; 0 outside 0 to n."""
    if k < 0 or k > n:
        return 0
    ways = 1
    for i in range(min(k, n - k)):
        ways = ways * (n - i) // (i + 1)
    return ways


def at_least(k, n, p):
    """Return the probability of k or more successes in n independent trials of probability p."""
    total = 0.0
    for j in range(max(k, 0), n + 1):
        total += binomial_coefficient(n, j) * p**j * (1.0 - p) ** (n - j)
    return min(total, 1.0)
