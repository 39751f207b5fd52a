"""Exhibits of chapter 10: what was known before the speech, the best promise, trust at rest."""

import pandas as pd

from casekit import models
from casekit.exhibits import plots
from casekit.exhibits.exhibit import Exhibit, claims
from casekit.models import expectations

_KNOWN = (
    ("the date", "speech-postponed-2025"),
    ("the chip: begun", "chip-unit-founded"),
    ("the chip: stopped", "chip-stopped-2018"),
    ("the chip: spent by April", "xring-o1-spending-2025-04"),
    ("the car: a lap", "su7-ultra-lap"),
    ("the car: orders", "yu7-orders-press"),
    ("the share: its high in June", "share-price-high-2025-06"),
    ("the share: the day before", "xiaomi-return-2025-09-24"),
)
_LOSSES = {"a broken promise costs more": 0.35, "both weigh the same": 0.10}


def before_the_speech() -> Exhibit:
    """Return what a listener could have read before the speech of 25 September 2025."""
    table, sources = claims(_KNOWN, "About")
    return Exhibit(
        name="before-the-speech",
        title="What had happened before the speech, as later pages report it too",
        subtitle="Chip, car and share price in the record up to 25 September 2025",
        takeaway="The reference point of an audience is made of such items. Nobody counted how "
        "many listeners had read which.",
        alternative="Table of statements with source and grade.",
        table=table,
        sources=sources,
        note="Some of these reports were printed at or after the speech about earlier dates.",
    )


def best_promise() -> Exhibit:
    """Return the expected payoff of a promise by its height, with and without a gate."""
    model = models.get("expectations")
    run = model.run()
    columns = {"everyone listens": run["payoff"], "low promises get no hearing": [
        value if gate else 0.0 for value, gate in zip(run["payoff"], _heard(run), strict=True)
    ]}  # fmt: skip
    frame = pd.DataFrame(
        [
            {"group": group, "x": promise, "y": payoff}
            for group, payoffs in columns.items()
            for promise, payoff in zip(run["promise"], payoffs, strict=True)
        ]
    )
    best, kept = model.measure("best_promise"), model.measure("keep_rate_best_pct")
    table = pd.DataFrame({"promise": run["promise"], **columns}).round(1)
    return Exhibit(
        name="best-promise",
        title="The best promise lies below what one expects, and above saying little",
        subtitle="Expected payoff of a promise by its height, both in points; mean outcome 100; "
        "model run",
        takeaway=f"At the reference values the best promise is {best:.1f} and is kept in "
        f"{kept:.0f} percent of cases. Nobody who promises well keeps everything.",
        alternative=f"Two curves that agree above the threshold; both are highest at {best:.1f}.",
        table=table,
        sources=["arrow-harris-marschak-1951"],
        draw=lambda width: plots.lines(
            frame, width, x="promise, points", y="payoff", span=(0, 170), marked=(best, "best"),
        ),
        note="Every value is illustrative: no source measures what attention or a miss is worth.",
    )  # fmt: skip


def _heard(run: models.Run) -> list[bool]:
    threshold = models.get("expectations").settings()["meeting_threshold"]
    return [promise >= float(threshold) for promise in run["promise"]]


def trust_by_keeping() -> Exhibit:
    """Return trust in the long run by the share of promises kept."""
    gain = float(models.get("expectations").settings()["trust_gain"])
    shares = [step / 50 for step in range(51)]
    frame = pd.DataFrame(
        [
            {
                "group": group,
                "x": 100 * share,
                "y": expectations.trust_at_rest(gain, loss, share),
            }
            for group, loss in _LOSSES.items()
            for share in shares
        ]
    )
    table = frame.pivot_table(index="x", columns="group", values="y")[list(_LOSSES)].round(3)
    loss = _LOSSES["a broken promise costs more"]
    at = {share: expectations.trust_at_rest(gain, loss, share) for share in (0.5, 0.9)}
    return Exhibit(
        name="trust-by-keeping",
        title="Trust stays low for those who keep half of what they say",
        subtitle="Trust in the long run, from none to full, by the percentage of promises kept; "
        "model",
        takeaway=f"Half of all promises kept leaves trust at {at[0.5]:.2f}; nine of ten bring it "
        f"to {at[0.9]:.2f}. The curve bends because one break undoes several kept words.",
        alternative="Two rising curves. Where a break costs more, the curve lies far below the "
        "straight line until nearly all promises are kept.",
        table=table.reset_index().rename(columns={"x": "promises kept, %"}),
        sources=["slovic-1993"],
        draw=lambda width: plots.lines(
            frame, width, x="percent of promises kept", y="trust", span=(0, 1)
        ),
        note="The size of gain and loss is illustrative; that a break weighs more is the finding "
        "of the source.",
    )
