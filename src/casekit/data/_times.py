"""Times as the tables write them: 2016, 2016H1, 2016Q3, 2016-05, 2016-05-17."""

from datetime import date


def is_time(cell: str) -> bool:
    """Tell whether a cell names a time that is in the calendar."""
    year, letter, part = cell.partition("Q") if "Q" in cell else cell.partition("H")
    if letter:
        return year.isdigit() and part in {"Q": ["1", "2", "3", "4"], "H": ["1", "2"]}[letter]
    try:
        date.fromisoformat(cell + "0000-01-01"[len(cell) :])
    except ValueError:
        return False
    return True


def order(cell: str, *, last: bool = False) -> str:
    """Return a text that sorts by time: the first (or last) moment that ``cell`` may mean."""
    year, letter, quarter = cell.partition("Q")
    if letter and quarter.isdigit():
        cell = f"{year}-{3 * int(quarter) - (0 if last else 2):02}"
    return cell + ("~" if last else "")  # sorts after every day or month of the same year
