"""docs/cost.md has the tables that are made from prices, units and docs/measured.json, and its text the same prices."""

import math

import pytest

from bench import document, prices


def test_the_document_has_every_table_as_it_is_reckoned() -> None:
    parts = document.DOCUMENT.read_text(encoding="utf-8").split("\n\n")
    for table in document.tables():
        assert "\n".join(table) in parts, "\n".join(["`python -m bench.document` writes into it:", *table])


def test_a_table_takes_the_place_of_the_one_with_its_head(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(document, "tables", lambda: [["| a | b |", "| --- | --- |", "| 1 | 2 |"]])
    before = "Text.\n\n| a | b |\n| --- | --- |\n| 0 | 0 |\n| 0 | 0 |\n\n| c |\n| --- |\n| 3 |\n\nMore.\n"
    after = "Text.\n\n| a | b |\n| --- | --- |\n| 1 | 2 |\n\n| c |\n| --- |\n| 3 |\n\nMore.\n"
    assert document.brought_up_to_date(before) == after
    with pytest.raises(SystemExit, match="No table of the document"):
        document.brought_up_to_date("Text.\n")


def test_no_two_tables_have_one_head() -> None:
    heads = [table[0] for table in document.tables()]
    assert len(heads) == len(set(heads))


def test_a_price_in_tiers_is_paid_tier_by_tier() -> None:
    tiers = ((10.0, 3.0), (20.0, 2.0), (math.inf, 1.0))
    assert [prices.tiered(amount, tiers) for amount in (0, 4, 10, 12, 30, 31)] == [0, 12, 30, 34, 70, 71]


def test_prices_in_the_text_are_those_that_are_reckoned_with() -> None:
    text = " ".join(document.DOCUMENT.read_text(encoding="utf-8").split())
    assert f"| 1,000,000 requests | {prices.FRONT_REQUEST[-1][1] * 1e6:.2f} |" in text
    assert f"| 1 GB to the internet | {prices.FRONT_GB[1][1]:.3f} |" in text
    assert f"{prices.GATEWAY[0][1] * 1e6:.2f} dollars for 1,000,000 requests" in text
