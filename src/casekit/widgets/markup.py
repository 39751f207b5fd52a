"""The widget as HTML. One markup serves the built page, where it stands still, and Jupyter."""

from html import escape

from casekit import models
from casekit.exhibits import exhibit
from casekit.models import Parameter, Setting
from casekit.widgets.views import Settings, View

HOW_TO_RUN = (
    "This page shows the finished reference run, so the controls do not move. They do in Jupyter: "
    "open the chapter there as a notebook, or run "
    '<code>casekit.widgets.model("{model}")</code> in any notebook.'
)


def picture(view: View, settings: Settings) -> str:
    """Return the chart of a run, wide and narrow, with its sentence as text alternative."""
    wide, narrow = (
        exhibit.render(view.draw(settings, size)) for size in (exhibit.WIDE, exhibit.NARROW)
    )
    return exhibit.picture_html(wide, narrow, "Line chart. " + view.describe(settings))


def table(view: View, settings: Settings) -> str:
    """Return the run as an HTML table."""
    rows = view.table(settings).round(3)
    return exhibit.table_html(rows.rename(columns=lambda name: name.replace("_", " ")), view.title)


def widget(view: View, settings: Settings, *, live: bool) -> str:
    """Return the whole widget: head, chart, sentence, controls, caveat, table.

    Args:
        view: How the model is shown.
        settings: Values that differ from the model's defaults.
        live: Whether the controls work; if not they are disabled and the page says how to run.
    """
    values = models.get(view.model).settings(settings)
    status = "" if live else HOW_TO_RUN.format(model=escape(view.model))
    return "".join(
        [
            f'<section class="ck-widget" data-model="{view.model}" '
            f'aria-label="{escape(view.title, quote=True)}">',
            f'<p class="ck-widget-head"><span class="ck-title">{escape(view.title)}</span>',
            f'<span class="ck-subtitle">{escape(view.subtitle)}</span></p>',
            f'<div data-part="picture">{picture(view, settings)}</div>',
            f'<p class="ck-sentence" data-part="sentence" role="status" aria-live="polite">'
            f"{escape(view.describe(settings))}</p>",
            f'<p class="ck-status" data-part="status">{status}</p>',
            _controls(view, values, live=live),
            f'<p class="ck-note">{escape(view.note)}</p>',
            f'<details class="ck-more"><summary>Table</summary><div data-part="table">'
            f"{table(view, settings)}</div></details>",
            "</section>",
        ]
    )


def _controls(view: View, values: dict[str, Setting], *, live: bool) -> str:
    known = {parameter.name: parameter for parameter in models.get(view.model).parameters}
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
    key = f"ck-{view.model}-{parameter.name}"
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
