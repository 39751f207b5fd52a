"""Fixtures that several rooms share."""

import os
import shutil
from html.parser import HTMLParser
from xml.etree import ElementTree as ET

import pytest

# A test browser asks no other host for anything of its own accord.
_CHROMIUM_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


# For a module, not for the session: as long as Playwright runs, no other test in the same process
# could call asyncio.run.
@pytest.fixture(scope="module")
def chromium():
    """Yield the machine's own Chromium, headless, as a Playwright ``Browser``."""
    names = ("chromium", "chromium-browser", "google-chrome")
    path = next(filter(None, map(shutil.which, names)), None)
    if path is None:
        message = "This test needs Chromium; install it with: apt-get install chromium"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - only browser tests need it

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=_CHROMIUM_ARGUMENTS)
        yield browser
        browser.close()


class _StrictParser(HTMLParser):
    """Builds a tree, and fails where a browser would silently mend the markup."""

    _VOID = frozenset({"br", "hr", "img", "input", "link", "meta"})
    _NOT_IN_P = frozenset({"p", "div", "ul", "ol", "table", "section", "figure", "details", "h2"})

    def __init__(self):
        super().__init__()
        self.builder = ET.TreeBuilder()
        self.open = []

    def handle_starttag(self, tag, attrs):
        values = {name: value or "" for name, value in attrs}
        assert len(values) == len(attrs), f"<{tag}> repeats an attribute"
        assert "p" not in self.open or tag not in self._NOT_IN_P, f"<{tag}> within <p>"
        self.builder.start(tag, values)
        if tag in self._VOID:
            self.builder.end(tag)
        else:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        if tag not in self._VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag):
        assert self.open, f"</{tag}> closes nothing"
        assert self.open.pop() == tag, f"</{tag}> closes another element"
        self.builder.end(tag)

    def handle_data(self, data):
        self.builder.data(data)


@pytest.fixture(scope="session")
def parse_html():
    """Give a function that turns well-formed HTML into an ``Element`` and fails on any other."""

    def parse(html):
        parser = _StrictParser()
        parser.feed(f"<body>{html}</body>")
        parser.close()
        assert not parser.open, f"left open: {parser.open}"
        return parser.builder.close()

    return parse


@pytest.fixture(scope="session")
def scenarios():
    """Give a function from a widget's view to ten settings: the defaults and points all over."""

    def ten(view):
        names = (*view.controls, *view.more)
        return [{}] + [
            {name: _at(view.parameters[name], ((7 * place + 3 * count) % 11) / 10)
             for count, name in enumerate(names)}
            for place in range(9)
        ]  # fmt: skip

    return ten


def _at(parameter, share):
    """Give the value at a share of the way through the range or the options of a parameter."""
    if parameter.options:
        return parameter.options[int(share * (len(parameter.options) - 1))]
    steps = round((parameter.high - parameter.low) / parameter.step * share)
    value = round(parameter.low + steps * parameter.step, 10)
    return int(value) if parameter.whole else value
