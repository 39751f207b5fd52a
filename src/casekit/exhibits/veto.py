"""Exhibits of chapter 6: the committee source by source, a following chair, prevention's price."""

import pandas as pd

from casekit import models
from casekit.exhibits import plots
from casekit.exhibits.exhibit import Exhibit, claims

_TOLD = (
    ("book: the committee", "remedy-quality-committee"),
    ("book: the veto", "remedy-veto"),
    ("letter of July 2017: the start", "quality-committee-2017"),
    ("letter, Chinese: meetings", "quality-meetings"),
    ("letter, English: meetings", "letter-en-meetings"),
    ("letter, Chinese: who presses", "letter-zh-quality-office"),
    ("letter, English: who presses", "letter-en-quality-office"),
    ("book: what quality is for", "quality-floor-and-ceiling"),
)
_ILLUSTRATIVE = "Every value is illustrative: the sources give no vote, error or defect rate."


def committee_told() -> Exhibit:
    """Return what each source says of the quality committee."""
    table, sources = claims(_TOLD, "Who says it")
    return Exhibit(
        name="committee-told",
        title="One committee, three accounts, and no rule of voting in any of them",
        subtitle="The quality committee in the book and in the two languages of the July 2017 "
        "letter",
        takeaway="Book and letter agree on a committee with the founder at its head. Only the book "
        "speaks of a veto; only the letter gives a start, and its two languages differ on "
        "meetings and office. None says who could veto what.",
        alternative="Table of statements with source and grade.",
        table=table,
        sources=sources,
    )


def following_the_chair() -> Exhibit:
    """Return both errors of a committee in which any member can veto, by how often it follows."""
    model = models.get("quality-gate")
    shares = [step / 20 for step in range(21)]
    measures = {"bad released": "false_accept_pct", "good stopped": "false_reject_pct"}
    frame = pd.DataFrame(
        [
            {"group": group, "x": 100 * share, "y": model.measure(measure, deference=share)}
            for group, measure in measures.items()
            for share in shares
        ]
    )
    first, half = (model.measure("false_accept_pct", deference=share) for share in (0.0, 0.5))
    table = frame.pivot_table(index="x", columns="group", values="y").round(2).reset_index()
    return Exhibit(
        name="following-the-chair",
        title="A veto of five that follows its chair is a veto of one",
        subtitle="Errors of a committee of five in which any no stops a product, percent, by the "
        "percentage of decisions in which all copy the chair; model run",
        takeaway=f"With independent votes {first:.2f} percent of bad products pass. If the members "
        f"follow in every second decision, {half:.1f} percent do.",
        alternative=f"Two straight lines. Bad products released rise from {first:.2f} to "
        f"{frame[frame['group'] == 'bad released']['y'].max():.0f} percent, good products stopped "
        "fall, as the members follow the chair more often.",
        table=table.rename(columns={"x": "decisions that follow the chair, %"}),
        draw=lambda width: plots.lines(
            frame, width, x="percent of decisions that follow the chair", y="percent", span=(0, 60)
        ),
        note=_ILLUSTRATIVE,
    )


def cost_of_prevention() -> Exhibit:
    """Return the cost of failures, of prevention, and of both, by what is spent on prevention."""
    model = models.get("quality-gate")
    run = model.run()
    columns = {
        "both together": run["total_cost"],
        "failures": run["failure_cost"],
        "prevention": run["prevention"],
    }
    frame = pd.DataFrame(
        [
            {"group": group, "x": spent, "y": cost}
            for group, costs in columns.items()
            for spent, cost in zip(run["prevention"], costs, strict=True)
        ]
    )
    best, least = model.measure("best_prevention"), model.measure("least_quality_cost")
    table = pd.DataFrame({"spent on prevention": run["prevention"], **columns}).round(1)
    return Exhibit(
        name="cost-of-prevention",
        title="On this curve prevention pays up to a point, and the point lies well above nothing",
        subtitle="Costs of quality, RMB million, by what is spent on prevention; model run",
        takeaway=f"The total is least, {least:.0f}, where RMB {best:.0f} million go into "
        "prevention. Beyond it each further million saves less than a million.",
        alternative=f"Three lines. Failures fall steeply and then slowly, prevention rises, and "
        f"their sum is least at {best:.0f}.",
        table=table,
        sources=["feigenbaum-1956"],
        draw=lambda width: plots.lines(
            frame, width, x="spent on prevention, RMB million", y="RMB million", span=(0, 110),
            marked=(best, "least total"),
        ),
        note=_ILLUSTRATIVE,
    )  # fmt: skip
