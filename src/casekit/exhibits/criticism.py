"""Exhibits of chapter 12: one letter in two languages, misprints by kind, the share of online."""

import pandas as pd

from casekit import data
from casekit.exhibits import plots
from casekit.exhibits.exhibit import Exhibit

_PAIRS = (
    ("time out of stock", "shortage"),
    ("how long sales disappointed", "past-year"),
    ("meetings on quality", "meetings"),
    ("who presses quality", "quality-office"),
    ("sales by floor area", "floor-revenue"),
    ("growth in India", "india-growth"),
    ("the best-selling phone there", "india-model"),
    ("people to be hired", "hiring"),
    ("patents applied for", "patents"),
)
_ERRORS = (
    ("scope", "misread-2016-nbd"),
    ("scope", "misreport-2017q2-121"),
    ("period", "misreport-india-328-2017q1"),
    ("period", "misreport-samsung-2016q4"),
    ("measure", "goal-2017-fan-copy"),
    ("digits", "misreport-oppo-2017q4"),
    ("digits", "misreport-turnover-2025-09-26"),
    ("verb", "misreport-china-share-2014q4"),
    ("a thing that never was", "misreport-xiaomi17-first-day"),
)
_ONLINE = (
    ("the founder’s book, goods, about 2015", "online-share-book"),
    ("letter of January 2017, all retail", "online-share-letter-2017"),
    ("letter of January 2017, phones", "online-share-phones-letter-2017"),
    ("statistics, all online sales, 2015", "online-share-all-2015"),
    ("statistics, goods, 2015", "online-share-goods-2015"),
    ("statistics, goods, 2016", "online-share-goods-2016"),
    ("statistics, goods, January to August 2019", "online-share-goods-2019"),
)


def letter_twice() -> Exhibit:
    """Return places where the two languages of one letter say different things."""
    pairs = [
        (what, data.fact(f"letter-{zh}-{key}"), data.fact(f"letter-en-{key}"))
        for what, key in _PAIRS
        for zh in ("zh",)
        if key != "meetings"
    ]
    meetings = (data.fact("quality-meetings"), data.fact("letter-en-meetings"))
    pairs.insert(2, ("meetings on quality", *meetings))
    table = pd.DataFrame(
        {
            "about": [what for what, _, _ in pairs],
            "Chinese": [_said(first) for _, first, _ in pairs],
            "English": [_said(second) for _, _, second in pairs],
        }
    )
    return Exhibit(
        name="letter-twice",
        title="One letter, two languages, nine places where they part",
        subtitle="The letter of July 2017 in Chinese and in the firm’s own English, our paraphrase",
        takeaway="The English is milder on the crisis and vaguer on its cure. Whether by intent, "
        "by haste or by a translator’s habit, no source says.",
        alternative="Table of nine passages in both languages, paraphrased.",
        table=table,
        sources=[fact.source.id for _, first, second in pairs for fact in (first, second)],
    )


def _said(fact: data.Fact) -> str:
    text = fact.statement
    for opening in ("The Chinese of the July 2017 letter ", "The English of the July 2017 letter "):
        text = text.removeprefix(opening)
    return text[0].upper() + text[1:]


def misprints() -> Exhibit:
    """Return errors found in print on this case, by kind."""
    facts = [(kind, data.fact(name)) for kind, name in _ERRORS]
    table = pd.DataFrame(
        {
            "kind": [kind for kind, _ in facts],
            "what was printed": [fact.statement for _, fact in facts],
            "what is wrong": [fact.note for _, fact in facts],
            "source": [fact.source.citation for _, fact in facts],
        }
    )
    return Exhibit(
        name="misprints",
        title="Most errors in print are no false digits: the digits are right and stand for "
        "something else",
        subtitle="Errors found in published pages on this case, sorted by kind",
        takeaway="Ask scope, period and measure first, and the digits last.",
        alternative="Table of errors with kind, print, correction and source.",
        table=table,
        sources=[fact.source.id for _, fact in facts],
        note="Found while the facts of this book were collected; no sample, so no rate of error.",
    )


def online_shares() -> Exhibit:
    """Return every share of online selling that the case's sources print."""
    table, sources = plots.listed(_ONLINE)
    return Exhibit(
        name="online-shares",
        title="The share that the book remembers fits another year or another thing",
        subtitle="Share of online selling in retail in China, percent, by source, base and year",
        takeaway="The base decides: services or goods, all retail or phones. The book’s figure "
        "fits phones by the letter of January 2017 or goods of 2019, and neither is what it says.",
        alternative=plots.spoken(table),
        table=table[["what", "text", "grade"]].rename(columns={"text": "share"}),
        sources=sources,
        draw=lambda width: plots.bars(
            table, width, room=29, strong=["the founder’s book, goods, about 2015"]
        ),
    )
