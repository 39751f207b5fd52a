"""What a run of the death spiral shows: shipments with the team, and the same run without it."""

from casekit.models import death_spiral as model

COLUMNS = ["quarter", "shipments", "no team", "fill rate", "confidence", "capability"]


def show(settings: dict) -> dict:
    """Return the run and its counterfactual, one row a quarter; see :mod:`casekit.exhibits.shows`.

    Args:
        settings: A value for every parameter of the model.
    """
    run = model.simulate(settings)
    alone = model.simulate(model.with_start(settings, model.NEVER))
    rows = [
        {"quarter": quarter, "shipments": with_team, "no_team": without}
        for quarter, with_team, without in zip(run["quarter"], run["shipments"], alone["shipments"])
    ]
    table = zip(
        run["quarter"], run["shipments"], alone["shipments"], run["fill_rate"],
        run["confidence"], run["capability"],
    )  # fmt: skip
    return {
        "data": {"run": rows, "labels": _labels(rows)},
        "sentence": _sentence(settings),
        "columns": COLUMNS,
        "rows": [list(row) for row in table],
    }


def _labels(rows):
    """Name the two lines where they lie apart; ``dy`` is the offset in pixels, down."""
    last, earlier = rows[-1], rows[-5]
    end, alone = last["shipments"], last["no_team"]
    if abs(end - alone) < max(end, alone) / 20.0:
        return [_label(last, "shipments", "with or without a team", "team", -12)]
    return [
        _label(last, "shipments", "with the team", "team", -12 if end > alone else 16),
        _label(earlier, "no_team", "no team", "alone", -14 if end > alone else -12),
    ]


def _label(row, column, text, line, dy):
    return {"quarter": row["quarter"], "y": row[column], "text": text, "line": line, "dy": dy}


def _sentence(settings):
    start = settings["team_start"]
    shipped = tuple(model.units(settings, year) for year in (2016, 2017, 2018))
    opening = "Without a team" if start == model.NEVER else "With the team from %s" % start
    sentence = (
        opening + " the model ships %.0f million phones in 2016, %.0f million in 2017 and "
        "%.0f million in 2018." % shipped
    )
    if start == model.NEVER:
        return sentence
    alone = model.units(model.with_start(settings, model.NEVER), 2018)
    return sentence + " Without it 2018 would end at %.0f million." % alone
