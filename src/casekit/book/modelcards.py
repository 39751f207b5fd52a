"""The card of a model, made from the model file itself: purpose, equations, limits, parameters.

``{model-card}`` with a model's name stands on the page of that model.
"""

from docutils import nodes
from docutils.nodes import Node
from docutils.statemachine import StringList
from sphinx.util.docutils import SphinxDirective

from casekit import models
from casekit.book import datapages
from casekit.errors import UnknownNameError
from casekit.models import Model, Parameter


class ModelCard(SphinxDirective):
    """The ``model-card`` directive; its argument is the name of a model."""

    required_arguments = 1

    def run(self) -> list[Node]:
        """Return the sections of the card, or an error that names the nearest model."""
        try:
            model = models.get(self.arguments[0])
        except UnknownNameError as problem:
            return [self.state.document.reporter.error(str(problem), line=self.lineno)]
        return [
            nodes.paragraph("", model.summary),
            self._section("equations", "Equations", _equations(model)),
            self._section("parameters", "Parameters", [_parameters(model)]),
            self._section("measures", "What it measures", [_measures(model)]),
            self._section("leaves-out", "What it leaves out", [_list(model.leaves_out)]),
            self._section("breaks", "Where it breaks", [_list(model.breaks)]),
            self._section("calibration", "Where its numbers come from", self._calibration(model)),
        ]

    def _section(self, anchor: str, title: str, parts: list[Node]) -> nodes.section:
        # The parts hold numbers of the model, not typed figures.
        section = nodes.section(ids=[anchor], names=[anchor], classes=["from-data"])
        section += nodes.title("", title)
        section += parts
        return section

    def _calibration(self, model: Model) -> list[Node]:
        works = ", ".join(f"{{cite:t}}`{work}`" for work in model.works)
        parent = nodes.Element()
        lines = StringList([model.calibration, "", f"It rests on {works}."], source="model card")
        self.state.nested_parse(lines, self.content_offset, parent)
        children: list[Node] = list(parent.children)
        return children


def _equations(model: Model) -> list[Node]:
    parts: list[Node] = []
    for said, latex in model.equations:
        parts.append(nodes.paragraph("", f"{said}:"))
        parts.append(nodes.math_block(latex, latex, nowrap=False, number=None, label=None))
    return parts


def _list(sentences: tuple[str, ...]) -> nodes.bullet_list:
    items = [nodes.list_item("", nodes.paragraph("", sentence)) for sentence in sentences]
    return nodes.bullet_list("", *items)


def _parameters(model: Model) -> Node:
    rows = [
        (
            entry.symbol, entry.meaning, _span(entry), models.unit_text(entry.unit), entry.name,
            entry.source,
        )
        for entry in model.parameters
    ]  # fmt: skip
    head = ("Symbol", "Meaning", "Value, bounds", "Unit", "Name in code", "Origin")
    return datapages.table("Parameters", head, rows)


def _span(entry: Parameter) -> str:
    if entry.options:
        return f"{entry.default} ({entry.options[0]} to {entry.options[-1]})"
    return f"{entry.default:g} ({entry.low:g} to {entry.high:g})".replace("-", "−")


def _measures(model: Model) -> Node:
    rows = [
        (entry.meaning, _value(model.measure(name)), models.unit_text(entry.unit), name)
        for name, entry in model.measures.items()
    ]
    return datapages.table("Measures", ("Measure", "Value", "Unit", "Name in code"), rows)


def _value(value: object) -> str:
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:.4g}".replace("-", "−") if isinstance(value, float | int) else str(value)
