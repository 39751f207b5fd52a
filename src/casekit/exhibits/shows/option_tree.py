"""What the option tree shows: the lattice with its launch region, and net value over the chance."""

from casekit.models import innovation_option as model
from casekit.models._portable import fixed

NAME = "option-tree"
PARAMETERS = model.PARAMETERS
COLUMNS = ["chance of success, %", "net value, may stop", "net value, must launch"]


def show(settings: dict) -> dict:
    """Return lattice nodes, net value over the chance of success, a sentence and a table.

    Args:
        settings: A value for every parameter of the model.
    """
    curve = _curve(settings)
    return {
        "data": {
            "nodes": _nodes(settings),
            "net": [
                {"chance": chance, "duty": duty, "net": net}
                for chance, free, must in curve
                for duty, net in (("may stop", free), ("must launch", must))
            ],
            "chosen": [
                {"chance": 100.0 * settings["success"], "net": _measure(settings, "net_value")}
            ],
            "cost": [{"worth": settings["launch_cost"]}],
        },
        "sentence": _sentence(settings),
        "columns": COLUMNS,
        "rows": curve,
    }  # fmt: skip


def _measure(settings, name):
    return model.MEASURES[name][0](settings)


def _curve(settings):
    run = model.net_over_success(settings)
    chances = [100.0 * chance for chance in run["at_success"]]
    curve = zip(chances, run["net_by_success"], run["net_duty_by_success"])
    return [list(row) for row in curve]


def _nodes(settings):
    run = model.lattice_nodes(settings)
    nodes = zip(run["node_step"], run["node_worth"])
    return [
        {"step": step, "worth": worth, "kind": _kind(step, worth, settings)}
        for step, worth in nodes
    ]


def _kind(step, worth, settings):
    if step < model.TREE_STEPS:
        return "on the way"
    return "launch" if worth > settings["launch_cost"] else "stop"


def _sentence(settings):
    text = "Once the research has worked, the right to launch is worth RMB %s million; launching "
    text = text % fixed(_measure(settings, "option_value"))
    text += "at once would bring %s. " % fixed(_measure(settings, "static_value"))
    net, must = _measure(settings, "net_value"), _measure(settings, "net_value_duty")
    text += "Before the research the project is worth %s million to a firm that may stop and %s to "
    text = text % (fixed(net), fixed(must)) + "one that must launch."
    even = _measure(settings, "break_even_probability_pct")
    if even is None:
        return text + " No chance of success makes it pay."
    return text + " It pays from a chance of success of %s percent on." % fixed(even)
