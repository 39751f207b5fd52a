"""Say in words what an answer must look like, for the notebook and the page of all assignments."""

from casekit.questions.schema import Question

NO_UNIT = "(no unit)"
_SHORT = 60
_COMPOSITE = ("list", "series", "frame", "function")


def form_text(question: Question) -> str:
    """Say in Markdown what an answer must look like and how close it must be."""
    unit = _unit(question)
    words = " or ".join(f'`"{option}"`' for option in question.options)
    what = f"one of {words}" if words else f"a number{unit}"
    each = ", ".join(f"`{label}`" for label in question.labels)
    columns = ", ".join(f"`{column}`" for column in question.columns)
    arguments = ", ".join(question.arguments)
    forms = {
        "pct": f"a percentage{unit}",
        "int": f"a whole number{unit}",
        "bool": "`True` or `False`",
        "list": f"a list of {question.length}, each {what}",
        "series": f"a pandas Series or a dict with {what} for each of {each}",
        "frame": f"a pandas DataFrame, or a dict of columns, with the columns {columns}, the rows"
        f" {each}, and in each cell {what}",
        "function": f"a function `{question.id}({arguments})` that returns {what}",
    }
    return f"{forms.get(question.type, what)}{_closeness(question)}."


def _closeness(question: Question) -> str:
    parts = []
    if question.rounding is not None:
        decimals = "decimal" if question.rounding == 1 else "decimals"
        parts.append(
            f"rounded to {question.rounding} {decimals} or not at all"
            if question.rounding
            else "rounded to a whole number or not at all"
        )
    if "relative" in question.tolerance:
        parts.append(f"right within {100 * question.tolerance['relative']:g} % of the right value")
    elif "absolute" in question.tolerance:
        parts.append(f"right within {question.tolerance['absolute']:g}")
    if question.type in _COMPOSITE:
        what = "call" if question.type == "function" else "element"
        parts.append(f"each right {what} counts" if question.partial else "all or nothing")
    return f" ({'; '.join(parts)})" if parts else ""


def answer_note(question: Question) -> str:
    """Say in a few words what a variable takes, with its unit, for the notebook's code."""
    return answer_kind(question) + _unit(question)


def answer_kind(question: Question) -> str:
    """Say in a few words what kind of value a variable takes."""
    words = " or ".join(f'"{option}"' for option in question.options)
    kinds = {
        "pct": "a percentage",
        "int": "a whole number",
        "bool": "True or False",
        "enum": words if len(words) <= _SHORT else "one of the words above",
        "list": f"a list of {question.length}",
        "series": "a Series or a dict",
        "frame": "a DataFrame or a dict of columns",
        "function": f"a function of {', '.join(question.arguments)}",
    }
    return kinds.get(question.type, "a number")


def _unit(question: Question) -> str:
    if question.unit.startswith("("):
        return "" if question.unit == NO_UNIT else f" {question.unit}"
    return f", in {question.unit}" if question.unit else ""
