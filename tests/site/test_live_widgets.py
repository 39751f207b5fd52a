"""Do widgets live in the page: at once, offline, by keyboard and touch, whatever fails?"""

import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from casekit.widgets import VIEWS

pytestmark = pytest.mark.slow

CHAPTERS = Path(__file__).parents[2] / "chapters"
PAGE = {
    name: f"chapters/{path.stem}.html"
    for path in sorted(CHAPTERS.glob("*.md"))
    for name in re.findall(r'^widgets\.get\("([a-z-]+)"\)$', path.read_text("utf-8"), re.MULTILINE)
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
        for fold in tab.locator("details.hide > summary").all():
            fold.click()
        widget = tab.locator(f"section.ck-widget[data-widget={name}]")
        widget.scroll_into_view_if_needed()
        return tab, widget

    yield open_
    for context in contexts:
        context.close()


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


def scenarios(name):
    """Give ten settings: the defaults, ends of ranges, and points between."""
    view = VIEWS[name]
    known = view.parameters
    found = [{}]
    for place in range(9):
        settings = {}
        for count, control in enumerate((*view.controls, *view.more)):
            parameter, share = known[control], ((place * 7 + count * 3) % 11) / 10
            if parameter.options:
                settings[control] = parameter.options[int(share * (len(parameter.options) - 1))]
            else:
                steps = round((parameter.high - parameter.low) / parameter.step * share)
                value = round(parameter.low + steps * parameter.step, 10)
                settings[control] = int(value) if parameter.whole else value
        found.append(settings)
    return found


def test_ten_scenarios_give_the_numbers_of_python(visit, name):
    tab, widget = visit(name)
    alive(widget)
    for settings in scenarios(name):
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


def test_a_keyboard_is_enough(visit):
    tab, widget = visit("death-spiral")
    alive(widget)
    widget.get_by_role("combobox", name="Start the supply team in").focus()
    tab.keyboard.press("ArrowDown")
    shows(widget, "death-spiral", team_start="2016Q3")
    for _ in range(2):
        tab.keyboard.press("Tab")
    tab.keyboard.press("ArrowRight")
    shows(widget, "death-spiral", team_start="2016Q3", demand_loss=0.31)
    tab.keyboard.press("Tab")
    tab.keyboard.press("Enter")
    shows(widget, "death-spiral", team_start="2016Q3", demand_loss=0.32)


def test_a_finger_is_enough_on_a_phone(visit):
    options = {"viewport": {"width": 390, "height": 800}, "has_touch": True, "is_mobile": True}
    _, widget = visit("death-spiral", **options)
    alive(widget)
    widget.get_by_role("button", name="More: Size of each component shortage").tap()
    shows(widget, "death-spiral", shock=0.09)
    assert widget.locator(".ck-narrow svg").is_visible()
    for button in widget.locator("button:visible").all():
        box = button.bounding_box()
        assert min(box["width"], box["height"]) >= 24


def test_it_goes_on_without_a_network(visit):
    tab, widget = visit("death-spiral")
    alive(widget)
    tab.context.set_offline(True)
    widget.get_by_role("combobox").select_option("never")
    shows(widget, "death-spiral", team_start="never")


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
