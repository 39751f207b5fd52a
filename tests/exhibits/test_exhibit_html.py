"""Is every figure sound HTML that can be read without a mouse, a picture or a network?"""

import base64
import io
import re

import altair as alt
import pandas as pd
import pytest

from casekit.exhibits import exhibit as exhibit_module
from casekit.exhibits import theme
from casekit.exhibits.exhibit import inline, render

pytestmark = pytest.mark.slow


def _decoded(link):
    head, _, body = link.get("href").partition(",")
    assert head.endswith(";base64")
    return base64.b64decode(body).decode("utf-8")


def _download(page, ending):
    return next(link for link in page.iter("a") if link.get("download", "").endswith(ending))


@pytest.mark.parametrize("width", [exhibit_module.WIDE, exhibit_module.NARROW])
def test_every_picture_draws_at_the_width_of_its_place(exhibit, width):
    svg = exhibit.svg(width)
    if not exhibit.draw:
        assert svg == ""
        return
    drawn = float(re.search(r'<svg[^>]*\bwidth="([\d.]+)"', svg).group(1))
    assert 0.8 * width <= drawn <= 1.1 * width
    assert "NaN" not in svg
    assert "undefined" not in svg


def test_ids_are_unique_and_what_refers_to_them_finds_them(page):
    ids = [node.get("id") for node in page.iter() if node.get("id")]
    assert len(ids) == len(set(ids))
    for node in page.iter():
        assert node.get("aria-labelledby", ids[0]) in ids
        for used in re.findall(r"url\(#([^)]+)\)", " ".join(node.attrib.values())):
            assert used in ids


def test_a_picture_is_one_image_with_its_alternative_as_name(exhibit, page):
    images = page.findall(".//*[@role='img']")
    assert [image.get("aria-label") for image in images] == [exhibit.alternative] * len(images)
    assert len(images) == len(list(page.iter("svg")))
    assert len(images) == (2 if exhibit.draw else 0)


def test_the_finding_names_the_figure(exhibit, page):
    figure = page.find("figure")
    title = page.find(f".//*[@id='{figure.get('aria-labelledby')}']")
    assert title.text == exhibit.title


def test_the_table_shows_every_row_and_can_be_scrolled_by_keyboard(exhibit, page):
    table = page.find(".//table")
    assert [cell.text for cell in table.iter("th")] == list(exhibit.table.columns)
    assert len(table.findall("tbody/tr")) == len(exhibit.table)
    region = page.find(".//*[@role='region']")
    assert region.get("tabindex") == "0"
    assert region.get("aria-label")


def test_the_downloaded_rows_are_the_rows_of_the_table(exhibit, page):
    text = _decoded(_download(page, ".csv"))
    rows = pd.read_csv(io.StringIO(text), dtype=str, keep_default_na=False)
    wanted = pd.read_csv(
        io.StringIO(exhibit.table.to_csv(index=False)), dtype=str, keep_default_na=False
    )
    pd.testing.assert_frame_equal(rows, wanted)
    assert list(rows.columns) == list(exhibit.table.columns)
    assert len(rows) == len(exhibit.table)


def test_the_downloaded_picture_stands_alone(exhibit, page):
    if not exhibit.draw:
        return
    svg = _decoded(_download(page, ".svg"))
    assert "<svg" in svg
    assert "var(" not in svg


def test_on_the_page_every_token_colour_is_a_variable(page):
    for node in page.iter():
        values = " ".join(v for k, v in node.attrib.items() if k in ("fill", "stroke", "style"))
        bare = re.sub(r"var\(--ck-[a-z0-9-]+, #[0-9a-f]{6}\)", "", values)
        assert not re.search(r"#[0-9a-fA-F]{3,8}\b", bare), values


def test_a_page_asks_no_other_host_for_anything(page):
    for node in page.iter():
        assert not node.get("src")
        assert node.tag != "script"
        if node.tag == "link":
            pytest.fail("a link element would load something")


def test_in_a_notebook_a_figure_brings_its_style_and_reads_as_text(exhibit):
    bundle = exhibit._repr_mimebundle_()
    assert bundle["text/html"].startswith("<style")
    assert theme.css() in bundle["text/html"]
    assert bundle["text/plain"].startswith(exhibit.title)


def test_a_picture_drawn_twice_is_the_same_and_shares_no_id_with_another():
    frame = pd.DataFrame({"x": [1, 2], "y": [1, 2]})
    charts = [alt.Chart(frame).mark_line(clip=True).encode(x="x", y=y) for y in ("x", "y")]
    first, second, again = (inline(render(chart)) for chart in (*charts, charts[0]))
    assert first == again
    ids = [set(re.findall(r'\bid="([^"]+)"', svg)) for svg in (first, second)]
    assert all(ids)
    assert not ids[0] & ids[1]
    assert set(re.findall(r"url\(#([^)]+)\)", first)) <= ids[0]
