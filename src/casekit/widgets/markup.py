"""The widget as HTML. One markup serves the built page, where it stands still, and Jupyter."""

import json
from collections.abc import Mapping
from html import escape
from typing import Any

import pandas as pd
import vl_convert

from casekit import models
from casekit.exhibits import exhibit, theme
from casekit.models import Parameter, Setting
from casekit.widgets.views import Settings, View

HOW_TO_RUN = (
    "This page shows the finished reference run. Where scripts may run, the controls come alive "
    "when you reach them; they also do in Jupyter: run "
    '<code>casekit.widgets.model("{model}")</code> in any notebook.'
)


def pictures(view: View, shown: Mapping[str, Any]) -> dict[str, str]:
    """Return the chart as SVG, wide and narrow, and its text alternative."""
    wide, narrow = (
        exhibit.inline(exhibit.render(view.chart(size), shown["data"]))
        for size in (exhibit.WIDE, exhibit.NARROW)
    )
    return {
        "wide": wide,
        "narrow": narrow,
        "alternative": f"{view.picture} {shown['sentence']}",
    }


def table(shown: Mapping[str, Any]) -> dict[str, Any]:
    """Return the run as a table of texts: columns and rows."""
    return {"columns": shown["columns"], "rows": [list(map(_cell, row)) for row in shown["rows"]]}


def _cell(value: object) -> str:
    text = f"{value:.3f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)
    return text.replace("-", "−") if isinstance(value, float | int) else text


def specifications(view: View) -> dict[str, Any]:
    """Return what the page needs to draw the chart itself: Vega specifications, wide and narrow.

    Token colours stand in them as CSS variables, as in the pictures.
    """
    data = view.shown({})["data"]
    return {
        name: vl_convert.vegalite_to_vega(exhibit.specification(view.chart(size), data))
        for name, size in (("wide", exhibit.WIDE), ("narrow", exhibit.NARROW))
    }


def widget(view: View, settings: Settings, *, live: bool) -> str:
    """Return the whole widget: head, chart, sentence, controls, caveat, table.

    Args:
        view: How the model is shown.
        settings: Values that differ from the model's defaults.
        live: Whether a kernel moves the controls; on a page they are disabled until the page's
            own engine does, and the status says how else to run it.
    """
    values, shown = view.owner.settings(settings), view.shown(settings)
    drawn, rows = pictures(view, shown), table(shown)
    status = "" if live else HOW_TO_RUN.format(model=escape(view.name))
    frame = pd.DataFrame(rows["rows"], columns=rows["columns"])
    return "".join(
        [
            f'<section class="ck-widget" id="widget-{view.name}" data-model="{view.name}" '
            f'aria-label="{escape(view.title, quote=True)}">',
            f'<p class="ck-widget-head"><span class="ck-title">{escape(view.title)}</span>',
            f'<span class="ck-subtitle">{escape(view.subtitle)}</span></p>',
            '<div data-part="picture">'
            f"{exhibit.picture_html(drawn['wide'], drawn['narrow'], drawn['alternative'])}</div>",
            f'<p class="ck-sentence" data-part="sentence" role="status" aria-live="polite">'
            f"{escape(shown['sentence'])}</p>",
            f'<p class="ck-status" data-part="status">{status}</p>',
            _controls(view, values, live=live),
            f'<p class="ck-note">{escape(view.note)}</p>',
            f'<details class="ck-more"><summary>Table</summary><div data-part="table">'
            f"{exhibit.table_html(frame, view.title)}</div></details>",
            "" if live else _keep(view) + _engine(view, settings),
            "</section>",
        ]
    )


def _keep(view: View) -> str:
    """Return the scenario as a link and as code, for a page whose engine runs."""
    name = escape(view.name)
    return (
        '<p class="ck-more" data-live hidden>'
        f'<a data-part="link" data-widget="{name}" href="#widget-{name}">Link to this scenario</a>'
        "</p>"
        '<details class="ck-more" data-live hidden><summary>Open in a notebook</summary>'
        f'<pre data-part="code" data-widget="{name}"></pre></details>'
    )


def _engine(view: View, settings: Settings) -> str:
    """Return what the page's own engine needs, as data that no browser runs."""
    given = {
        "show": view.show.__name__,
        "tables": view.tables() if view.tables else None,
        "defaults": view.owner.settings(),
        "settings": dict(settings),
        "picture": view.picture,
        "charts": specifications(view),
    }
    text = theme.with_variables(json.dumps(given, ensure_ascii=False)).replace("<", "\\u003c")
    return f'<script type="application/json" data-part="engine">{text}</script>'


def _controls(view: View, values: dict[str, Setting], *, live: bool) -> str:
    known = {parameter.name: parameter for parameter in view.owner.parameters}
    off = "" if live else " disabled"

    def group(names: tuple[str, ...], legend: str) -> str:
        inner = "".join(_control(view, known[name], values[name]) for name in names)
        return f'<fieldset class="ck-controls" aria-label="{legend}"{off}>{inner}</fieldset>'

    return (
        group(view.controls, "Decisions and assumptions")
        + '<details class="ck-more"><summary>More assumptions</summary>'
        + group(view.more, "More assumptions")
        + "</details>"
        + f'<p><button type="button" data-action="reset"{off}>Reset to the reference run</button>'
        + "</p>"
    )


def _control(view: View, parameter: Parameter, value: Setting) -> str:
    key = f"ck-{view.name}-{parameter.name}"
    # A number without a unit shows its symbol alone.
    unit = "" if parameter.unit == models.NO_UNIT else f", {escape(parameter.unit)}"
    label = (
        f'<label for="{key}">{escape(parameter.label)} '
        f'<span class="ck-unit">({escape(parameter.symbol)}{unit})</span>'
        "</label>"
    )
    inner = _choice(key, parameter, value) if parameter.options else _number(key, parameter, value)
    return f'<div class="ck-control" data-name="{parameter.name}">{label}{inner}</div>'


def _choice(key: str, parameter: Parameter, value: Setting) -> str:
    options = "".join(
        f"<option{' selected' if option == value else ''}>{option}</option>"
        for option in parameter.options
    )
    return f'<select id="{key}">{options}</select>'


def _number(key: str, parameter: Parameter, value: Setting) -> str:
    name = escape(parameter.label, quote=True)
    bounds = (
        f'min="{parameter.low:g}" max="{parameter.high:g}" step="{parameter.step:g}" '
        f'value="{float(value):g}"'
    )
    return (
        f'<button type="button" data-step="-1" aria-label="Less: {name}">−</button>'
        f'<input type="range" {bounds} aria-label="{name}, slider">'
        f'<button type="button" data-step="1" aria-label="More: {name}">+</button>'
        f'<input type="number" id="{key}" {bounds}>'
    )
