"""Can a person with a keyboard use the widget in a real JupyterLab, and in Notebook 7?"""

import json
import os
import secrets
import socket
import subprocess
import sys
import time
import urllib.request

import nbformat
import pytest
from nbformat import v4

from casekit import models

pytestmark = pytest.mark.slow

FIRST_CELL = 'from casekit import widgets\nspiral = widgets.get("death-spiral")\nspiral'
SECOND_CELL = 'spiral.settings = {"shock": 5}'
PATIENCE = 60_000  # milliseconds; starting a kernel on a loaded machine takes a while


def _free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _write(path, tree):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(tree), encoding="utf-8")


def _configure(home, port, token):
    """Write a configuration that asks nobody for news and touches nothing of the user's."""
    server = {"ip": "127.0.0.1", "port": port, "port_retries": 0, "open_browser": False}
    server |= {"allow_root": True, "root_dir": str(home / "work")}
    _write(
        home / "config/jupyter_server_config.json",
        {"ServerApp": server, "IdentityProvider": {"token": token}},
    )
    _write(home / "config/jupyter_lab_config.json", {"LabApp": {"extension_manager": "readonly"}})
    settings = home / "config/lab/user-settings/@jupyterlab/apputils-extension"
    _write(
        settings / "notification.jupyterlab-settings",
        {"fetchNews": "false", "checkForUpdates": False},
    )


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """Run JupyterLab on a free port and give its address; Notebook 7 comes from the same server."""
    home = tmp_path_factory.mktemp("lab")
    port, token = _free_port(), secrets.token_hex(16)
    _configure(home, port, token)
    cells = [v4.new_code_cell(source) for source in (FIRST_CELL, SECOND_CELL)]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    notebook = v4.new_notebook(cells=cells, metadata={"kernelspec": kernel})
    (home / "work").mkdir()
    nbformat.write(notebook, home / "work" / "widget.ipynb")
    folders = {"CONFIG": "config", "DATA": "data", "RUNTIME": "runtime"}
    environment = dict(os.environ, IPYTHONDIR=str(home / "ipython"), JUPYTER_PREFER_ENV_PATH="1")
    environment |= {f"JUPYTER_{name}_DIR": str(home / folder) for name, folder in folders.items()}
    log = home / "server.log"
    with log.open("w", encoding="utf-8") as output:
        command = [sys.executable, "-m", "jupyterlab"]
        server = subprocess.Popen(
            command, env=environment, cwd=home / "work", stdout=output, stderr=output
        )
    try:
        _await(server, f"http://127.0.0.1:{port}/api/status?token={token}", log)
        yield f"http://127.0.0.1:{port}/{{place}}?token={token}"
    finally:
        server.terminate()
        server.wait(timeout=60)


def _await(server, address, log):
    deadline = time.monotonic() + PATIENCE / 1000
    while time.monotonic() < deadline:
        if server.poll() is not None:
            break
        try:
            urllib.request.urlopen(address, timeout=5).close()
        except OSError:
            time.sleep(0.2)
        else:
            return
    pytest.fail(f"JupyterLab did not start:\n{log.read_text(encoding='utf-8')[-2000:]}")


@pytest.fixture(scope="module")
def notebook(lab, chromium):
    """Open the notebook, run its first cell, and note every complaint and every request."""
    context = chromium.new_context(viewport={"width": 1100, "height": 1400})
    page = context.new_page()
    page.complaints, page.requested = [], []
    page.on("pageerror", lambda error: page.complaints.append(str(error)))
    page.on("console", lambda message: page.complaints.append(_text(message)))
    page.on("request", lambda request: page.requested.append(request.url))
    page.goto(lab.format(place="doc/tree/widget.ipynb"))
    page.get_by_text("| Idle").wait_for(timeout=PATIENCE)
    _run_cell(page, 0)
    page.locator("section.ck-widget").wait_for(timeout=PATIENCE)
    yield page
    context.close()


def _text(message):
    return f"{message.type}: {message.text}"


def _run_cell(page, index):
    page.locator(".jp-Notebook .cm-content").nth(index).click()
    page.keyboard.press("Shift+Enter")


@pytest.fixture
def widget(notebook):
    """Give the widget in its reference run, wherever the test before left it."""
    section = notebook.locator("section.ck-widget")
    section.get_by_role("button", name="Reset").press("Enter")
    _shows(section)
    return section


def _shows(widget, **settings):
    """Wait until sentence and picture show the run of these settings."""
    from playwright.sync_api import expect  # noqa: PLC0415 - only browser tests need it

    units = models.measure("death-spiral", "units_2018", **settings)
    sentence = widget.locator("[data-part=sentence]")
    expect(sentence).to_contain_text(f"{units:.0f} million in 2018", timeout=20_000)
    picture = widget.locator(".ck-wide[role=img]")
    expect(picture).to_have_attribute("aria-label", f"Two line charts. {sentence.inner_text()}")
    return picture.inner_html()


def _box(widget, name):
    return widget.get_by_role("spinbutton", name=name)


def test_arrow_keys_choose_the_quarter_and_the_picture_follows(widget):
    before = _shows(widget)
    choice = widget.get_by_role("combobox", name="Start the supply team in")
    choice.focus()
    choice.press("ArrowDown")
    after = _shows(widget, team_start="2016Q3")
    assert after != before
    assert choice.input_value() == "2016Q3"


def test_tab_leads_from_control_to_control(widget, notebook):
    widget.get_by_role("combobox", name="Start the supply team in").focus()
    names = []
    for _ in range(4):
        notebook.keyboard.press("Tab")
        focus = notebook.evaluate(
            "(document.activeElement.ariaLabel || document.activeElement.labels[0].innerText)"
        )
        names.append(focus)
    for name, kind in zip(names, ("Less: ", "", "More: ", ""), strict=True):
        assert name.startswith(f"{kind}Buyers lost when an order goes unfilled")


def test_a_typed_number_counts_once_it_is_left(widget, notebook):
    before = _shows(widget)
    box = _box(widget, "Size of each component shortage")
    box.focus()
    notebook.keyboard.press("Control+A")
    notebook.keyboard.type("0.2")
    notebook.keyboard.press("Tab")
    assert _shows(widget, shock=0.2) != before
    assert widget.get_by_role("slider", name="Size of each component").input_value() == "0.2"


def test_a_slider_moves_by_arrow_key(widget):
    slider = widget.get_by_role("slider", name="Lift from new products")
    slider.focus()
    slider.press("ArrowRight")
    _shows(widget, news=0.16)
    assert _box(widget, "Lift from new products").input_value() == "0.16"


@pytest.mark.parametrize("typed", ["7", "-1", ""])
def test_what_cannot_be_a_value_is_refused_in_one_sentence_and_the_last_one_stays(
    widget, notebook, typed
):
    box = _box(widget, "Size of each component shortage")
    box.fill("0.2")
    box.press("Enter")
    _shows(widget, shock=0.2)
    box.fill(typed)
    notebook.keyboard.press("Tab")
    assert box.input_value() == "0.2"
    widget.get_by_text("give a number from 0 to 0.3. It stays at 0.2.").wait_for()
    _shows(widget, shock=0.2)


@pytest.mark.parametrize(("bound", "button"), [("0.3", "More"), ("0", "Less")])
def test_a_step_button_stops_at_the_bound(widget, bound, button):
    box = _box(widget, "Size of each component shortage")
    box.fill("0.29" if button == "More" else "0.01")
    box.press("Enter")
    step = widget.get_by_role("button", name=f"{button}: Size of each component shortage")
    for _ in range(3):
        step.press("Enter")
        assert box.input_value() == bound
    _shows(widget, shock=float(bound))


def test_reset_returns_every_control_and_the_run(widget):
    reference = _shows(widget)
    choice = widget.get_by_role("combobox", name="Start the supply team in")
    choice.select_option("never")
    _shows(widget, team_start="never")
    widget.get_by_role("button", name="Reset").press("Enter")
    assert _shows(widget) == reference
    assert choice.input_value() == "2016Q2"


def test_more_assumptions_open_by_keyboard(widget):
    more = widget.get_by_text("More assumptions")
    effort = _box(widget, "Put this much effort into the team")
    assert not effort.is_visible()
    more.press("Enter")
    effort.wait_for()
    more.press("Enter")
    effort.wait_for(state="hidden")


def test_wrong_settings_from_python_show_one_sentence_and_leave_the_run(widget, notebook):
    _run_cell(notebook, 1)
    widget.get_by_text("shock is 5, out of bounds").wait_for(timeout=20_000)
    _shows(widget)
    widget.get_by_role("button", name="Reset").press("Enter")
    widget.get_by_text("shock is 5, out of bounds").wait_for(state="detached", timeout=20_000)


def test_a_prediction_runs_its_scenario_in_the_kernel(widget):
    for field in widget.locator(".ck-pad input").all():
        field.fill("40")
    widget.get_by_role("button", name="Commit and run it").press("Enter")
    _shows(widget, team_start="never", shock=0.2)
    assert "40 and" in widget.locator("[data-part=verdict]").inner_text()


def test_nothing_complained_and_no_other_host_was_asked(widget, notebook):
    ours = [line for line in notebook.complaints if "casekit" in line or "anywidget" in line]
    assert ours == []
    assert [line for line in notebook.complaints if line.startswith("error")] == []
    strange = [
        u for u in notebook.requested if not u.startswith(("http://127.0.0.1", "data:", "blob:"))
    ]
    assert strange == []
    assert widget.is_visible()


def test_it_is_there_again_after_saving_and_reloading(widget, notebook):
    slider = widget.get_by_role("slider", name="Lift from new products")
    slider.focus()
    slider.press("ArrowRight")
    _shows(widget, news=0.16)
    notebook.locator(".jp-Notebook .cm-content").first.click()
    notebook.keyboard.press("Control+s")
    notebook.wait_for_timeout(1000)
    notebook.reload()
    again = notebook.locator("section.ck-widget")
    again.wait_for(timeout=PATIENCE)
    _shows(again, news=0.16)
    slider = again.get_by_role("slider", name="Lift from new products")
    slider.focus()
    slider.press("ArrowRight")
    _shows(again, news=0.17)


def test_in_notebook_7_a_slider_moves_and_the_text_of_the_chart_changes(lab, chromium):
    context = chromium.new_context(viewport={"width": 1100, "height": 1400})
    page = context.new_page()
    page.goto(lab.format(place="notebooks/widget.ipynb"))
    page.locator(".jp-Notebook .cm-content").first.wait_for(timeout=PATIENCE)
    page.wait_for_function("document.title.includes('widget')", timeout=PATIENCE)
    page.get_by_text("Kernel status: Idle").or_(page.locator("[data-status=idle]")).first.wait_for(
        state="attached", timeout=PATIENCE
    )
    _run_cell(page, 0)
    section = page.locator("section.ck-widget")
    section.wait_for(timeout=PATIENCE)
    before = _shows(section)
    slider = section.get_by_role("slider", name="Lift from new products")
    slider.focus()
    slider.press("ArrowRight")
    assert _shows(section, news=0.16) != before
    context.close()
