"""Does the widget follow its settings, keep its head when they are wrong, and compose?"""

import json
import re

import ipywidgets
import pytest
import traitlets

from casekit import models, widgets
from casekit.errors import InvalidInputError, UnknownNameError

RESULTS = ("picture", "table", "sentence")


@pytest.fixture
def spiral():
    return widgets.get("death-spiral")


def shown(widget):
    return {name: getattr(widget, name) for name in RESULTS}


def test_a_new_widget_shows_the_reference_run(spiral):
    assert spiral.settings == {}
    assert spiral.error == ""
    assert "team from 2016Q2" in spiral.sentence
    assert f"{models.measure('death-spiral', 'units_2018'):.0f} million in 2018" in spiral.sentence


def test_picture_table_and_sentence_follow_the_settings(spiral):
    before = shown(spiral)
    spiral.settings = {"team_start": "2017Q2", "shock": 0.1}
    after = shown(spiral)
    assert all(before[name] != after[name] for name in RESULTS)
    shipped = models.measure("death-spiral", "units_2018", team_start="2017Q2", shock=0.1)
    assert f"{shipped:.0f} million in 2018" in spiral.sentence
    last = models.run("death-spiral", team_start="2017Q2", shock=0.1)["shipments"][-1]
    assert float(spiral.table["rows"][-1][1]) == pytest.approx(last, abs=5e-4)
    assert spiral.picture["alternative"] == f"Two line charts. {spiral.sentence}"
    assert spiral.picture["wide"].startswith("<svg")


def test_settings_at_construction_are_the_same_as_settings_later(spiral):
    spiral.settings = {"team_start": "never"}
    assert shown(widgets.get("death-spiral", team_start="never")) == shown(spiral)
    assert spiral.sentence.startswith("Without a team")


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"shock": 5}, "shock is 5, out of bounds"),
        ({"team_start": "someday"}, "team_start is 'someday'"),
        ({"shok": 0.1}, "did you mean shock"),
    ],
)
def test_wrong_settings_change_nothing_and_say_what_is_wrong(spiral, wrong, says):
    spiral.settings = {"team_start": "2017Q1"}
    before = shown(spiral)
    spiral.settings = wrong
    assert says in spiral.error
    assert shown(spiral) == before
    spiral.settings = {"team_start": "2017Q1"}
    assert spiral.error == ""
    assert shown(spiral) == before


def test_a_widget_with_wrong_settings_still_displays_its_last_right_run(spiral):
    spiral.settings = {"team_start": "2017Q1"}
    spiral.settings = {"shock": 5}
    data, _ = spiral._repr_mimebundle_()
    assert "team from 2017Q1" in data["text/html"]


def test_wrong_settings_at_construction_are_refused():
    with pytest.raises(InvalidInputError, match="shock is 5"):
        widgets.get("death-spiral", shock=5)
    with pytest.raises(UnknownNameError, match="did you mean death-spiral"):
        widgets.get("death-spirl")


def test_every_view_shows_parameters_that_its_model_has():
    for name, view in widgets.VIEWS.items():
        assert view.name == name
        known = set(view.parameters)
        controls = view.controls + view.more
        assert set(controls) <= known
        assert len(controls) == len(set(controls))


@pytest.mark.parametrize("name", widgets.VIEWS)
def test_ten_scenarios_give_the_numbers_of_python_in_the_kernel(name, scenarios):
    view, widget = widgets.VIEWS[name], widgets.get(name)
    for settings in scenarios(view):
        widget.settings = settings
        assert widget.error == ""
        shown = view.shown(settings)
        assert widget.sentence == shown["sentence"]
        for cells, values in zip(widget.table["rows"], shown["rows"], strict=True):
            for cell, value in zip(cells, values, strict=True):
                told = cell if isinstance(value, str) else float(cell.replace("−", "-"))
                assert told == (value if isinstance(value, str) else pytest.approx(value, abs=6e-4))


def test_it_offers_the_live_view_and_a_finished_page(spiral):
    data, metadata = spiral._repr_mimebundle_()
    live = data["application/vnd.jupyter.widget-view+json"]
    assert live["model_id"] == spiral.model_id
    assert '<section class="ck-widget"' in data["text/html"]
    assert spiral.sentence in data["text/plain"]
    assert isinstance(metadata, dict)


def test_it_stands_in_a_box_beside_other_widgets(spiral):
    box = ipywidgets.VBox([spiral, ipywidgets.Label("a note")])
    assert box.children[0] is spiral
    assert f"IPY_MODEL_{spiral.model_id}" in box.get_state()["children"]


def test_it_links_with_other_widgets_through_its_traits(spiral):
    other = widgets.get("death-spiral")
    label = ipywidgets.HTML()
    traitlets.link((spiral, "settings"), (other, "settings"))
    traitlets.dlink((spiral, "sentence"), (label, "value"))
    spiral.settings = {"team_start": "never"}
    assert other.sentence == label.value == spiral.sentence


def test_an_interaction_can_drive_it(spiral):
    slider = ipywidgets.FloatSlider(value=0.08, min=0, max=0.3)
    traitlets.dlink((slider, "value"), (spiral, "settings"), lambda shock: {"shock": shock})
    slider.value = 0.2
    assert spiral.settings == {"shock": 0.2}
    assert spiral.error == ""


def test_its_whole_state_can_be_saved_as_json(spiral):
    spiral.settings = {"team_start": "2017Q1"}
    state = spiral.get_state()
    saved = json.loads(json.dumps({name: state[name] for name in (*RESULTS, "settings", "error")}))
    assert saved["settings"] == {"team_start": "2017Q1"}
    assert "2017Q1" in saved["sentence"]


def test_a_message_from_the_front_end_sets_it_like_python_does(spiral):
    spiral.set_state({"settings": {"team_start": "2017Q3"}})
    assert "team from 2017Q3" in spiral.sentence


def test_its_script_and_style_load_nothing(spiral):
    assert "import(" not in spiral._esm
    assert not re.search(r"^\s*import\b|https?:", spiral._esm, flags=re.MULTILINE)
    assert "url(" not in spiral._css
