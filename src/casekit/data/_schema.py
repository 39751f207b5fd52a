"""What every table holds: the columns, their types and their bounds, written once.

``datapackage.json`` is made from this module by ``casekit data stamp``; readers and validators
need that file alone.
"""

from typing import Any

Json = dict[str, Any]

_TIME = r"\d{4}([QH]\d|-\d{2}(-\d{2})?|/\d{4})?"
_DAY = r"\d{4}(-\d{2}(-\d{2})?)?"
_SCOPES = ["world", "China", "India", "Hong Kong", "outside China", "unknown"]
_GRADES = ["A", "B", "C", "D"]
_QUALIFIERS = ["over", "about", "nearly", "fewer than", "at least", "at most"]
_TRACKERS = [
    "IDC", "IHS", "Strategy Analytics", "Canalys", "Counterpoint", "Gartner", "TrendForce",
    "Digitimes", "Telecoms.com", "company", "unnamed",
]  # fmt: skip
_COUNTED = ["shipped", "sold", "sold-through", "unknown"]

# Bounds that no true figure of its kind leaves; the first that fits a row holds.
_PERCENT = {"unit": "percent", "low": -100, "high": 1000}


def _field(name: str, text: str, kind: str = "string", **more: Any) -> Json:
    required = {"required": True} if more.pop("required", True) else {}
    bounds = ("unique", "enum", "pattern")
    constraints = required | {key: more.pop(key) for key in bounds if key in more}
    return {"name": name, "type": kind, "description": text, **more, "constraints": constraints}


def _optional(name: str, text: str, kind: str = "string", **more: Any) -> Json:
    return _field(name, text, kind, required=False, **more)


_ID = _field(
    "id", "Readable id, unique over all tables.", pattern="[a-z0-9][a-z0-9-]*", unique=True
)
_SCOPE = _field(
    "scope",
    "What part of the world the row counts; unknown if the source does not say.",
    enum=_SCOPES,
)
_QUALIFIER = _optional(
    "qualifier", "How the source hedges the value; empty if it does not.", enum=_QUALIFIERS
)
_FORMULA = _optional(
    "formula",
    "Derived rows only: arithmetic on other rows, each by its id in square brackets; [id.high] is "
    "the upper end of a range.",
)
_SOURCE = _field("source", "Id of the row in sources.")
_LOCATOR = _optional("locator", "Where in the document; may be empty.")
_GRADE = _field(
    "grade",
    "Where the claim comes from: A filing (also when read through the press), B company, tracker "
    "or official statistics, C worked out by us, D single press report or weak page.",
    enum=_GRADES,
)
_NOTE = _optional("note", "Caution, dispute or context; may be empty.")


def _row_id(name: str, text: str, *, required: bool = True) -> Json:
    # A reference to any row that has a value, in whatever table; a foreign key knows one table.
    return _field(name, text, required=required, refersTo="rows")


def _basis(*known: str) -> Json:
    text = "Stated by the source, or worked out by us."
    return _field("basis", text, enum=list(known or ("reported", "derived")))


def _table(name: str, title: str, text: str, fields: list[Json], **more: Any) -> Json:
    foreign = {"source": "sources", "fact": "facts", "dispute": "disputes"}
    keys = [
        {
            "fields": [field["name"]],
            "reference": {"resource": foreign[field["name"]], "fields": ["id"]},
        }
        for field in fields
        if field["name"] in foreign
    ]
    schema: Json = {"fields": fields, "primaryKey": ["id"], "missingValues": [""]}
    return {
        "name": name,
        "path": f"{name}.csv",
        "title": title,
        "description": text,
        "type": "table",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        **more,
        "schema": schema | ({"foreignKeys": keys} if keys else {}),
    }


_PERIODS = {
    "Q-DEC": ("Calendar quarter.", r"\d{4}Q[1-4]"),
    "Y-DEC": ("Calendar year.", r"\d{4}"),
    "D": ("Day.", r"\d{4}-\d{2}-\d{2}"),
    "": ("Year, half-year or quarter, as the source counts.", r"\d{4}([QH]\d)?"),
}


def _series(  # noqa: PLR0913  one argument for each thing in which series differ
    name: str,
    title: str,
    text: str,
    frequency: str,
    plausible: list[Json],
    *,
    measures: list[str],
    trackers: list[str] | None = None,
) -> Json:
    when, pattern = _PERIODS[frequency]
    units = list(dict.fromkeys(bound["unit"] for bound in plausible))
    tracker = {"enum": trackers} if trackers else {"category": True}
    unit = {"unit": units[0]} if len(units) == 1 else {"unit": "see the column unit"}
    fields = [
        _ID,
        _field("period", when, pattern=pattern),
        _field("entity", "Firm, market or index.", category=True),
        _SCOPE,
        _field("tracker", "Who counts or reports; company if the firm itself.", **tracker),
        _field(
            "vintage",
            "First print or later restated; unknown if the page does not say.",
            enum=["preliminary", "final", "unknown"],
        ),
        _field("value", "The figure, as printed.", "number", **unit),
        _QUALIFIER,
        _field("unit", "Unit of the value.", enum=units),
        _field("measure", "What was counted.", enum=measures),
        _basis(),
        _FORMULA, _SOURCE, _LOCATOR, _GRADE, _NOTE,
    ]  # fmt: skip
    period = {"frequency": frequency} if frequency else {}
    return _table(name, title, text, fields, series=True, **period, plausible=plausible)


_MARKET = {"entity": "Total market", "unit": "million units", "low": 1}
_SIDE_BY_SIDE = "all trackers side by side"
_RESULTS = [
    "revenue", "smartphone revenue", "smartphone share of revenue", "mainland share of revenue",
    "operating profit", "adjusted profit", "net result", "gross profit", "gross margin",
    "smartphone gross margin", "internet services gross margin", "average selling price",
    "research and development",
]  # fmt: skip
_MONEY = [
    {"unit": "RMB billion", "low": -100, "high": 500},
    {"unit": "RMB million", "low": -100_000, "high": 500_000},
    {"unit": "RMB", "low": 100, "high": 5000},
    {"unit": "percent", "low": -100, "high": 100},
]
_RIVALS = [
    {"unit": "million phones", "low": 0, "high": 600},
    {"unit": "million smartphones", "low": 0, "high": 400},
    {"unit": "million devices", "low": 0, "high": 600},
    {"unit": "EUR billion", "low": 0, "high": 60},
    {"unit": "NTD billion", "low": 0, "high": 600},
    {"unit": "percent", "low": -100, "high": 100},
]

_FACT_UNITS = [
    "million units", "million phones", "million smartphones", "million devices", "percent",
    "percentage points", "points", "RMB trillion", "RMB billion", "RMB million", "USD billion",
    "USD million",
    "EUR billion", "NTD billion", "HKD billion", "JPY trillion", "RMB", "HKD", "people", "stores",
    "companies", "countries", "areas", "stages", "patents", "applications", "orders",
    "shortages", "levers", "fields", "comments", "views", "characters", "meetings", "visits",
    "years", "quarters", "months", "days", "minutes", "seconds", "micrometres", "nanometres",
    "rank", "ratio", "times", "date",
]  # fmt: skip
_FACT_MEASURES = [
    "shipped", "sold", "sold-through", "demand", "supply", "revenue", "profit", "margin", "price",
    "valuation", "share", "target", "forecast", "headcount", "stores", "patents", "orders", "close",
    "return", "turnover", "rank", "duration", "count", "claim", "event", "unknown",
]  # fmt: skip

TABLES: list[Json] = [
    _table(
        "sources",
        "Sources",
        "One row a document that facts are taken from or that the text builds on.",
        [
            _ID,
            _optional("author", "Authors as Family, Given; several parted by semicolons."),
            _optional("publisher", "Who published it; empty if not established."),
            _field("title", "Title, or a neutral description where title_confirmed is false."),
            _field(
                "title_confirmed",
                "Whether the title was seen on the document itself.",
                "boolean",
                trueValues=["true"],
                falseValues=["false"],
            ),
            _field(
                "language",
                "Language code; zh+en for a document in both.",
                enum=["en", "zh", "zh+en", "ja", "it", "de", "fr", "pt", "th", "ro"],
            ),
            _field(
                "date",
                "Date of publication as YYYY, YYYY-MM or YYYY-MM-DD; unknown if not shown.",
                pattern=rf"{_DAY}|unknown",
            ),
            _optional("url", "Address; empty for a document without one."),
            _field(
                "kind",
                "Kind of document; scholarly works are article or monograph.",
                enum=[
                    "book", "letter", "filing", "tracker", "press", "column", "forum", "mirror",
                    "dataset", "article", "monograph",
                ],
            ),
            _field(
                "grade",
                "A filing, B company, tracker or official statistics (also through the press), D "
                "single press report or weak page, S scholarly work, X made by us and labelled.",
                enum=["A", "B", "D", "S", "X"],
            ),
            _optional("journal", "Journal of an article."),
            _optional("volume", "Volume of the journal."),
            _optional("number", "Issue of the volume."),
            _optional("pages", "Pages of the issue."),
            _optional("note", "How it was dated where it shows no date, and other cautions."),
        ],
    ),
    _table(
        "facts",
        "Facts",
        "One claim a row, with or without a number; what forms a series stands in the series.",
        [
            _ID,
            _field("statement", "The claim in our own words."),
            _optional(
                "value",
                "The number as precise as the source prints it; empty for a claim without one.",
                "number",
                unit="see the column unit",
            ),
            _optional("value_high", "Upper end of a range.", "number", unit="see the column unit"),
            _QUALIFIER,
            _optional("unit", "Unit of the value; empty without a value.", enum=_FACT_UNITS),
            _field(
                "period",
                "What time the claim is about: 2015, 2015H1, 2016Q1, 2016-05, 2017-07-07, two "
                "years as 2015/2016, or undated.",
                pattern=rf"{_TIME}|undated",
            ),
            _field("entity", "Whom or what the claim is about.", category=True),
            _SCOPE,
            _field("measure", "What the number counts, or claim or event.", enum=_FACT_MEASURES),
            _basis(),
            _FORMULA, _SOURCE, _LOCATOR, _GRADE, _NOTE,
        ],
        plausible=[
            _PERCENT,
            {"unit": "million units", "low": 0, "high": 2000},
            {"unit": "rank", "low": 1, "high": 500},
            {"unit": "ratio", "low": 0, "high": 1000},
            {"unit": "years", "low": 0, "high": 150},
            {"unit": "months", "low": 0, "high": 240},
            {"unit": "stores", "low": 0, "high": 20_000},
            {"unit": "people", "low": 0, "high": 100_000_000},
        ],
    ),
    _series(
        "shipments",
        "Phones by quarter",
        f"Smartphones of a firm or market in a quarter, {_SIDE_BY_SIDE}.",
        "Q-DEC",
        [_MARKET | {"high": 450}, {"unit": "million units", "low": 0, "high": 120}],
        measures=_COUNTED,
        trackers=_TRACKERS,
    ),
    _series(
        "shipments-annual",
        "Phones by year",
        f"Smartphones of a firm or market in a calendar year, {_SIDE_BY_SIDE}.",
        "Y-DEC",
        [_MARKET | {"high": 1600}, {"unit": "million units", "low": 0, "high": 350}],
        measures=_COUNTED,
        trackers=_TRACKERS,
    ),
    _series(
        "shares",
        "Market shares by quarter",
        f"Share of a firm in the smartphones of a quarter, {_SIDE_BY_SIDE}.",
        "Q-DEC",
        [{"unit": "percent", "low": 0, "high": 100}],
        measures=_COUNTED,
        trackers=_TRACKERS,
    ),
    _series(
        "shares-annual",
        "Market shares by year",
        f"Share of a firm in the smartphones of a calendar year, {_SIDE_BY_SIDE}.",
        "Y-DEC",
        [{"unit": "percent", "low": 0, "high": 100}],
        measures=_COUNTED,
        trackers=_TRACKERS,
    ),
    _series(
        "financials",
        "Results by quarter",
        "Revenue and profit of the firm in a quarter.",
        "Q-DEC",
        _MONEY,
        measures=_RESULTS,
    ),
    _series(
        "financials-annual",
        "Results by year",
        "Revenue, profit, margins and what they are made of, by calendar year.",
        "Y-DEC",
        _MONEY,
        measures=_RESULTS,
    ),
    _series(
        "stores",
        "Stores",
        "Stores of the firm on the day for which they were counted.",
        "D",
        [{"unit": "stores", "low": 0, "high": 20_000}],
        measures=["stores"],
    ),
    _series(
        "rivals",
        "Other makers by quarter",
        "Phones and growth of makers that fell, by quarter; the unit says what is counted.",
        "Q-DEC",
        _RIVALS,
        measures=["shipped", "sold", "share", "revenue", "unknown"],
    ),
    _series(
        "rivals-annual",
        "Other makers by year",
        "Phones and revenue of makers that fell, by year; the unit says what is counted.",
        "Y-DEC",
        _RIVALS,
        measures=["shipped", "sold", "share", "revenue", "unknown"],
    ),
    _series(
        "online-retail",
        "Online part of retail",
        "Online part of China’s retail, by several definitions that are easily mixed up.",
        "",
        [{"unit": "percent", "low": 0, "high": 100}],
        measures=[
            "online share of all retail",
            "online share of goods retail",
            "online share of phone sales",
        ],
    ),
    _series(
        "market-days",
        "Market days of September 2025",
        "Single quoted figures of the share and two indices around the speech; no price series.",
        "D",
        [
            {"unit": "HKD", "low": 20, "high": 100},
            {"unit": "points", "low": -5000, "high": 50_000},
            {"unit": "percent", "low": -30, "high": 30},
            {"unit": "HKD billion", "low": 0, "high": 500},
        ],
        measures=["close", "intraday price", "return", "change", "turnover"],
    ),
    _table(
        "estimation-window",
        "Estimation window, synthetic",
        "Daily returns made by us for practice with event studies, because no price series may be "
        "shipped: a market drawn from a normal distribution, and a share that follows it with "
        "alpha 0, beta 1 and a residual deviation of 2 percent (market deviation 1.3; Python’s "
        "random.Random(2025), market before share, days from −120 on, rounded to 2 digits). Not "
        "data about any share.",
        [
            _ID,
            _field("day", "Trading day, counted back from the event.", "integer", unit="days"),
            _field("market_return", "Return of the market.", "number", unit="percent"),
            _field("share_return", "Return of the share.", "number", unit="percent"),
            _field("basis", "Always synthetic.", enum=["synthetic"]),
            _SOURCE,
        ],
    ),
    _table(
        "goals",
        "Public goals",
        "What was promised in public, and what came of it; the figures stand in the rows named.",
        [
            _ID,
            _field("entity", "Who promised.", category=True),
            _field("goal", "The goal in our own words."),
            _field("set", "When it was set.", pattern=_TIME),
            _field("due", "When it was to be reached.", pattern=_TIME),
            _SCOPE,
            _row_id("target", "Id of the row with the promise; empty if none.", required=False),
            _row_id("result", "Id of the row with the outcome; empty if none.", required=False),
            _optional("reached", "When it was reached; empty if it was not.", pattern=_TIME),
            _field(
                "verdict",
                "Met in time, late, missed, or unknown from the pages we found.",
                enum=["met", "late", "missed", "unknown"],
            ),
            _SOURCE, _LOCATOR, _GRADE, _NOTE,
        ],
    ),
    _table(
        "declines",
        "Falls of phone makers",
        "A reference class: how far makers fell and what came after. Which rows count as a fall, "
        "and what counts as a recovery, is for the reader to decide.",
        [
            _ID,
            _field("entity", "Maker.", category=True),
            _field("counted", "What is counted, by whom."),
            _row_id("peak", "Id of the row with the height before the fall."),
            _row_id("trough", "Id of the row with the lowest figure after it."),
            _row_id("after", "Id of the row with a later figure; empty if none.", required=False),
            _NOTE,
        ],
    ),
    _table(
        "timeline",
        "Timeline",
        "Shortages, targets, results, remedies, products and statements; sort by start.",
        [
            _ID,
            _field(
                "start",
                "Start as YYYY, YYYYQn, YYYY-MM or YYYY-MM-DD, as precise as the source.",
                pattern=r"\d{4}(Q\d|-\d{2}(-\d{2})?)?",
            ),
            _optional(
                "end",
                "End in the same form; empty for a point.",
                pattern=r"\d{4}(Q\d|-\d{2}(-\d{2})?)?",
            ),
            _field(
                "kind",
                "Kind of event.",
                enum=[
                    "shortage", "target", "result", "remedy", "product", "statement", "goal",
                    "market",
                ],
            ),
            _field("event", "What happened, in our own words."),
            _SCOPE, _SOURCE, _LOCATOR, _GRADE, _NOTE,
        ],
    ),
    _table(
        "claim-codes",
        "Claims by kind",
        "Claims of the sources, coded by us as observed, claimed or inferred, to be coded anew by "
        "the reader. Another coder may differ.",
        [
            _ID,
            _row_id("row", "Id of the row that states the claim."),
            _field(
                "code",
                "observed: counted or seen by somebody without a stake; claimed: said by a party; "
                "inferred: worked out or concluded from something else.",
                enum=["observed", "claimed", "inferred"],
            ),
            _field("reason", "Why we code it so."),
        ],
    ),
    _table(
        "causal-claims",
        "Causal claims",
        "Causal statements of the founder’s book and letters, coded by us as links of a diagram. "
        "Another reader may code them differently.",
        [
            _ID,
            _field("fact", "Id of the claim in facts."),
            _field("cause", "The variable that acts."),
            _field("effect", "The variable acted on."),
            _field(
                "sign",
                "+ if both move the same way, − if they move in opposite ways.",
                enum=["+", "−"],
            ),
            _field(
                "part",
                "Whether the link closes the spiral, belongs to a balancing loop, or pushes from "
                "outside.",
                enum=["spiral", "balancing", "outside"],
            ),
            _field(
                "level",
                "Kind of claim after Senge (1990): event, pattern over time, structure, or belief.",
                enum=["event", "pattern", "structure", "belief"],
            ),
            _NOTE,
        ],
    ),
    _table(
        "forum-comments",
        "Forum comments",
        "The twenty comments under the July 2017 letter that are visible, by number and in our "
        "words, coded by one reader. They are the newest, not a sample.",
        [
            _ID,
            _field("number", "Number of the comment in the thread.", "integer", unit="rank"),
            _field("posted", "When it was posted, as the page shows it."),
            _optional("device", "What it was sent from, as the page shows it."),
            _field("gist", "What it says, in our own words."),
            _field(
                "code",
                "Our coding.",
                enum=[
                    "praise", "availability", "encouragement", "english", "off-topic", "duplicate",
                ],
            ),
            _SOURCE, _LOCATOR,
        ],
    ),
    _table(
        "disputes",
        "Disputes",
        "Where sources disagree, or the two languages of one letter do; the rival values stand in "
        "dispute-values.",
        [
            _ID,
            _field(
                "kind",
                "Between sources, or between the two languages of the July 2017 letter.",
                enum=["sources", "translation"],
            ),
            _field("question", "What is in dispute."),
            _field("why", "Why the values differ."),
            _field("settle", "How a reader can settle it."),
            _field("open", "What remains open."),
        ],
    ),
    _table(
        "dispute-values",
        "Rival values",
        "The rows that stand against each other in a dispute; none is averaged with another.",
        [
            _ID,
            _field("dispute", "Id of the dispute."),
            _row_id("row", "Id of the row with the claim."),
            _field("says", "Whose claim it is, and what it says, in a few words."),
        ],
    ),
    _table(
        "glossary",
        "Glossary",
        "Terms of the case in English, Chinese and Japanese, with their false friends.",
        [
            _ID,
            _field("en", "English term."),
            _optional("zh", "Chinese term, simplified characters."),
            _optional("ja", "Japanese term."),
            _field("definition", "What it means here."),
            _optional("false_friend", "What it is easily taken for in one of the languages."),
        ],
    ),
]  # fmt: skip

PACKAGE: Json = {
    "$schema": "https://datapackage.org/profiles/1.0/datapackage.json",
    "profile": "data-package",
    "name": "casekit-case-data",
    "title": "Data of a teaching case on Xiaomi, 2014 to 2018, with a coda in 2025",
    "description": "Facts, series, sources, disputes and a timeline. Figures of rival trackers "
    "stand side by side and are never averaged. Every row names its source, its scope, its measure "
    "and a grade; every derived row names its formula.",
    "licenses": [
        {
            "name": "CC-BY-4.0",
            "title": "Creative Commons Attribution 4.0 International",
            "path": "https://creativecommons.org/licenses/by/4.0/",
        }
    ],
    "rights": "The licence covers our wording and the arrangement of the tables. Figures and "
    "claims of third parties are cited facts, each with its source; no right is claimed on them.",
}
