"""Exhibits of chapter 7: the concept phone in the sources, and what the right to stop is worth."""

import pandas as pd

from casekit import models
from casekit.exhibits import plots
from casekit.exhibits.exhibit import Exhibit, claims

_TOLD = (
    ("book: the start", "mix-started-at-peak"),
    ("book: the doubt", "mix-kept-going"),
    ("book: shown", "mix-launch"),
    ("letter of January 2017", "mix-first-full-screen"),
    ("book: the effect", "mix-won-confidence"),
    ("book: the next phone", "mi6-spring-2017"),
)
_ILLUSTRATIVE = "Every value is illustrative: no source gives a cost, a chance or a worth."


def concept_told() -> Exhibit:
    """Return the story of the concept phone as its sources tell it."""
    table, sources = claims(_TOLD, "Who says what")
    return Exhibit(
        name="concept-told",
        title="A project older than the crisis, told by those who went on with it",
        subtitle="The Mi MIX in the sources: start, doubt, launch and effect",
        takeaway="No source gives a cost, a number of phones made, or the projects that were "
        "stopped.",
        alternative="Table of statements with source and grade.",
        table=table,
        sources=sources,
    )


def worth_of_doubt() -> Exhibit:
    """Return what a project is worth by how uncertain its product is, with and without stopping."""
    run = models.run("innovation-option")
    columns = {
        "right to stop": run["option_by_volatility"],
        "duty to launch": run["duty_by_volatility"],
    }
    frame = pd.DataFrame(
        [
            {"group": group, "x": doubt, "y": worth}
            for group, worths in columns.items()
            for doubt, worth in zip(run["at_volatility"], worths, strict=True)
        ]
    )
    table = pd.DataFrame({"volatility": run["at_volatility"], **columns})
    table = table.round({"volatility": 2} | dict.fromkeys(columns, 1))
    duty = run["duty_by_volatility"][0]
    return Exhibit(
        name="worth-of-doubt",
        title="Uncertainty adds worth only for a firm that can stop",
        subtitle="Worth of a successful project before launch, RMB million, by the volatility of "
        "the product’s worth per year; model run",
        takeaway=f"A firm that must launch holds something worth {duty:.0f}".replace("-", "−")
        + ", however uncertain. The same project with a right to stop is worth more the less "
        "anybody knows.",
        alternative="Two lines. The right to stop rises from nothing; the duty to launch stays "
        "below nought and flat.",
        table=table,
        sources=["black-scholes-1973", "mcgrath-1997"],
        draw=lambda width: plots.lines(
            frame, width, x="volatility per year", y="RMB million", span=(-100, 600)
        ),
        note=_ILLUSTRATIVE,
    )


def chance_that_pays() -> Exhibit:
    """Return the net value of research by its chance of success, with and without stopping."""
    model = models.get("innovation-option")
    run = model.run()
    columns = {
        "right to stop": run["net_by_success"],
        "duty to launch": run["net_duty_by_success"],
    }
    frame = pd.DataFrame(
        [
            {"group": group, "x": 100 * chance, "y": worth}
            for group, worths in columns.items()
            for chance, worth in zip(run["at_success"], worths, strict=True)
        ]
    )
    even = model.measure("break_even_probability_pct")
    chances = [100 * chance for chance in run["at_success"]]
    table = pd.DataFrame({"chance of success, %": chances, **columns}).round(1)
    return Exhibit(
        name="chance-that-pays",
        title="The project pays from a modest chance on, if a low worth may still end it",
        subtitle="Net value of a research project, RMB million, by the chance of technical success "
        "in percent; model run",
        takeaway=f"With the right to stop the research pays from a chance of {even:.0f} percent "
        "on. With a duty to launch no chance is good enough.",
        alternative=f"Two straight lines from the same start below nought. One rises and crosses "
        f"nought at {even:.0f} percent, the other falls.",
        table=table,
        draw=lambda width: plots.lines(
            frame, width, x="chance of success, percent", y="RMB million", span=(-150, 200),
            marked=(even, "break-even"),
        ),
        note=_ILLUSTRATIVE,
    )  # fmt: skip
