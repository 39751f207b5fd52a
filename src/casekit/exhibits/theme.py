"""One set of design tokens for page, chart and widget, light and dark.

Charts are drawn in the light colours; afterwards every token colour in the SVG becomes a CSS
variable with that colour as its fallback. So one picture serves both grounds, and still looks
right as a downloaded file. Series colours are Okabe and Ito's (2008) colour-blind-safe set,
darkened or lightened to a contrast of 4.5:1 on both grounds (tested): lines carry their names in
their own colour.
"""

import re
from functools import cache
from importlib.resources import files
from typing import Any

FONT = (
    "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', 'Noto Sans CJK SC', "
    "'PingFang SC', 'Microsoft YaHei', sans-serif"
)

# name: (light ground, dark ground)
TOKENS: dict[str, tuple[str, str]] = {
    "paper": ("#ffffff", "#14181e"),
    "panel": ("#f4f6f8", "#1e242c"),
    "ink": ("#1b1f24", "#e8ebef"),
    "muted": ("#57606b", "#a6b0bb"),
    "grid": ("#d9dee4", "#39424d"),
    "control": ("#78828d", "#8792a0"),
    "accent": ("#b8480b", "#ff9d5c"),
    "series-1": ("#0072b2", "#56b4e9"),
    "series-2": ("#c05200", "#f08a3c"),
    "series-3": ("#008560", "#2cc295"),
    "series-4": ("#b0598a", "#e199c0"),
    "series-5": ("#8a6d00", "#e6c84a"),
}

SERIES = tuple(TOKENS[f"series-{number}"][0] for number in range(1, 6))
INK, MUTED, GRID, ACCENT, PAPER = (
    TOKENS[name][0] for name in ("ink", "muted", "grid", "accent", "paper")
)


def _variables(ground: int) -> str:
    return "".join(f"--ck-{name}:{colours[ground]};" for name, colours in TOKENS.items())


@cache
def css() -> str:
    """Return the style sheet of exhibits, facts, checks and widgets, tokens included.

    Dark colours apply where the book's theme or JupyterLab says so; print is always light.
    """
    rules = files("casekit.exhibits").joinpath("casekit.css").read_text(encoding="utf-8")
    dark = 'html[data-theme="dark"],body[data-jp-theme-light="false"]'
    return (
        f":root{{{_variables(0)}--ck-font:{FONT}}}"
        f"@media not print{{{dark}{{{_variables(1)}}}}}\n{rules}"
    )


def with_variables(svg: str) -> str:
    """Replace every token colour of an SVG by its CSS variable, the colour as fallback."""
    names = {colours[0]: name for name, colours in TOKENS.items()}
    pattern = re.compile("|".join(names), flags=re.IGNORECASE)

    def swap(match: re.Match[str]) -> str:
        colour = match.group(0).lower()
        return f"var(--ck-{names[colour]}, {colour})"

    return pattern.sub(swap, svg)


def config() -> dict[str, Any]:
    """Return the Vega-Lite configuration shared by all charts."""
    axis = {
        "domainColor": GRID,
        "gridColor": GRID,
        "labelColor": MUTED,
        "labelFontSize": 12,
        "tickColor": GRID,
        "titleColor": MUTED,
        "titleFontSize": 12,
        "titleFontWeight": "normal",
    }
    return {
        # The figure has one text alternative and a table; hundreds of labelled marks would
        # only get in a screen reader's way.
        "aria": False,
        "background": "transparent",
        "font": FONT,
        "axis": axis,
        "axisX": {"grid": False},
        # The title of a vertical axis stands level above it, where it can be read.
        "axisY": {
            "domain": False,
            "ticks": False,
            "titleAlign": "left",
            "titleAngle": 0,
            "titleX": -30,
            "titleY": -14,
        },
        "legend": {"disable": True},
        "range": {"category": list(SERIES)},
        "text": {"color": INK, "fontSize": 12},
        "view": {"stroke": None},
    }
