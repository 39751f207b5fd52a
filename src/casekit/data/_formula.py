"""Arithmetic on rows: ``[units-2016-idc] - [units-2015-idc]``."""

import ast
import operator
import re
from collections.abc import Callable
from math import exp, isfinite, log, sqrt

from casekit.errors import InvalidInputError

_REFERENCE = re.compile(r"\[([a-z0-9-]+(?:\.high)?)\]")
_LONGEST = 500
_BINARY: dict[type[ast.operator], Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: operator.pow,
}
_UNARY: dict[type[ast.unaryop], Callable[[float], float]] = {
    ast.UAdd: operator.pos,
    ast.USub: operator.neg,
}
_FUNCTIONS: dict[str, Callable[..., float]] = {
    "ln": log,
    "exp": exp,
    "sqrt": sqrt,
    "abs": abs,
    "min": min,
    "max": max,
}


def references(formula: str) -> list[str]:
    """List the ids (with ``.high`` where used) that stand in square brackets in ``formula``."""
    return _REFERENCE.findall(formula)


def compute(formula: str, lookup: Callable[[str], float]) -> float:
    """Work out a formula of numbers, ``+ - * / **``, brackets and ``[id]`` references.

    The functions ``ln``, ``exp``, ``sqrt``, ``abs``, ``min`` and ``max`` are known too.

    Args:
        formula: At most 500 characters. Nothing else of Python is understood or run.
        lookup: Gives the number for the text between square brackets.

    Returns:
        The result; all arithmetic is done on floats.

    Raises:
        InvalidInputError: The formula is not of that form, or has no finite real result.
    """
    names = {f"ref{place}": name for place, name in enumerate(references(formula))}
    places = iter(names)
    text = _REFERENCE.sub(lambda _: next(places), formula).strip()
    if len(formula) > _LONGEST:
        message = f"The formula has more than {_LONGEST} characters; split it into several rows."
        raise InvalidInputError(message)
    values = {place: lookup(name) for place, name in names.items()}
    try:
        return _finite(_value(ast.parse(text, mode="eval").body, values))
    except (SyntaxError, TypeError, ValueError, RecursionError, MemoryError) as error:
        message = f"The formula {formula!r} is not plain arithmetic on numbers and [id] references."
        raise InvalidInputError(message) from error
    except ArithmeticError as error:
        message = f"The formula {formula!r} has no finite result ({error}); correct its terms."
        raise InvalidInputError(message) from error


def _value(node: ast.expr, values: dict[str, float]) -> float:
    match node:
        case ast.Constant(value=int() | float() as number) if not isinstance(number, bool):
            return float(number)  # floats overflow at once where huge integers would run for hours
        case ast.Name(id=name) if name in values:
            return values[name]
        case ast.UnaryOp(op=op, operand=operand) if type(op) in _UNARY:
            return _UNARY[type(op)](_value(operand, values))
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _BINARY:
            return _real(_BINARY[type(op)](_value(left, values), _value(right, values)))
        case ast.Call(func=ast.Name(id=name), args=arguments, keywords=[]) if name in _FUNCTIONS:
            return _real(_FUNCTIONS[name](*(_value(each, values) for each in arguments)))
    message = f"{ast.unparse(node)!r} is not arithmetic"
    raise ValueError(message)


def _finite(number: float) -> float:
    if not isfinite(number):
        message = "too large"
        raise OverflowError(message)
    return number


def _real(number: object) -> float:
    # A negative number to a broken power is complex in Python.
    if not isinstance(number, float):
        message = "not a real number"
        raise TypeError(message)
    return number
