"""The widget as an ordinary ipywidget, for Jupyter."""

from importlib.resources import files
from typing import Any

import anywidget
import traitlets

from casekit.errors import CasekitError
from casekit.exhibits import theme
from casekit.widgets import markup
from casekit.widgets.views import view


class CaseWidget(anywidget.AnyWidget):
    """Controls and chart of a model or a table, as an ordinary ipywidget.

    Set ``settings`` from Python or by the controls; ``picture``, ``table`` and ``sentence``
    follow. A setting that is out of bounds or unknown changes nothing and shows one sentence.

    Attributes:
        settings: Values that differ from the defaults, by parameter name.
        picture: The chart as SVG (``wide``, ``narrow``) and its text ``alternative``.
        table: The run as texts: ``columns`` and ``rows``.
        sentence: The run in plain words.
        error: What was wrong with the last settings, or the empty string.
    """

    _esm = files("casekit.widgets").joinpath("widget.js").read_text(encoding="utf-8")
    _css = theme.css()

    settings = traitlets.Dict().tag(sync=True)
    defaults = traitlets.Dict().tag(sync=True)
    markup = traitlets.Unicode().tag(sync=True)
    picture = traitlets.Dict().tag(sync=True)
    table = traitlets.Dict().tag(sync=True)
    sentence = traitlets.Unicode().tag(sync=True)
    error = traitlets.Unicode().tag(sync=True)

    def __init__(self, name: str, **settings: object) -> None:
        self._view = view(name)
        self._view.settings(settings)
        super().__init__(
            settings=settings,
            defaults=self._view.settings(),
            markup=markup.widget(self._view, settings, live=True),
        )
        self._refresh()
        self.observe(lambda _: self._refresh(), names="settings")

    def _refresh(self) -> None:
        try:
            shown = self._view.shown(self.settings)
        except CasekitError as problem:
            self.error = str(problem)
            return
        self._shown = dict(self.settings)
        self.table = markup.table(shown)
        self.sentence = shown["sentence"]
        self.picture = markup.pictures(self._view, shown)
        self.error = ""

    def _repr_mimebundle_(self, **options: Any) -> Any:
        bundle = super()._repr_mimebundle_(**options)
        data, metadata = bundle if isinstance(bundle, tuple) else (bundle or {}, {})
        page = markup.widget(self._view, self._shown, live=False)
        data = {**data, "text/html": f"<style data-casekit>{theme.css()}</style>{page}"}
        data["text/plain"] = f"{self._view.title} {self.sentence}"
        return data, metadata
