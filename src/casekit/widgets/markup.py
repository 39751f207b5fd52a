"""The widget as HTML. One markup serves the built page, where it stands still, and Jupyter."""

import json
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

import pandas as pd
import vl_convert

from casekit import models
from casekit.exhibits import exhibit, theme
from casekit.models import Parameter, Setting
from casekit.widgets.view import Prediction, Settings, View

HOW_TO_RUN = (
    "This page shows the finished reference run. Where scripts may run, the controls come alive "
    "when you reach them; they also do in Jupyter: run "
    '<code>casekit.widgets.get("{name}")</code> in any notebook.'
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


def plain_picture(view: View) -> str:
    """Return the chart of the reference run as an SVG document in token colours."""
    return exhibit.render(view.chart(exhibit.WIDE), view.shown({})["data"])


def print_html(view: View, picture: str, live: str) -> str:
    """Return the widget as a still figure for paper and e-books.

    Args:
        view: How the model or the table is shown.
        picture: Address of the picture.
        live: Address of the live widget.
    """
    sentence = view.shown({})["sentence"]
    alternative = escape(f"{view.picture} {sentence}", quote=True)
    return (
        f'<div class="ck-exhibit" id="widget-{view.name}">'
        f'<div><span class="ck-title">{escape(view.title)}</span> '
        f'<span class="ck-subtitle">{escape(view.subtitle)}</span></div>'
        f'<img class="ck-plain" src="{picture}" alt="{alternative}"/>'
        f'<p class="ck-takeaway">{escape(sentence)}</p><p class="ck-note">{escape(view.note)}</p>'
        f'<p class="ck-note"><a href="{escape(live, quote=True)}">Move its controls in the live '
        "book</a></p></div>"
    )


def widget(view: View, settings: Settings, *, live: bool) -> str:
    """Return the whole widget: head, chart, sentence, prediction, controls, caveat, table.

    Args:
        view: How the model or the table is shown.
        settings: Values that differ from the defaults.
        live: Whether a kernel moves the controls; on a page they are disabled until the page's
            own engine does, and the status says how else to run it.
    """
    values, shown = view.settings(settings), view.shown(settings)
    drawn, rows = pictures(view, shown), table(shown)
    status = "" if live else HOW_TO_RUN.format(name=escape(view.name))
    frame = pd.DataFrame(rows["rows"], columns=rows["columns"])
    return "".join(
        [
            f'<section class="ck-widget" id="widget-{view.name}" data-widget="{view.name}" '
            f'aria-label="{escape(view.title, quote=True)}">',
            f'<p class="ck-widget-head"><span class="ck-title">{escape(view.title)}</span>',
            f'<span class="ck-subtitle">{escape(view.subtitle)}</span></p>',
            _predict(view, live=live) if view.prediction else "",
            '<div data-part="picture">'
            f"{exhibit.picture_html(drawn['wide'], drawn['narrow'], drawn['alternative'])}</div>",
            f'<p class="ck-sentence" data-part="sentence" role="status" aria-live="polite">'
            f"{escape(shown['sentence'])}</p>",
            f'<p class="ck-status" data-part="status">{status}</p>',
            _controls(view, values, live=live),
            f'<p class="ck-note">{escape(view.note)}</p>',
            '<div class="ck-more"><details><summary>Table</summary><div data-part="table">'
            f"{exhibit.table_html(frame, view.title)}</div></details>",
            _sources(view),
            "" if live else _keep(view),
            "</div>",
            "" if live else _engine(view, settings),
            "</section>",
        ]
    )


def _sources(view: View) -> str:
    if not view.sources:
        return ""
    return f"<details><summary>Sources</summary>{exhibit.sources_html(view.sources())}</details>"


def _predict(view: View, *, live: bool) -> str:
    """Return the form that takes a prediction, then a reason; its answer is from the same show."""
    asked, off = view.prediction, "" if live else " disabled"
    if asked is None:
        return ""
    results = asked.results(view.shown(asked.settings))
    given = {
        "widget": view.name,
        "question": asked.question,
        "unit": asked.unit,
        "settings": dict(asked.settings),
        "results": [list(pair) for pair in results],
    }
    key = f"ck-{view.name}-predict"
    return "".join(
        [
            f'<fieldset class="ck-predict" data-part="predict"{off} '
            f'data-asked="{escape(json.dumps(given, ensure_ascii=False), quote=True)}">',
            f"<legend>Predict first</legend><p>{escape(asked.question)}</p>",
            _drawing(asked, results) if len(results) > 1 else _entry(asked, key),
            '<p><button type="button" data-action="predict">Commit and run it</button></p>',
            '<p data-part="verdict" role="status" aria-live="polite"></p>',
            '<div data-part="explain" hidden>',
            f'<label for="{key}-reason">Why? What in the model made the difference?</label>',
            f'<textarea id="{key}-reason" rows="3" maxlength="2000"></textarea>',
            '<p><button type="button" data-action="explain">Keep my reason</button> ',
            '<button type="button" data-action="log">Download my log (JSON)</button></p>',
            "</div></fieldset>",
        ]
    )


def _entry(asked: Prediction, key: str) -> str:
    low, high, step = asked.bounds
    return (
        f'<p><label for="{key}">Your prediction ({escape(asked.unit)})</label> '
        f'<input type="number" id="{key}" min="{low:g}" max="{high:g}" step="{step:g}"></p>'
    )


def _drawing(asked: Prediction, results: Sequence[tuple[str, float]]) -> str:
    """Return one upright slider a label: a line to draw with pointer, finger or arrow keys."""
    low, high, step = asked.bounds
    # All start at the foot: a starting line would be a hint.
    columns = "".join(
        f'<div class="ck-column"><span>{low:g}</span>'
        f'<input type="range" min="{low:g}" max="{high:g}" step="{step:g}" value="{low:g}" '
        f'aria-label="{escape(label)}, {escape(asked.unit)}"><span>{escape(label)}</span></div>'
        for label, _ in results
    )
    return f'<div class="ck-pad" data-part="pad">{columns}</div>'


def _keep(view: View) -> str:
    """Return the scenario as a link and as code, for a page whose engine runs."""
    name = escape(view.name)
    return (
        "<details data-live hidden><summary>Open in a notebook</summary>"
        f'<pre data-part="code" data-widget="{name}" tabindex="0"></pre></details>'
        "<p data-live hidden>"
        f'<a data-part="link" data-widget="{name}" href="#widget-{name}">Link to this scenario</a>'
        "</p>"
    )


def _engine(view: View, settings: Settings) -> str:
    """Return what the page's own engine needs, as data that no browser runs."""
    given = {
        "show": view.show.__name__,
        "tables": view.tables() if view.tables else None,
        "defaults": view.settings(),
        "settings": dict(settings),
        "picture": view.picture,
        "charts": specifications(view),
    }
    text = theme.with_variables(json.dumps(given, ensure_ascii=False)).replace("<", "\\u003c")
    return f'<script type="application/json" data-part="engine">{text}</script>'


def _controls(view: View, values: dict[str, Setting], *, live: bool) -> str:
    known, off = view.parameters, "" if live else " disabled"

    def group(names: tuple[str, ...], legend: str) -> str:
        inner = "".join(_control(view, known[name], values[name]) for name in names)
        return f'<fieldset class="ck-controls" aria-label="{legend}"{off}>{inner}</fieldset>'

    more = (
        '<details class="ck-more"><summary>More assumptions</summary>'
        f"{group(view.more, 'More assumptions')}</details>"
    )
    return (
        group(view.controls, "Decisions and assumptions")
        + (more if view.more else "")
        + f'<p><button type="button" data-action="reset"{off}>Reset to the reference run</button>'
        + "</p>"
    )


def _control(view: View, parameter: Parameter, value: Setting) -> str:
    key = f"ck-{view.name}-{parameter.name}"
    inner = _choice(key, parameter, value) if parameter.options else _number(key, parameter, value)
    label = f'<label for="{key}">{escape(parameter.label)}{_unit(parameter)}</label>'
    return f'<div class="ck-control" data-name="{parameter.name}">{label}{inner}</div>'


def _unit(parameter: Parameter) -> str:
    """Return the symbol and unit of a number; a number without a unit shows its symbol alone.

    The options of a choice say themselves what they are.
    """
    if parameter.options:
        return ""
    unit = "" if parameter.unit == models.NO_UNIT else f", {escape(parameter.unit)}"
    return f' <span class="ck-unit">({escape(parameter.symbol)}{unit})</span>'


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
