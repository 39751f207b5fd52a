"""Does axe find a fault on any page, wide and narrow, light and dark?"""

import json
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
AXE = ROOT / "node_modules/axe-core/axe.min.js"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
WIDTHS, SCHEMES = (1280, 390), ("light", "dark")

RUN = """async (tags) => {
    const found = await axe.run(document, {
        runOnly: { type: "tag", values: tags }, resultTypes: ["violations", "incomplete"] });
    const flat = (list) => list.flatMap((rule) => rule.nodes.map((node) => ({
        rule: rule.id, target: node.target.join(" "), html: node.html.slice(0, 700),
        why: [...node.any, ...node.all, ...node.none].map((check) => check.message).join(" ") })));
    return { violations: flat(found.violations), incomplete: flat(found.incomplete) };
}"""

# Where axe cannot tell the ground, mostly since a word lies outside a scrolled box or on a picture,
# we take it from the nearest ancestor that has one, and measure the contrast by WCAG's formula.
MEASURE = """(targets) => {
    const parse = (text) => {
        const canvas = parse.canvas ??= document.createElement("canvas").getContext("2d",
            { willReadFrequently: true });
        canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = text; canvas.fillRect(0, 0, 1, 1);
        return [...canvas.getImageData(0, 0, 1, 1).data];
    };
    const part = (value) => value <= 10.31 ? value / 255 / 12.92
        : ((value / 255 + 0.055) / 1.055) ** 2.4;
    const light = (c) => 0.2126 * part(c[0]) + 0.7152 * part(c[1]) + 0.0722 * part(c[2]);
    const mix = (over, under) => over.slice(0, 3).map(
        (value, i) => (value * over[3] + under[i] * (255 - over[3])) / 255);
    const ground = (node) => {
        if (!node) return [255, 255, 255];
        const own = parse(getComputedStyle(node).backgroundColor);
        return own[3] === 255 ? own : own[3] === 0 ? ground(node.parentElement)
            : mix(own, ground(node.parentElement));
    };
    return targets.map((target) => {
        const node = document.querySelector(target), style = getComputedStyle(node);
        const behind = ground(node);
        const colour = mix(parse(node.ownerSVGElement ? style.fill : style.color), behind);
        const [low, high] = [light(colour), light(behind)].sort((a, b) => a - b);
        const size = parseFloat(style.fontSize), bold = Number(style.fontWeight) >= 700;
        const large = size >= 24 || (bold && size >= 18.66);
        return { ratio: (high + 0.05) / (low + 0.05), needed: large ? 3 : 4.5 };
    });
}"""

# Judged by eye, by rule and part of the element, each with its reason.
JUDGED = {
    ("label-content-name-mismatch", "data-step="): "− and + are pictures of less and more, and the "
    "names begin with these words; nobody would speak the sign to find the button",
    (
        "color-contrast",
        'fill="var(--ck-paper',
    ): "words in the colour of the ground stand on bars in "
    "a series colour, the muted one or ink; tests/exhibits/test_theme.py holds their contrast",
}


@pytest.fixture(scope="module")
def pages(site):
    return sorted(str(path.relative_to(site)) for path in site.rglob("*.html"))


@pytest.fixture(scope="module")
def results(chromium, address, pages):
    """Run axe on every page in four settings, folds open and widgets alive."""
    assert AXE.is_file(), f"{AXE} is missing; run: make node_modules/.ready"
    context = chromium.new_context()
    context.add_init_script(AXE.read_text(encoding="utf-8"))
    found = []
    for page in pages:
        tab = context.new_page()
        tab.goto(address + page, wait_until="load")
        unfold_and_wake(tab)
        for width in WIDTHS:
            tab.set_viewport_size({"width": width, "height": 900})
            tab.wait_for_timeout(400)  # the theme looks anew what scrolls
            for scheme in SCHEMES:
                tab.emulate_media(color_scheme=scheme, reduced_motion="reduce")
                tab.wait_for_timeout(250)  # it fades colours
                found.append(((page, width, scheme), examined(tab)))
        tab.close()
    context.close()
    return found


def unfold_and_wake(tab):
    tab.evaluate("document.querySelectorAll('details').forEach((fold) => { fold.open = true; })")
    for widget in tab.locator("section.ck-widget").all():
        widget.scroll_into_view_if_needed()
        alive = "node => node.dataset.live === 'true'"
        tab.wait_for_function(alive, arg=widget.element_handle(), timeout=30_000)


def examined(tab):
    found = tab.evaluate(RUN, TAGS)
    unsure = [node for node in found["incomplete"] if node["rule"] == "color-contrast"]
    measured = tab.evaluate(MEASURE, [node["target"] for node in unsure])
    for node, contrast in zip(unsure, measured, strict=True):
        node.update(contrast)
    return found


def named(nodes):
    return json.dumps(nodes, indent=1, ensure_ascii=False)[:4000]


def test_every_page_was_examined_in_four_settings(results, pages):
    assert len(pages) > 30
    assert len(results) == 4 * len(pages)


def test_axe_finds_no_violation(results):
    faults = [(*where, node) for where, found in results for node in found["violations"]]
    assert faults == [], named(faults)


def test_what_axe_cannot_tell_is_measured_or_judged(results):
    left = [
        (*where, node)
        for where, found in results
        for node in found["incomplete"]
        if not node.get("ratio", 0) >= node.get("needed", 1) and not is_judged(node)
    ]
    assert left == [], named(left)


def is_judged(node):
    return any(node["rule"] == rule and part in node["html"] for rule, part in JUDGED)
