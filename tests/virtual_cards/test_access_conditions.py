"""Every access condition of every layout, tried with nothing, the PIN, each key, the PIN and each key."""

from __future__ import annotations

import pytest
from card_samples import authenticate, make_card, read_command, select, update_command, verify, word

from onecard.virtual_cards.card import Card
from onecard.virtual_cards.layouts import VERSIONS, DedicatedFile, load_layout

APPLICATIONS = [
    pytest.param(version, application.name, id=f"{version}-{application.name}")
    for version in VERSIONS
    for application in load_layout(version).applications
]


def met(text: str, held: set[str]) -> bool:
    """Read a condition's text on its own, without the card's parser."""
    if text in ("free", "never"):
        return text == "free"
    return any(all(name in held for name in part.split(" and ")) for part in text.split(" or "))


def grants(application: DedicatedFile) -> list[tuple[str, ...]]:
    """List what a terminal may have obtained: nothing, the PIN, one key, the PIN and one key."""
    keys = [key.name for key in application.keys if key.use == "external"]
    return [(), ("PIN",), *((key,) for key in keys), *(("PIN", key) for key in keys)]


def obtain(card: Card, rights: tuple[str, ...]) -> None:
    """Obtain these rights in the current application."""
    for right in rights:
        assert (verify(card) if right == "PIN" else authenticate(card, right)) == "9000"


@pytest.mark.parametrize(("version", "name"), APPLICATIONS)
def test_a_file_opens_to_the_rights_of_its_condition_and_to_no_others(version: str, name: str) -> None:
    application = load_layout(version).by_name[name]
    for rights in grants(application):
        for file in application.files:
            card = make_card(version)
            select(card, name, file.name)
            obtain(card, rights)
            before = card.memory.read(file)
            opened = word(card, read_command(file)) != "6982"
            assert opened == met(file.read.text, set(rights)), (file.path, "read", rights)
            written = word(card, update_command(card, file))
            assert written == ("9000" if met(file.write.text, set(rights)) else "6982"), (file.path, rights)
            if written == "6982":
                assert card.memory.read(file) is before


@pytest.mark.parametrize("version", VERSIONS)
def test_keys_of_one_application_open_nothing_in_another(version: str) -> None:
    layout = load_layout(version)
    for application in layout.applications:
        card = make_card(version)
        select(card, application.name)
        for right in (key.name for key in application.keys if key.use == "external"):
            obtain(card, (right,))
        for other in layout.applications:
            if other is application:
                continue
            select(card, other.name)
            for file in other.files:
                assert word(card, f"00A4020002{file.name}") == "9000"
                assert (word(card, read_command(file)) == "6982") == (file.read.text != "free")
                assert word(card, update_command(card, file)) == "6982"


def test_on_version_3_00_no_pin_replaces_the_key_of_the_holders_data() -> None:
    card = make_card("3.00")
    assert verify(card) == "9000"
    assert word(card, "00B2083014") == "6982"
    assert authenticate(card, "RKSSSE") == "9000"
    assert word(card, "00B2083014") == "9000"
