"""What a run of the death spiral shows: with the team and without it, and where it can rest."""

from casekit.models import death_spiral as model
from casekit.models._portable import fixed

NAME = model.NAME
PARAMETERS = model.PARAMETERS

# The span of market growth a quarter in which the phase line is drawn.
LOWEST, HIGHEST = -0.06, 0.16
# Where: every fiftieth, and closer to both ends, where the curve is steep.
CONFIDENCES = (0.01,) + tuple(step / 50.0 for step in range(1, 50)) + (0.99,)
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
        "data": dict(phase(settings), run=rows, labels=_labels(rows)),
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


def phase(settings: dict) -> dict:
    """Return the phase line: growth at rest over confidence, and the points where growth meets it.

    Without a team and with the team at its full effort. Each point says whether it is stable, and
    which way its name stands: ``dx`` and ``dy`` in pixels.

    Args:
        settings: A value for every parameter of the model.
    """
    growth = settings["growth_2016_on"]
    curve, rests = [], []
    for line, capability in (("no team", 0.0), ("team", settings["team_effort"])):
        gain = model.loop_gain(settings, capability)
        for at in CONFIDENCES:
            there = model.growth_at_rest(settings, at, gain)
            curve.append({"line": line, "confidence": at, "growth": there})
        points = model.rest_points(settings, capability)
        for place, at in enumerate(points):
            name, dx, dy = _rest_name(line, points, place)
            rest = {"line": line, "confidence": at, "growth": growth, "name": name}
            rests.append(dict(rest, stable=place % 2 == 0, dx=dx, dy=dy))
    return {"curve": curve, "rests": rests, "level": [{"growth": growth}]}


def _rest_name(line, points, place):
    """Return the name of a rest point and its offset: apart from the curve and from each other."""
    if len(points) == 3:
        return (("collapse", 36, 16), ("tipping point", -44, 16), ("health", -30, -10))[place]
    return ("" if line == "team" else "only rest"), (36 if points[0] < 0.5 else -36), 16


def _label(row, column, text, line, dy):
    return {"quarter": row["quarter"], "y": row[column], "text": text, "line": line, "dy": dy}


def _sentence(settings):
    start = settings["team_start"]
    shipped = tuple(fixed(model.units(settings, year)) for year in (2016, 2017, 2018))
    opening = "Without a team" if start == model.NEVER else "With the team from %s" % start
    sentence = (
        opening + " the model ships %s million phones in 2016, %s million in 2017 and "
        "%s million in 2018." % shipped
    )
    if start == model.NEVER:
        return sentence
    alone = model.units(model.with_start(settings, model.NEVER), 2018)
    return sentence + " Without it 2018 would end at %s million." % fixed(alone)
