"""Items of 2.00 in the records of a 1.00 card, as the terminal reads them (card.md §6.6)."""

from __future__ import annotations

from onecard.sim.terminals.catalogue import catalogue_for
from onecard.virtual_cards.layouts import load_layout
from onecard.virtual_cards.layouts.reuse import encode_reused


def test_a_record_that_ends_in_the_filler_is_read_as_the_item_of_2_00() -> None:
    entry = catalogue_for("1.00").file("DF04EF05").item("84")
    value = encode_reused(entry.item, "519900")
    assert len(value) == entry.item.length
    assert entry.text([entry.item.tag, len(value), *value]) == "519900"


def test_a_record_without_the_filler_keeps_its_own_meaning() -> None:
    entry = catalogue_for("1.00").file("DF04EF05").item("84")
    value = "某市".encode("gbk").ljust(entry.item.length, b"\0")
    assert entry.text([entry.item.tag, len(value), *value]) == "某市"


def test_an_item_that_follows_another_one_has_the_same_form_in_both_versions() -> None:
    """So the terminal need not read the other record to get the text right."""
    followers = [
        item
        for application in load_layout("1.00").applications
        for file in application.files
        for item in file.items
        if item.leader
    ]
    assert len(followers) == 6
    for item in followers:
        assert item.reused is not None
        assert (item.kind, item.length) == (item.reused.kind, item.reused.length)
