"""Do the titles and takeaways of the chapters' exhibits say what their tables hold?"""

import re

import pytest

from casekit import data, exhibits, models


def numbers(text: str) -> list[float]:
    return [float(found.replace(",", "")) for found in re.findall(r"\d[\d,]*\.?\d*", text)]


def test_the_climb_is_the_quotient_of_its_ends():
    exhibit = exhibits.get("climb-to-2014")
    ends = data.fact("units-2014-company").value / data.fact("units-2012-company").value
    assert numbers(exhibit.title)[0] == pytest.approx(ends, abs=0.05)
    halves = [data.fact(f"units-2014h{half}-company").value for half in (1, 2)]
    assert sum(halves) == pytest.approx(data.fact("units-2014-company").value)


def test_first_at_home_leads_by_what_the_title_says():
    shares = [numbers(text)[0] for text in exhibits.get("china-2014").table["share"]]
    assert shares == sorted(shares, reverse=True)
    assert numbers(exhibits.get("china-2014").title)[1] == pytest.approx(shares[0] - shares[1])


def test_eight_rates_of_which_the_strong_one_is_the_misprint():
    table = exhibits.get("growth-2017q2").table
    assert len(table) == 8
    rates = [numbers(text)[0] for text in table["growth"]]
    assert max(rates) == rates[-1]
    low, high = numbers(exhibits.get("growth-2017q2").takeaway)[:2]
    assert (low, high) == (round(min(rates)), round(max(rates[:-1])))


def test_home_and_abroad_add_up_to_the_world():
    table = exhibits.get("home-and-abroad").table
    for year, home, abroad in table.itertuples(index=False):
        world = data.fact(f"units-{year}-idc").value
        assert home + abroad == pytest.approx(world, abs=0.11)
    abroad = [data.fact(f"units-{year}-idc").value for year in (2015, 2016, 2018)]
    home = [data.fact(f"units-{year}-china-idc").value for year in (2015, 2016, 2018)]
    said = numbers(exhibits.get("home-and-abroad").takeaway)
    wanted = [round(world - china) for world, china in zip(abroad, home, strict=True)]
    assert [said[0], said[2], said[6]] == wanted


def test_every_rival_shown_shrank_while_the_firm_nearly_doubled():
    changes = list(exhibits.get("rivals-2017q4").table["change"])
    assert changes[0].startswith("+9")
    assert all(change.startswith("−") for change in changes[1:])


def test_six_promises_one_missed_one_met():
    said = list(exhibits.get("promises-in-2018").table["as seen in early 2018"])
    assert len(said) == 6
    assert sum(text.startswith("missed") for text in said) == 1
    assert sum(text.startswith("met") for text in said) == 1


def test_the_clock_flatters_the_youngest():
    years = [numbers(text)[0] for text in exhibits.get("clocks").table["years"]]
    assert years[0] == min(years)
    assert len(years) == 7


def test_nine_places_where_the_two_languages_part():
    table = exhibits.get("letter-twice").table
    assert len(table) == 9
    assert (table["Chinese"] != table["English"]).all()


def test_most_misprints_are_no_false_digits():
    kinds = exhibits.get("misprints").table["kind"]
    assert (kinds == "digits").sum() < len(kinds) / 2


def test_the_remembered_ceiling_lies_above_every_statistic_up_to_2016():
    table = exhibits.get("online-shares").table.set_index("what")["share"]
    book = numbers(table.iloc[0])[0]
    early = [numbers(text)[0] for name, text in table.items() if re.search("2015|2016", name)]
    assert all(share < book for share in early[1:])
    assert numbers(table.iloc[-1])[0] == pytest.approx(book, abs=1)


def test_the_rate_depends_on_the_rule():
    exhibit = exhibits.get("rates-by-rule")
    pairs = [numbers(text) for text in exhibit.table["recovered"]]
    rates = [100 * back / counted for back, counted in pairs]
    assert numbers(exhibit.title) == [round(min(rates)), round(max(rates))]
    assert max(rates) - min(rates) > 50


def test_the_best_order_and_promise_stand_where_the_models_have_them():
    best = models.measure("supply-planning", "expected_cost")
    assert numbers(exhibits.get("order-cost").takeaway)[0] == round(best)
    promise = exhibits.get("best-promise").takeaway
    assert numbers(promise)[:2] == [
        round(models.measure("expectations", "best_promise"), 1),
        round(models.measure("expectations", "keep_rate_best_pct")),
    ]


def test_the_order_that_costs_least_in_the_table_is_the_formulas():
    table = exhibits.get("order-cost").table
    lowest = table.loc[table["both together"].idxmin(), "order, million"]
    assert lowest == pytest.approx(models.measure("supply-planning", "best_order"), abs=0.03)


def test_orders_swell_under_one_rule_alone():
    table = exhibits.get("orders-in-a-shortage").table
    assert table["in proportion to orders"].is_monotonic_increasing
    assert table["up to an equal level"].nunique() == 1


def test_a_following_committee_errs_as_its_chair_does():
    table = exhibits.get("following-the-chair").table.set_index(
        "decisions that follow the chair, %"
    )
    gate = models.get("quality-gate").settings()
    last = table.loc[100.0]
    assert last["bad released"] == pytest.approx(100 * float(gate["approve_bad"]))
    assert last["good stopped"] == pytest.approx(100 * (1 - float(gate["approve_good"])))


def test_doubt_is_worth_something_only_with_a_right_to_stop():
    table = exhibits.get("worth-of-doubt").table
    assert table["right to stop"].is_monotonic_increasing
    assert table["duty to launch"].nunique() == 1
    assert table["duty to launch"].iloc[0] < 0


def test_the_share_fell_by_more_than_both_indices():
    table = exhibits.get("returns-by-day").table
    day = table[table["day"] == "26 Sep"].set_index("who")["percent"]
    assert day["share"] < min(day["Hang Seng"], day["Hang Seng Tech"]) < 0
