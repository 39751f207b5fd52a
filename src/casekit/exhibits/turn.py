"""Exhibits of chapter 8: one quarter's growth in eight prints, where it came from, and rivals."""

import pandas as pd

from casekit import data
from casekit.exhibits import plots
from casekit.exhibits.exhibit import Exhibit

_GROWTHS = (
    ("against 2017Q1: IHS", "growth-qoq-2017q2-ihs"),
    ("against 2017Q1: firm over Telecoms.com", "growth-qoq-2017q2-telecoms"),
    ("against 2017Q1: the letter", "growth-qoq-2017q2-letter"),
    ("against 2017Q1: IDC", "growth-qoq-2017q2-idc"),
    ("against 2016Q2: IDC", "growth-2017q2-idc"),
    ("against 2016Q2: firm over Telecoms.com", "growth-2017q2-company-telecoms"),
    ("against 2016Q2: IHS", "growth-2017q2-ihs"),
    ("printed: world over China", "misreport-2017q2-121"),
)
_QUARTERS_2017 = [f"units-2017q{quarter}-china-idc" for quarter in range(1, 5)]
_HOME = {
    "2015": ["units-2015-china-idc"],
    "2016": ["units-2016-china-idc"],
    "2017": _QUARTERS_2017,
    "2018": ["units-2018-china-idc"],
}
_MONEY = {
    "revenue": "revenue-{}",
    "smartphone revenue": "phone-revenue-{}",
    "part of revenue from mainland China": "mainland-share-of-revenue-{}",
    "operating profit": "operating-profit-{}",
}
_RIVALS = (
    ("Xiaomi", "growth-2017q4-idc"),
    ("Apple", "([units-2017q4-apple-idc] / [units-2016q4-apple-idc] - 1) * 100"),
    ("all makers", "growth-2017q4-market"),
    ("Huawei", "([units-2017q4-huawei-idc] / [units-2016q4-huawei-idc] - 1) * 100"),
    ("OPPO", "([units-2017q4-oppo-idc] / [units-2016q4-oppo-idc] - 1) * 100"),
)


def growth_2017q2() -> Exhibit:
    """Return every growth rate that was printed of, or follows for, the quarter of the turn."""
    table, sources = plots.listed(_GROWTHS)
    low, high = table["value"].min(), table["value"].iloc[:-1].max()
    return Exhibit(
        name="growth-2017q2",
        title="One quarter, eight growth rates, and one that mixes scopes",
        subtitle="Growth of Xiaomi phones worldwide in 2017Q2, percent, by what it is measured "
        "against and who counted",
        takeaway=f"The other seven run from {low:.0f} to {high:.0f} percent, and two of them mix "
        "counters. Say the quarter you compare with and the counter, or say nothing.",
        alternative=plots.spoken(table),
        table=table[["what", "text", "basis"]].rename(columns={"text": "growth"}),
        sources=sources,
        draw=lambda width: plots.bars(table, width, room=150, strong=["printed: world over China"]),
        note="Rates marked derived are worked out by us from printed units.",
    )


def home_and_abroad() -> Exhibit:
    """Return the firm's units in China and elsewhere, by year, on one tracker."""
    rows = []
    for year, ids in _HOME.items():
        home = sum(data.fact(name).value or 0.0 for name in ids)
        world = data.fact(f"units-{year}-idc").value or 0.0
        rows += [(year, home, "China"), (year, world - home, "everywhere else")]
    frame = pd.DataFrame(rows, columns=["x", "y", "group"])
    away = [units for _, units, group in rows if group == "everywhere else"]
    table = frame.pivot_table(index="x", columns="group", values="y").round(1).reset_index()
    ids = [name for names in _HOME.values() for name in names]
    sources = [data.fact(name).source.id for name in [*ids, *(f"units-{y}-idc" for y in _HOME)]]
    return Exhibit(
        name="home-and-abroad",
        title="At home the firm climbed back part of the way; the record came from abroad",
        subtitle="Xiaomi smartphones shipped, million a year, China and everywhere else, IDC",
        takeaway=f"Outside China: {away[0]:.0f} million in 2015, {away[1]:.0f} in 2016, "
        f"{away[2]:.0f} in 2017, {away[3]:.0f} in 2018.",
        alternative="Stacked columns. "
        + " ".join(
            f"{year}: China {home:.1f}, elsewhere {abroad:.1f}."
            for year, home, abroad in table.itertuples(index=False)
        ),
        table=table.rename(columns={"x": "year", "China": "China, million"}),
        sources=sources,
        draw=lambda width: plots.columns(
            frame, width, y="million phones shipped", span=(0, 130), height=240
        ),
        note="China in 2017 is the sum of four quarters, the last of them derived; "
        "everywhere else is the world less China. IDC restates figures, so differences of a "
        "million mean nothing.",
    )


def money_2015_2017() -> Exhibit:
    """Return revenue, phones and profit of the three years of the filing."""
    years = ("2015", "2016", "2017")
    facts = {
        what: [data.fact(name.format(year)) for year in years] for what, name in _MONEY.items()
    }
    table = pd.DataFrame(
        [[what, *(fact.text for fact in row)] for what, row in facts.items()],
        columns=["what", *years],
    )
    units = ["units-2015-company", "units-2016-prospectus", "units-2017-prospectus"]
    table.loc[len(table)] = ["phones sold", *(data.fact(name).text for name in units)]
    table.loc[len(table)] = [
        "revenue for each phone", "–", data.fact("asp-2016-bound").text,
        data.fact("asp-2017").text,
    ]  # fmt: skip
    named = [fact for row in facts.values() for fact in row]
    named += [data.fact(name) for name in [*units, "asp-2016-bound", "asp-2017"]]
    return Exhibit(
        name="money-2015-2017",
        title="The year of the crisis hardly shows in revenue, and not at all in profit",
        subtitle="Xiaomi, the three years of the listing prospectus and the firm’s own counts",
        takeaway="Phones fell in 2016 and the group grew. Whoever looked at revenue alone saw "
        "neither the fall nor, a year later, how much of the rise was a return.",
        alternative="Table of revenue, phone revenue, home share, profit and units, 2015 to 2017.",
        table=table,
        sources=[fact.source.id for fact in named],
        note="The filing was read through the press. Units of 2016 are known without decimals, so "
        "the revenue for each phone of that year is an upper bound.",
    )


def rivals_2017q4() -> Exhibit:
    """Return the growth of the large makers over the year to 2017Q4 on IDC."""
    rows = []
    for name, what in _RIVALS:
        value = data.evaluate(what) if what.startswith("(") else data.fact(what).value or 0.0
        rows.append((name, value, f"{value:+.1f}%".replace("-", "−")))
    table = pd.DataFrame(rows, columns=["what", "value", "text"])
    makers = ("apple", "huawei", "oppo")
    named = [f"units-201{y}q4-{maker}-idc" for maker in makers for y in (6, 7)]
    return Exhibit(
        name="rivals-2017q4",
        title="The firm nearly doubled in a year in which the market and these rivals shrank",
        subtitle="Change of smartphones shipped worldwide, 2016Q4 to 2017Q4, percent, IDC",
        takeaway="A rise in a falling market is no gift of the market. It may still be a return "
        "from an unusually low point.",
        alternative=plots.spoken(table),
        table=table[["what", "text"]].rename(columns={"what": "maker", "text": "change"}),
        sources=[
            data.fact(name).source.id
            for name in ("growth-2017q4-idc", "growth-2017q4-market", *named)
        ],
        draw=lambda width: plots.bars(table, width, room=135, low=-15, strong=["Xiaomi"]),
        note="Printed rates for the firm and the market; the others worked out from printed units.",
    )
