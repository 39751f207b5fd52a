"""Do the design tokens keep what they promise on both grounds?"""

import re

import pandas as pd
import pytest

from casekit.exhibits import theme
from casekit.exhibits.exhibit import data_uri, table_html

GROUNDS = {"light": 0, "dark": 1}
TEXT = ["ink", "muted", "accent"]
SERIES = [name for name in theme.TOKENS if name.startswith("series-")]
GRAPHICS = [*SERIES, "control"]


def _luminance(colour):
    """Relative luminance by WCAG 2.2."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return sum(weight * p for weight, p in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def _contrast(one, other):
    dark, light = sorted((_luminance(one), _luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def test_the_formula_gives_the_textbook_extremes():
    assert _contrast("#000000", "#ffffff") == pytest.approx(21)
    assert _contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("ground", GROUNDS)
@pytest.mark.parametrize("behind", ["paper", "panel"])
@pytest.mark.parametrize("name", TEXT)
def test_words_are_readable(name, behind, ground):
    index = GROUNDS[ground]
    assert _contrast(theme.TOKENS[name][index], theme.TOKENS[behind][index]) >= 4.5


@pytest.mark.parametrize("ground", GROUNDS)
@pytest.mark.parametrize("name", GRAPHICS)
def test_shapes_can_be_told_from_the_ground(name, ground):
    index = GROUNDS[ground]
    assert _contrast(theme.TOKENS[name][index], theme.TOKENS["paper"][index]) >= 3


@pytest.mark.parametrize("ground", GROUNDS)
@pytest.mark.parametrize("name", SERIES)
def test_a_line_can_carry_its_name_in_its_own_colour(name, ground):
    index = GROUNDS[ground]
    assert _contrast(theme.TOKENS[name][index], theme.TOKENS["paper"][index]) >= 4.5


def test_no_two_tokens_share_a_colour_so_that_a_colour_names_its_token():
    light = [colours[0] for colours in theme.TOKENS.values()]
    assert len(light) == len(set(light))


def test_a_token_colour_becomes_its_variable_and_others_stay():
    svg = f'<path stroke="{theme.INK.upper()}" fill="#123456"/>'
    swapped = theme.with_variables(svg)
    assert swapped == f'<path stroke="var(--ck-ink, {theme.INK})" fill="#123456"/>'


def test_the_style_sheet_defines_every_variable_that_it_uses():
    css = theme.css()
    used = set(re.findall(r"var\((--ck-[a-z0-9-]+)", css))
    defined = set(re.findall(r"(--ck-[a-z0-9-]+):", css))
    assert used <= defined
    assert {f"--ck-{name}" for name in theme.TOKENS} <= defined
    assert css.count("{") == css.count("}")


def test_the_style_sheet_loads_nothing():
    assert "url(" not in theme.css()
    assert "@import" not in theme.css()


def test_a_table_escapes_what_it_shows_and_marks_what_is_missing():
    frame = pd.DataFrame({"a<b": ["x & y", None], "n": [-1.5, float("nan")]})
    html = table_html(frame, 'the "caption"')
    assert "a&lt;b" in html
    assert "x &amp; y" in html
    assert "<td>\N{MINUS SIGN}1.5</td>" in html
    assert html.count("<td>\N{EN DASH}</td>") == 2
    assert "&quot;caption&quot;" in html


def test_a_data_address_keeps_letters_of_every_script():
    assert data_uri("小米", "text/csv") == "data:text/csv;base64,5bCP57Gz"
