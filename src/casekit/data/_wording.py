"""How figures, dates and names read in prose."""

from calendar import month_name

_CURRENCIES = {"RMB", "USD", "EUR", "HKD", "NTD", "JPY"}
_SINGULAR = {"companies": "company", "countries": "country"}
_UNITS = {"percent": "%", "million units": " million", "ratio": " times", "": ""}


def number(cell: str) -> str:
    """Return a number as a source prints it: thousands parted, a true minus."""
    whole, point, part = cell.removeprefix("-").partition(".")
    if not whole.isdecimal():  # e.g. 1e5, a number that no source prints
        return cell
    sign = "\N{MINUS SIGN}" if cell.startswith("-") else ""
    return f"{sign}{int(whole):,}{point}{part}"


def with_unit(printed: str, unit: str) -> str:
    """Return a number with its unit as it stands in prose, e.g. ``RMB 66.8 billion``."""
    currency, _, scale = unit.partition(" ")
    if currency in _CURRENCIES:
        return " ".join(part for part in (currency, printed, scale) if part)
    if unit == "rank":
        return f"number {printed}"
    if printed == "1" and unit not in _UNITS:
        unit = _SINGULAR.get(unit, unit.removesuffix("s"))
    return f"{printed}{_UNITS.get(unit, f' {unit}')}"


def long_date(date: str) -> str:
    """Return ``2016-01-14`` as ``14 January 2016``; what is no date stays as it is."""
    year, month, day = split_date(date)
    return " ".join(part for part in (day, month, year) if part)


def split_date(date: str) -> tuple[str, str, str]:
    """Return year, name of the month and day; empty where the date does not say."""
    year, *rest = date.split("-")
    try:
        month = month_name[int(rest[0])] if rest else ""
        day = str(int(rest[1])) if len(rest) > 1 else ""
    except (ValueError, IndexError):
        return date, "", ""  # the data check names it; a citation still shows what stands there
    return year, month, day
