"""Draw each student's own numbers from the course's secret.

For a parameter of a question the draw is HMAC-SHA256 with the secret as key and ``assignment |
student | question | parameter | attempt`` as message, reduced to a place on the parameter's grid.
Attempts go on until the variant keeps the properties and the band that the question asks for, and
every known mistake can be told from the key; where earlier draws leave a question no room, a new
round begins with the first. The draw is whole-number arithmetic, the same on every platform; other
students do not matter, nor do other questions that share no parameter. Whether a draw is kept
depends on keys and models too: numbers are those of one version of both.
"""

import hashlib
import hmac
import unicodedata
from collections.abc import Callable
from decimal import Decimal

from casekit.errors import CasekitError, InvalidInputError
from casekit.questions.firm import Entry, Firm, Value
from casekit.questions.keys import faults, named_in, names_for
from casekit.questions.schema import Assignment, Draw, Question

PUBLIC = "public"
"""The number of the public firm: the same for everybody, its answers in the open."""

ATTEMPTS, ROUNDS = 500, 20
"""How often a question is drawn before the whole is begun anew, and how often that is done."""

_NUMBER_LENGTH = 8


def public_firm(assignment: Assignment) -> Firm:
    """Return the firm with the public values."""
    drawn = {
        name: draw.public
        for question in assignment.questions
        for name, draw in question.draw.items()
    }
    return _firm(assignment, PUBLIC, drawn)


def draw_firm(assignment: Assignment, student: str, secret: bytes) -> Firm:
    """Draw the firm of a student.

    Args:
        assignment: The assignment.
        student: The student's id.
        secret: The course's secret.

    Returns:
        The firm; its number tells it from others and says nothing about student or secret.

    Raises:
        InvalidInputError: If no draw keeps what a question asks for.
    """
    for start in range(0, ROUNDS * ATTEMPTS, ATTEMPTS):
        names = _draw_round(assignment, _drawing(assignment, student, secret, start))
        if names is not None:
            return _firm(assignment, firm_number(assignment.name, student, secret), names)
    message = (
        f"{assignment.name}, field draw: {ROUNDS} rounds of {ATTEMPTS} draws kept no property or"
        " band of some question: widen what is drawn, or the band."
    )
    raise InvalidInputError(message)


def _draw_round(assignment: Assignment, place: Callable[..., int]) -> dict[str, Value] | None:
    """Draw question after question; None if one of them cannot be content with what came before."""
    names: dict[str, Value] = {}
    waiting = [each for each in assignment.questions if references(each, assignment)]
    for question in assignment.questions:
        if not question.draw:
            continue
        known = {*names, *question.draw}
        ready = [each for each in waiting if references(each, assignment) <= known]
        waiting = [each for each in waiting if each not in ready]
        drawn = _settle(assignment, question, ready, names, place)
        if drawn is None:
            return None
        names |= drawn
    return names


def firm_number(assignment: str, student: str, secret: bytes) -> str:
    """Return what tells a student's firm from others and says nothing about the student."""
    return _digest(secret, assignment, student).hex()[:_NUMBER_LENGTH].upper()


def _drawing(assignment: Assignment, student: str, secret: bytes, start: int) -> Callable[..., int]:
    def place(question: str, parameter: str, attempt: int, size: int) -> int:
        count = str(start + attempt)
        found = _digest(secret, assignment.name, student, question, parameter, count)
        return int.from_bytes(found, "big") % size

    return place


def _digest(secret: bytes, *parts: str) -> bytes:
    # The length before each part keeps "a|b" and "a", "b" apart.
    plain = [unicodedata.normalize("NFC", part) for part in parts]
    message = "".join(f"{len(part)}:{part}|" for part in plain).encode()
    return hmac.new(secret, message, hashlib.sha256).digest()


def _settle(
    assignment: Assignment,
    question: Question,
    ready: list[Question],
    names: dict[str, Value],
    place: Callable[..., int],
) -> dict[str, Value] | None:
    """Draw a question's parameters until every question that they complete is content."""
    for attempt in range(ATTEMPTS):
        drawn = {
            name: _value(draw, place(question.id, name, attempt, grid_size(draw)))
            for name, draw in question.draw.items()
        }
        if all(_content(each, assignment, names | drawn) for each in ready):
            return drawn
    return None


def _content(question: Question, assignment: Assignment, firm: dict[str, Value]) -> bool:
    try:
        return not any(faults(question, names_for(question, assignment, firm)))
    except (CasekitError, ArithmeticError):
        return False


def references(question: Question, assignment: Assignment, *, key_only: bool = False) -> set[str]:
    """Return the names of the drawn parameters on which a question depends.

    Args:
        question: The question.
        assignment: Its assignment.
        key_only: Whether what only its conditions and known mistakes use does not count.
    """
    used = named_in(question.key if key_only else (question.key, question.keep, question.mistakes))
    drawn = {name for other in assignment.questions for name in other.draw}
    for earlier in question.follows:
        used |= references(assignment.question(earlier), assignment, key_only=key_only)
    return used & drawn


def grid_size(draw: Draw) -> int:
    """Return how many values a parameter can have."""
    if draw.options:
        return len(draw.options)
    return int((_exact(draw.high) - _exact(draw.low)) / _exact(draw.step)) + 1


def _value(draw: Draw, place: int) -> Value:
    if draw.options:
        return draw.options[place]
    value = _exact(draw.low) + place * _exact(draw.step)
    whole = all(_exact(each) % 1 == 0 for each in (draw.low, draw.step))
    return int(value) if whole else float(value)


def _exact(number: float) -> Decimal:
    return Decimal(str(number))


def _firm(assignment: Assignment, number: str, values: dict[str, Value]) -> Firm:
    entries = {
        name: Entry(values[name], draw.unit, draw.meaning)
        for question in assignment.questions
        for name, draw in question.draw.items()
    }
    return Firm(assignment.name, number, entries)
