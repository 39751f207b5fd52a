"""Do widgets live in the page: at once, offline, by keyboard and touch, whatever fails?"""

import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from casekit.models._portable import fixed
from casekit.widgets import VIEWS

pytestmark = pytest.mark.slow

CHAPTERS = Path(__file__).parents[2] / "chapters"
PAGE = {
    name: f"chapters/{path.stem}.html"
    for path in sorted(CHAPTERS.glob("*.md"))
    for name in re.findall(r"^```\{widget\} ([a-z-]+)$", path.read_text("utf-8"), re.MULTILINE)
}
PATIENCE = 10_000  # milliseconds, on a loaded machine


@pytest.fixture(params=list(VIEWS))
def name(request):
    return request.param


@pytest.fixture
def visit(chromium, address):
    """Open the page of a widget and unfold it; collect what the page asks for and complains of."""
    contexts = []

    def open_(name, *, fragment="", route=None, **options):
        context = chromium.new_context(**({"viewport": {"width": 1280, "height": 900}} | options))
        contexts.append(context)
        tab = context.new_page()
        tab.requests, tab.complaints = [], []
        tab.on("request", lambda request: tab.requests.append(request.url))
        tab.on("pageerror", lambda error: tab.complaints.append(str(error)))
        if route:
            tab.route(*route)
        tab.goto(address + PAGE[name] + fragment, wait_until="load")
        return tab, come_near(tab, name)

    yield open_
    for context in contexts:
        context.close()


def come_near(tab, name):
    folds = tab.locator("details.ck-fold:not([open]) > summary")
    while folds.count():
        folds.first.click()
    widget = tab.locator(f"section.ck-widget[data-widget={name}]")
    widget.scroll_into_view_if_needed()
    return widget


def alive(widget):
    expect(widget).to_have_attribute("data-live", "true", timeout=PATIENCE)
    return widget


def shows(widget, name, **settings):
    """Wait until the widget shows what Python shows for these settings."""
    shown = VIEWS[name].shown(settings)
    expect(widget.locator("[data-part=sentence]")).to_have_text(shown["sentence"], timeout=PATIENCE)
    picture = widget.locator(".ck-chart:visible")
    expect(picture).to_have_attribute("aria-label", re.compile(re.escape(shown["sentence"])))
    return shown


def test_ten_scenarios_give_the_numbers_of_python(visit, name, scenarios):
    tab, widget = visit(name)
    alive(widget)
    for settings in scenarios(VIEWS[name]):
        query = "&".join(f"{key}={value}" for key, value in settings.items())
        tab.evaluate("hash => { location.hash = hash }", f"#widget-{name}?{query}")
        shown = shows(widget, name, **settings)
        raw = tab.evaluate(
            """async ([show, settings, tables]) => {
                const worker = new Worker(new URL("../live/worker.js", location), {type: "module"});
                const answer = new Promise((done) => { worker.onmessage = (e) => done(e.data); });
                worker.postMessage({ show, settings, tables });
                const { shown } = await answer;
                worker.terminate();
                return shown;
            }""",
            [
                VIEWS[name].show.__name__,
                VIEWS[name].settings(settings),
                VIEWS[name].tables() if VIEWS[name].tables else None,
            ],
        )
        assert raw["sentence"] == shown["sentence"]
        assert raw["columns"] == shown["columns"]
        assert same(raw["rows"], shown["rows"], abs=1e-9)
        assert same(raw["data"], shown["data"], abs=1e-9)
        cells = widget.locator("[data-part=table] tbody tr").last.locator("td").all_text_contents()
        for cell, value in zip(cells, shown["rows"][-1], strict=True):
            if isinstance(value, str):
                assert cell == value
            else:
                assert float(cell.replace("−", "-")) == pytest.approx(value, abs=5.1e-4)


def same(theirs, ours, **tolerance):
    """Compare two trees: texts must be equal, numbers as near as told."""
    if isinstance(ours, dict):
        return set(theirs) == set(ours) and all(same(theirs[k], ours[k], **tolerance) for k in ours)
    if isinstance(ours, list | tuple):
        pairs = zip(theirs, ours, strict=True)
        return all(same(left, right, **tolerance) for left, right in pairs)
    if isinstance(ours, float) and not isinstance(theirs, str | None):
        return theirs == pytest.approx(ours, rel=1e-9, **tolerance)
    return theirs == ours


def test_every_widget_stands_on_the_page_of_its_chapter():
    assert set(PAGE) == set(VIEWS)


def test_it_starts_when_a_reader_comes_near_and_asks_no_other_host(visit, name, address):
    tab, widget = visit(name)
    alive(widget)
    assert all(control.is_enabled() for control in widget.locator("input, select, button").all())
    assert [url for url in tab.requests if not url.startswith((address, "data:", "blob:"))] == []
    assert tab.complaints == []


def test_nothing_of_it_is_loaded_before(open_page_without_unfolding):
    tab = open_page_without_unfolding
    tab.wait_for_timeout(500)
    assert not [url for url in tab.requests if "micropython" in url or "vega.js" in url]


@pytest.fixture
def open_page_without_unfolding(chromium, address):
    context = chromium.new_context(viewport={"width": 1280, "height": 900})
    tab = context.new_page()
    tab.requests = []
    tab.on("request", lambda request: tab.requests.append(request.url))
    tab.goto(address + PAGE["death-spiral"], wait_until="load")
    yield tab
    context.close()


def first_move(name):
    """Give the first control of a widget and the settings after one step of it."""
    control = VIEWS[name].controls[0]
    parameter = VIEWS[name].parameters[control]
    if parameter.options:
        place = parameter.options.index(parameter.default)
        after = parameter.options[place + 1 if place + 1 < len(parameter.options) else place - 1]
        return control, {control: after}
    step = parameter.step if parameter.default < parameter.high else -parameter.step
    value = round(parameter.default + step, 10)
    return control, {control: int(value) if parameter.whole else value}


def holds(widget, name, settings):
    """Wait until the widget shows the run of these settings, and its address holds them."""
    shows(widget, name, **settings)
    link = widget.locator("[data-part=link]")
    expect(link).to_have_attribute("href", re.compile("|".join(settings)), timeout=PATIENCE)


def test_a_keyboard_is_enough(visit, name):
    tab, widget = visit(name)
    alive(widget)
    control, settings = first_move(name)
    field = widget.locator(f"[data-name={control}]").locator("select, input[type=range]")
    # The page before it has links enough for hundreds of stops; the way inside the widget counts.
    widget.locator("input, button, select, summary").first.focus()
    for _ in range(30):
        if field.evaluate("node => node === document.activeElement"):
            break
        tab.keyboard.press("Tab")
    options = VIEWS[name].parameters[control].options
    before, after = field.input_value(), settings[control]
    up = options.index(after) < options.index(before) if options else after > float(before)
    tab.keyboard.press("ArrowUp" if up else "ArrowDown")
    holds(widget, name, settings)


def test_a_finger_is_enough_on_a_phone(visit, name):
    options = {"viewport": {"width": 390, "height": 800}, "has_touch": True, "is_mobile": True}
    _, widget = visit(name, **options)
    alive(widget)
    control, settings = first_move(name)
    box = widget.locator(f"[data-name={control}]")
    if VIEWS[name].parameters[control].options:
        box.locator("select").select_option(settings[control])
    else:
        more = settings[control] > VIEWS[name].parameters[control].default
        box.locator(f"button[data-step='{1 if more else -1}']").tap()
    holds(widget, name, settings)
    assert widget.locator(".ck-narrow svg").is_visible()
    for target in widget.locator("button:visible, select:visible, input:visible").all():
        size = target.bounding_box()
        assert min(size["width"], size["height"]) >= 24


def test_it_goes_on_without_a_network(visit, name):
    tab, widget = visit(name)
    alive(widget)
    tab.context.set_offline(True)
    control, settings = first_move(name)
    change(widget, name, control, settings[control])
    holds(widget, name, settings)


def change(widget, name, control, value):
    """Give a control another value, by typing or choosing."""
    box = widget.locator(f"[data-name={control}]")
    if VIEWS[name].parameters[control].options:
        box.locator("select").select_option(value)
    else:
        box.locator("input[type=number]").fill(str(value))
        box.locator("input[type=number]").press("Enter")


def test_without_a_script_the_figure_stands_there_finished(visit, name):
    _, widget = visit(name, java_script_enabled=False)
    assert widget.locator(".ck-wide svg").is_visible()
    assert widget.locator("[data-part=sentence]").inner_text() == VIEWS[name].shown()["sentence"]
    assert all(c.is_disabled() for c in widget.locator("input, select, button, textarea").all())
    widget.get_by_text("Table", exact=True).click()
    assert widget.locator("[data-part=table] table").is_visible()


def test_after_its_worker_was_killed_in_the_middle_of_a_run_the_next_one_works(visit, name, site):
    script = (site / "live" / "live.js").read_text(encoding="utf-8").replace("10_000", "1500")
    answer = (
        "**/live.js",
        lambda route: route.fulfill(body=script, content_type="text/javascript"),
    )
    tab, widget = visit(name, route=answer)
    alive(widget)
    tab.workers[0].evaluate("setTimeout(() => close(), 0)")
    tab.wait_for_timeout(50)
    control, settings = first_move(name)
    change(widget, name, control, settings[control])
    expect(widget.locator("[data-part=status]")).to_contain_text("took too long", timeout=PATIENCE)
    assert widget.locator(".ck-wide svg").is_visible()
    widget.get_by_role("button", name="Reset").click()
    shows(widget, name)
    change(widget, name, control, settings[control])
    holds(widget, name, settings)


def test_turning_the_phone_draws_the_other_size(visit):
    tab, widget = visit("death-spiral")
    alive(widget)
    widget.get_by_role("combobox").select_option("never")
    shows(widget, "death-spiral", team_start="never")
    tab.set_viewport_size({"width": 390, "height": 800})
    narrow = widget.locator(".ck-narrow")
    expect(narrow).to_have_attribute("aria-label", re.compile("Without a team"))
    expect(narrow.locator("svg")).to_contain_text("without a team", timeout=PATIENCE)


@pytest.mark.parametrize("typed", ["7", "", "-1"])
def test_what_cannot_be_a_value_is_refused_in_one_sentence(visit, typed):
    tab, widget = visit("death-spiral")
    alive(widget)
    box = widget.get_by_role("spinbutton", name="Size of each component shortage")
    box.fill(typed)
    tab.keyboard.press("Tab")
    expect(widget.locator("[data-part=status]")).to_contain_text("from 0 to 0.3. It stays at 0.08.")
    assert box.input_value() == "0.08"
    shows(widget, "death-spiral")


@pytest.mark.parametrize(
    "fragment",
    [
        "#widget-death-spiral?shock=<img src=x onerror=alert(1)>&team_start=%3Cscript%3E",
        "#widget-death-spiral?shock=9&demand_loss=NaN&news=&growth_hurdle=1e999",
        "#widget-death-spiral?__proto__=1&constructor=2&toString=3",
        "#widget-death-spiral?" + "shock=" * 2000,
        "#%E0%A4%A?shock=0.1",
        "#elsewhere?shock=0.1",
    ],
)
def test_a_hostile_or_broken_bookmark_changes_nothing(visit, fragment):
    tab, widget = visit("death-spiral", fragment=fragment)
    tab.on("dialog", lambda dialog: tab.complaints.append(dialog.message))
    alive(widget)
    shows(widget, "death-spiral")
    assert widget.locator("img, script:not([type])").count() == 0
    assert tab.complaints == []


def test_no_bookmark_of_any_widget_brings_in_what_is_no_value(visit, name):
    hostile = "<img src=x onerror=alert(1)>"
    query = "&".join(f"{control}={hostile}" for control in VIEWS[name].parameters)
    tab, widget = visit(name, fragment=f"#widget-{name}?{query}&__proto__=1")
    alive(widget)
    shows(widget, name)
    assert widget.locator("img").count() == 0
    assert tab.complaints == []


def test_a_bookmark_restores_a_scenario_and_the_code_is_that_of_a_notebook(visit):
    fragment = "#widget-death-spiral?team_start=2017Q1&shock=0.11"
    tab, widget = visit("death-spiral", fragment=fragment)
    alive(widget)
    shows(widget, "death-spiral", team_start="2017Q1", shock=0.11)
    link = widget.get_by_role("link", name="Link to this scenario")
    assert link.get_attribute("href") == fragment
    code = widget.locator("[data-part=code]").text_content()
    assert 'widgets.get("death-spiral", team_start="2017Q1", shock=0.11)' in code
    widget.get_by_role("button", name="Reset").click()
    shows(widget, "death-spiral")
    link.click()
    assert tab.evaluate("location.hash") == "#widget-death-spiral"


@pytest.mark.parametrize("missing", ["**/micropython.wasm", "**/vega.js", "**/python.json"])
def test_where_a_part_of_the_engine_is_blocked_the_figure_stays_and_says_how_to_run_it(
    visit, missing
):
    _, widget = visit("death-spiral", route=(missing, lambda route: route.abort()))
    status = widget.locator("[data-part=status]")
    expect(status).to_contain_text("casekit.widgets.get", timeout=PATIENCE)
    expect(status).to_contain_text("(", timeout=PATIENCE)
    assert widget.locator(".ck-wide svg").is_visible()
    assert all(c.is_disabled() for c in widget.locator("input, select, button").all())


def test_the_address_of_a_scenario_leads_to_it_though_the_page_keeps_it_folded(chromium, address):
    context = chromium.new_context(viewport={"width": 1280, "height": 900})
    tab = context.new_page()
    tab.goto(address + PAGE["death-spiral"] + "#widget-death-spiral?shock=0.11")
    widget = alive(tab.locator("section.ck-widget"))
    shows(widget, "death-spiral", shock=0.11)
    expect(widget).to_be_in_viewport()
    context.close()


def test_a_run_that_fails_says_so_and_the_figure_stays(visit, site):
    files = json.loads((site / "live" / "python.json").read_text(encoding="utf-8"))
    place = "casekit/exhibits/shows/death_spiral.py"
    files[place] = files[place].replace(
        "    run = model.simulate(settings)\n",
        "    run = model.simulate(settings)\n    1 / (settings['shock'] < 0.2)\n",
    )
    answer = ("**/python.json", lambda route: route.fulfill(json=files))
    _, widget = visit("death-spiral", route=answer)
    alive(widget)
    change(widget, "death-spiral", "shock", 0.3)
    status = widget.locator("[data-part=status]")
    expect(status).to_contain_text("did not come to an end", timeout=PATIENCE)
    expect(status).to_contain_text("The figure shows the last run that came through.")
    shows(widget, "death-spiral")
    change(widget, "death-spiral", "shock", 0.1)
    shows(widget, "death-spiral", shock=0.1)


HANGING = "def show(settings):\n    while settings['shock'] > 0.2:\n        pass\n"


def test_a_run_that_hangs_is_stopped_and_the_next_one_works(visit, site):
    files = json.loads((site / "live" / "python.json").read_text(encoding="utf-8"))
    place = "casekit/exhibits/shows/death_spiral.py"
    body = files[place].replace(
        "def show(settings: dict) -> dict:",
        HANGING + "    return done(settings)\n\n\ndef done(settings):",
    )
    files[place] = body
    script = (site / "live" / "live.js").read_text(encoding="utf-8").replace("10_000", "1500")

    def answer(route):
        if route.request.url.endswith("python.json"):
            route.fulfill(json=files)
        elif route.request.url.endswith("live.js"):
            route.fulfill(body=script, content_type="text/javascript")
        else:
            route.continue_()

    tab, widget = visit("death-spiral", route=("**/live/*", answer))
    alive(widget)
    box = widget.get_by_role("spinbutton", name="Size of each component shortage")
    box.fill("0.3")
    tab.keyboard.press("Tab")
    expect(widget.locator("[data-part=status]")).to_contain_text("took too long", timeout=PATIENCE)
    box.fill("0.1")
    tab.keyboard.press("Tab")
    shows(widget, "death-spiral", shock=0.1)


def test_of_many_moves_the_last_one_counts(visit):
    tab, widget = visit("death-spiral")
    alive(widget)
    slider = widget.get_by_role("slider", name="Size of each component shortage")
    tab.evaluate(
        """range => { for (let i = 0; i <= 20; i++) {
            range.value = 0.01 * i; range.dispatchEvent(new Event("input")); } }""",
        slider.element_handle(),
    )
    shows(widget, "death-spiral", shock=0.2)


@pytest.fixture(params=[name for name in VIEWS if VIEWS[name].prediction])
def asking(request):
    return request.param


def predict(widget, values):
    for field, value in zip(widget.locator(".ck-predict input").all(), values, strict=True):
        field.fill(str(value))
    widget.get_by_role("button", name="Commit and run it").press("Enter")


def guesses(name):
    """Give a guess within bounds for each number that is asked for."""
    asked = VIEWS[name].prediction
    low, _, step = asked.bounds
    results = asked.results(VIEWS[name].shown(asked.settings))
    return [round(low + step * place, 10) for place in range(1, len(results) + 1)], results


def test_a_prediction_is_held_against_the_run_that_it_asked_for(visit, asking):
    _, widget = visit(asking)
    alive(widget)
    values, results = guesses(asking)
    predict(widget, values)
    verdict = widget.locator("[data-part=verdict]")
    expect(verdict).to_contain_text(VIEWS[asking].prediction.unit)
    for _, value in results:
        shown = float(fixed(value, 2 if abs(value) < 10 else 1).replace("−", "-"))
        assert f"{shown:g}".replace("-", "−") in verdict.inner_text()
    shows(widget, asking, **VIEWS[asking].prediction.settings)
    assert all(field.is_disabled() for field in widget.locator(".ck-predict input").all())


def test_the_answer_to_a_prediction_is_not_what_the_page_shows_before(asking):
    view = VIEWS[asking]
    assert view.shown(view.prediction.settings)["sentence"] != view.shown()["sentence"]


def test_nothing_is_committed_without_a_number(visit, asking):
    tab, widget = visit(asking)
    alive(widget)
    field = widget.locator(".ck-predict input").first
    if field.get_attribute("type") == "range":
        return  # a slider always holds one
    widget.get_by_role("button", name="Commit and run it").click()
    expect(widget.locator("[data-part=verdict]")).to_contain_text("Give a number from")
    shows(widget, asking)
    assert tab.evaluate("localStorage.getItem('casekit-log')") is None


def test_the_log_of_predictions_and_reasons_can_be_taken_away(visit):
    tab, widget = visit("death-spiral")
    alive(widget)
    predict(widget, [70, 40, 20, 10])
    widget.get_by_role("button", name="Keep my reason").click()
    expect(widget.locator("[data-part=verdict]")).to_contain_text("Write a sentence first")
    reason = "<b>Suppliers</b> read growth from a low base."
    widget.get_by_role("textbox").fill(reason)
    widget.get_by_role("button", name="Keep my reason").press("Enter")
    expect(widget.locator("[data-part=verdict]")).to_contain_text("Kept in this browser")
    tab.reload()
    alive(come_near(tab, "death-spiral"))
    predict(widget, [1, 2, 3, 4])
    with tab.expect_download() as download:
        widget.get_by_role("button", name="Download my log").click()
    first, second = json.loads(download.value.path().read_text(encoding="utf-8"))
    assert first["predicted"] == [70, 40, 20, 10]
    assert first["reason"] == reason
    assert first["settings"] == VIEWS["death-spiral"].prediction.settings
    assert [label for label, _ in second["results"]] == ["2015", "2016", "2017", "2018"]
    assert widget.locator(".ck-predict b").count() == 0


def test_a_line_is_drawn_with_one_stroke(visit):
    tab, widget = visit("death-spiral")
    alive(widget)
    fields = widget.locator(".ck-pad input")
    widget.locator(".ck-pad").scroll_into_view_if_needed()
    tab.wait_for_timeout(500)  # the theme scrolls smoothly
    boxes = [field.bounding_box() for field in fields.all()]
    tab.mouse.move(boxes[0]["x"] + 12, boxes[0]["y"] + boxes[0]["height"] / 2)
    tab.mouse.down()
    for box in boxes[1:]:
        tab.mouse.move(box["x"] + 12, box["y"] + box["height"] / 4, steps=8)
    tab.mouse.up()
    drawn = [float(field.input_value()) for field in fields.all()]
    # The stroke rises while it leaves the first column.
    assert 70 < drawn[0] < drawn[1]
    assert drawn[-1] == pytest.approx(0.75 * 150, abs=5)
    fields.first.focus()
    tab.keyboard.press("ArrowUp")
    assert float(fields.first.input_value()) == drawn[0] + 1


def test_a_spoilt_log_does_no_harm(visit):
    tab, widget = visit("death-spiral")
    tab.evaluate("localStorage.setItem('casekit-log', '{\"not\": [a list')")
    alive(widget)
    predict(widget, [70, 40, 20, 10])
    assert len(json.loads(tab.evaluate("localStorage.getItem('casekit-log')"))) == 1
    assert tab.complaints == []


def test_print_shows_the_figure_and_every_parameter(visit, name):
    tab, widget = visit(name)
    alive(widget)
    tab.emulate_media(media="print")
    assert widget.locator(".ck-chart svg").first.is_visible()
    for control in (*VIEWS[name].controls, *VIEWS[name].more):
        field = widget.locator(f"[data-name={control}]").locator("select, input[type=number]")
        assert field.is_visible()
    assert not widget.get_by_role("button").first.is_visible()


def test_nothing_of_ours_moves_by_itself(site):
    style = (site / "_static" / "casekit.css").read_text(encoding="utf-8")
    assert not re.search(r"animation|transition|@keyframes|scroll-behavior", style)
