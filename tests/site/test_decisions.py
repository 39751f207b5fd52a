"""Does a decision keep its words, seal them, open the epilogue and score the forecasts?"""

import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from casekit.models import _sealed

pytestmark = pytest.mark.slow
PAGE = "chapters/03-death-spiral.html"
REASON = "Suppliers decide on the coming quarter now."


@pytest.fixture
def tab(open_page):
    return open_page(PAGE)


def decide(tab, sure="80"):
    box = tab.locator("section[data-decision]")
    box.locator("input[type=radio]").first.check()
    box.locator("input[type=number]").fill(sure)
    box.locator("textarea").fill(REASON)
    box.locator("[data-action=seal]").click()
    return box


def test_a_decision_is_sealed_and_opens_its_epilogue(tab):
    epilogue = tab.locator("details.ck-epilogue")
    assert epilogue.get_attribute("open") is None
    box = decide(tab)
    status = box.locator("[role=status]")
    expect(status).to_contain_text("Seal:", timeout=20_000)
    expect(status).to_contain_text("Brier score over one forecast: 0.04")
    assert epilogue.get_attribute("open") is not None
    choice = box.locator("input[type=radio]").first.get_attribute("value")
    wanted = _sealed.seal("may-2016", choice, 80.0, REASON)
    assert wanted in status.inner_text()


def test_a_sealed_decision_is_there_after_a_reload_and_can_be_forgotten(tab):
    box = decide(tab)
    expect(box.locator("[role=status]")).to_contain_text("Seal:", timeout=20_000)
    tab.reload()
    expect(box.locator("[role=status]")).to_contain_text("Seal:")
    assert box.locator("textarea").input_value() == REASON
    assert box.locator("textarea").is_disabled()
    box.locator("[data-action=forget]").click()
    assert box.locator("textarea").is_enabled()
    tab.reload()
    expect(box.locator("[role=status]")).to_contain_text("stay in this browser")


@pytest.mark.parametrize("sure", ["", "101", "-1"])
def test_without_a_probability_nothing_is_sealed_and_nothing_lost(tab, sure):
    box = decide(tab, sure)
    expect(box.locator("[role=status]")).to_contain_text("Give a probability from 0 to 100")
    assert box.locator("textarea").input_value() == REASON
    assert tab.locator("details.ck-epilogue").get_attribute("open") is None


def test_decisions_can_be_taken_home(tab):
    box = decide(tab)
    expect(box.locator("[role=status]")).to_contain_text("Seal:", timeout=20_000)
    with tab.expect_download() as download:
        box.locator("[data-action=download]").click()
    text = Path(download.value.path()).read_text(encoding="utf-8")
    (record,) = json.loads(text).values()
    assert record["reason"] == REASON
    assert re.fullmatch(r"[0-9a-f]{64}", record["seal"])


def test_the_last_chapter_scores_all_forecasts(open_page):
    tab = open_page(PAGE)
    expect(decide(tab).locator("[role=status]")).to_contain_text("Seal:", timeout=20_000)
    tab.goto(tab.url.replace("03-death-spiral", "09-commitments"))
    expect(decide(tab, "40").locator("[role=status]")).to_contain_text(
        "2 forecasts: 0.10", timeout=20_000
    )
    tab.goto(tab.url.replace("09-commitments", "14-transfer"))
    board = tab.locator("section[data-part=decisions]")
    expect(board.locator("li")).to_have_count(2, timeout=20_000)
    expect(board).to_contain_text("Brier score over 2 forecasts: 0.10")


@pytest.mark.parametrize(
    "text", ["{not json", "5", '{"may-2016": 5}', '{"may-2016": {"choice": "x"}, "other": null}']
)
def test_broken_storage_breaks_nothing(open_page, text):
    tab = open_page(PAGE)
    tab.evaluate("text => localStorage.setItem('casekit-decisions', text)", text)
    tab.reload()
    box = decide(tab)
    expect(box.locator("[role=status]")).to_contain_text("Seal:", timeout=20_000)


def test_without_a_script_the_epilogue_opens_and_paper_is_named(open_page):
    tab = open_page(PAGE, java_script_enabled=False)
    assert "on paper" in tab.locator("section[data-decision]").inner_text()
    assert not tab.locator("[data-action=seal]").is_visible()
    tab.locator("details.ck-epilogue > summary").click()
    assert tab.locator("details.ck-epilogue p").first.is_visible()
