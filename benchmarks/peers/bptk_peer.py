"""Model A in BPTK-Py's System Dynamics language, on its three ways of running it.

``python`` and ``rust`` are its two engines as its users call them, through ``run_scenarios``: one
scenario whose constants change, its cache cleared. ``direct`` calls the compiled engine itself,
which its documentation does not offer to users, to show how fast the engine alone is.

Usage: python bptk_peer.py python|rust|direct check|time TASK
"""

from functools import partial
from typing import Any

import measure
from BPTK_Py import Model, bptk  # type: ignore[import-not-found]
from BPTK_Py import sd_functions as sd

# Defaults; a run changes some. The team starts in the tenth quarter, 2016Q2.
CONSTANTS = {
    "team_start": 9.0, "team_effort": 1.0, "demand_loss": 0.3, "shock": 0.08, "news": 0.15,
    "base_fill": 0.35, "fill_gain": 0.35, "supplier_sensitivity": 50.0, "growth_hurdle": -0.02,
    "confidence_delay": 1.5, "perception_delay": 3.0, "capability_delay": 1.5, "growth_2014": 0.07,
    "growth_2015": 0.02, "growth_2016_on": 0.06, "initial_demand": 14.0,
    "initial_confidence": 0.75,
}  # fmt: skip
IN_NEWS = [[0, 0], [10, 0], [11, 1], [13, 1], [14, 0], [19, 0]]
IN_SHORTAGE = [[0, 0], [7, 0], [8, 1], [9, 1], [10, 0], [11, 1], [12, 1], [13, 0], [19, 0]]
IN_2015, IN_2016 = 4.0, 8.0  # the first quarters of these years
STOCKS = ("demand", "confidence", "capability", "growth_seen", "shipments_before")


def named(create: Any, name: str, equation: Any) -> Any:
    """Return a new element of the model with its equation."""
    element = create(name)
    element.equation = equation
    return element


def model() -> Any:
    """Return model A; a stock's equation is its change in one quarter."""
    made = Model(starttime=0, stoptime=measure.QUARTERS - 1, dt=1, name="death_spiral")
    made.points.update(in_news=IN_NEWS, in_shortage=IN_SHORTAGE)
    p = {name: named(made.constant, name, value) for name, value in CONSTANTS.items()}
    s = {name: made.stock(name) for name in STOCKS}
    converter, flow = partial(named, made.converter), partial(named, made.biflow)
    own = converter("own_fill", sd.min(1.0, p["base_fill"] + p["fill_gain"] * s["capability"]))
    short = converter("shortage", p["shock"] * sd.lookup(sd.time(), "in_shortage"))
    fill = converter("fill_rate", (1.0 - (1.0 - own) * (1.0 - s["confidence"])) * (1.0 - short))
    shipments = converter("shipments", s["demand"] * fill)
    ratio = sd.ln(shipments / s["shipments_before"])
    seen = flow("growth_change", (ratio - s["growth_seen"]) / p["perception_delay"])
    # An element of its own: release 3.2.0 reads a − (b + c) as a − b + c on its Python engine.
    perceived = converter("perceived_growth", s["growth_seen"] + seen)
    power = p["supplier_sensitivity"] * (p["growth_hurdle"] - perceived)
    belief = converter("belief", 1.0 / (1.0 + sd.exp(power)))
    later = sd.If(sd.time() < IN_2016, p["growth_2015"], p["growth_2016_on"])
    growth = converter("growth", sd.If(sd.time() < IN_2015, p["growth_2014"], later))
    lift = converter("lift", p["news"] * sd.lookup(sd.time(), "in_news"))
    rise = sd.exp(growth + lift - p["demand_loss"] * (1.0 - fill)) - 1.0
    effort = converter("effort", sd.If(sd.time() >= p["team_start"], p["team_effort"], 0.0))
    changes = {
        "demand": flow("demand_change", s["demand"] * rise),
        "confidence": flow("turn", (belief - s["confidence"]) / p["confidence_delay"]),
        "capability": flow("build_up", (effort - s["capability"]) / p["capability_delay"]),
        "growth_seen": seen,
        "shipments_before": flow("shipments_change", shipments - s["shipments_before"]),
    }
    for name, change in changes.items():
        s[name].equation = change
    start(s, p)
    return made


def start(s: dict[str, Any], p: dict[str, Any]) -> None:
    """Set the initial values of the stocks."""
    fill = 1.0 - (1.0 - p["base_fill"]) * (1.0 - p["initial_confidence"])
    s["demand"].initial_value = p["initial_demand"]
    s["confidence"].initial_value = p["initial_confidence"]
    s["capability"].initial_value = 0.0
    s["growth_seen"].initial_value = p["growth_2014"]
    before = p["initial_demand"] * fill * sd.exp(-1.0 * p["growth_2014"])
    s["shipments_before"].initial_value = before


def scenarios(backend: str) -> measure.Runner:
    """Return a run through BPTK-Py's own interface."""
    toolkit = bptk()
    toolkit.register_scenario_manager({"bench": {"model": model()}})
    toolkit.register_scenarios({"run": {"constants": {}}}, "bench")
    scenario = toolkit.get_scenario("bench", "run")

    def run(settings: measure.Settings) -> list[float]:
        scenario.constants.update(settings)
        toolkit.reset_scenario_cache("bench", "run")
        found = toolkit.run_scenarios(
            scenarios="run",
            scenario_managers="bench",
            equations=["shipments"],
            return_format="dict",  # quicker than its usual data frame
            backend=backend,
        )
        shipments: list[float] = found["bench"]["run"]["equations"]["shipments"].tolist()
        return shipments

    return run


def direct() -> measure.Runner:
    """Return a run on the compiled engine itself, loaded once."""
    from BPTK_Py._rust_engine import (  # type: ignore[import-not-found]  # noqa: PLC0415
        RustSdEngine,
    )

    loaded = RustSdEngine().load_model(model().to_json())
    times = [f"{quarter}.0" for quarter in range(measure.QUARTERS)]

    def run(settings: measure.Settings) -> list[float]:
        for name, value in settings.items():
            loaded.set_constant(name, value)
        shipments = loaded.simulate(["shipments"])["shipments"]
        return [shipments[time] for time in times]

    return run


if __name__ == "__main__":
    measure.main(
        {
            "python": partial(scenarios, "python"),
            "rust": partial(scenarios, "rust"),
            "direct": direct,
        },
        "BPTK-Py",
        "numpy",
    )
