"""Does the widget read well on a page without a kernel, and is every control named?"""

import pytest

from casekit.widgets import VIEWS, markup

CONTROLS = ("input", "select", "button")


@pytest.fixture(scope="module", params=list(VIEWS))
def view(request):
    return VIEWS[request.param]


@pytest.fixture(scope="module")
def still(view, parse_html):
    return parse_html(markup.widget(view, {}, live=False))


@pytest.fixture(scope="module")
def live(view, parse_html):
    return parse_html(markup.widget(view, {}, live=True))


def _controls(page):
    return [node for node in page.iter() if node.tag in CONTROLS]


def _off(page):
    within = {
        node
        for field in page.iter("fieldset")
        if "disabled" in field.attrib
        for node in field.iter()
    }
    return [n for n in _controls(page) if n in within or "disabled" in n.attrib]


def test_on_a_page_every_control_is_off_and_the_page_says_how_to_run_it(view, still):
    assert _off(still) == _controls(still) != []
    status = "".join(still.find(".//*[@data-part='status']").itertext())
    assert f'casekit.widgets.get("{view.name}")' in status


def test_in_jupyter_every_control_is_on(live):
    assert _off(live) == []
    assert _controls(live)
    assert not live.find(".//*[@data-part='status']").text


def test_every_control_has_a_name_and_every_label_its_control(live):
    ids = {node.get("id") for node in live.iter() if node.get("id")}
    targets = {label.get("for") for label in live.iter("label")}
    assert targets <= ids
    for node in _controls(live):
        words = node.get("aria-label") or "".join(node.itertext()) * (node.tag == "button")
        assert words or node.get("id") in targets


def test_no_two_controls_share_a_name(live):
    labels = {label.get("for"): "".join(label.itertext()) for label in live.iter("label")}
    names = [
        node.get("aria-label") or labels.get(node.get("id")) or "".join(node.itertext())
        for node in _controls(live)
    ]
    assert len(names) == len(set(names))


def test_every_control_shows_symbol_and_unit(view, live):
    known = view.parameters
    shown = live.findall(".//*[@data-name]")
    assert [node.get("data-name") for node in shown] == [*view.controls, *view.more]
    for node in shown:
        parameter = known[node.get("data-name")]
        words = "".join(node.find("label").itertext())
        assert words.startswith(parameter.label)
        if parameter.options:
            continue  # the options say what they are
        # A number without a unit, "1", shows its symbol alone.
        unit = f", {parameter.unit}" if parameter.unit != "1" else ""
        assert words.endswith(f"({parameter.symbol}{unit})")


def test_number_controls_carry_the_bounds_and_the_default(view, live):
    known = view.parameters
    for node in live.findall(".//*[@data-name]"):
        parameter = known[node.get("data-name")]
        for field in node.findall("input"):
            bounds = [float(field.get(name)) for name in ("min", "max", "step", "value")]
            assert bounds == [parameter.low, parameter.high, parameter.step, parameter.default]


def test_a_choice_shows_every_option_and_marks_the_one_chosen(view, parse_html):
    for name in (*view.controls, *view.more):
        options = view.parameters[name].options
        if options:
            page = parse_html(markup.widget(view, {name: options[-1]}, live=False))
            shown = page.findall(f".//*[@data-name='{name}']//option")
            assert [option.text for option in shown] == list(options)
            assert [option.text for option in shown if "selected" in option.attrib] == [options[-1]]


def test_the_finished_page_shows_picture_sentence_and_table(view, still):
    sentence = still.find(".//*[@data-part='sentence']").text
    assert sentence == view.shown({})["sentence"]
    pictures = still.findall(".//*[@role='img']")
    assert [sentence in picture.get("aria-label") for picture in pictures] == [True, True]
    assert len(still.findall(".//tbody/tr")) == len(view.shown({})["rows"])


def test_a_change_is_announced_once_and_politely(view, live):
    regions = {node.get("data-part"): node for node in live.findall(".//*[@aria-live]")}
    assert set(regions) == {"sentence"} | ({"verdict"} if view.prediction else set())
    assert {node.get("aria-live") for node in regions.values()} == {"polite"}


def test_ids_are_unique(live):
    ids = [node.get("id") for node in live.iter() if node.get("id")]
    assert len(ids) == len(set(ids))
