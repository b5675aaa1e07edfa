"""Card images: what is saved is the card; what is no card is refused, with the place."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from card_samples import Counter, authenticate, make_card, send, verify
from hypothesis import given
from hypothesis import strategies as st

from onecard.virtual_cards.card import Card
from onecard.virtual_cards.chip.memory import CELLS
from onecard.virtual_cards.chip.nonvolatile import Damaged, Tear
from onecard.virtual_cards.images import (
    LARGEST,
    ImageError,
    load_image,
    read_image,
    save_image,
    write_image,
)
from onecard.virtual_cards.images.document import digest_of
from onecard.virtual_cards.personalisation.payment import PaymentProfile, equip_payment
from onecard.virtual_cards.personalisation.purse import equip_purse
from onecard.virtual_cards.purse.state import PurseState
from onecard.virtual_cards.security.test_keys import PublishedKeys

PHONE = {"DF01EF06": {"28": "13900000000"}}
PROFILE = PaymentProfile(
    pan="9156011234567890123", expiry="20350601", effective="20250601", name="张三", balance_fen=5000
)
USES = """
    00A4000002DDF1 00A4000002DF01 00A4000002DF04 00A4000002DF02 00A4020002EF05 00A4020002EF06
    0020000003123456 0020000003654321 00200000 805E010007123456FF654321 805E010007654321FF123456
    00B2010400 00B2010410 00B2010540 00B2033411 00B0960010 0084000008 B026000104 B056010002
    0082000A1000000000000000000000000000000000 008200861000000000000000000000000000000000 00C000001E
    00A404000E315041592E5359532E4444463031 00A4040008A000000333010101 80A800000B8309000000000000000000
    00B2010C00 80CA9F3600 80CA9F7900
"""
"""Commands that read, fail, count, change the PIN; on the social and on the payment side."""


def full_card(version: str = "3.00") -> Card:
    """Return a card with everything that this version may have."""
    card = make_card(version, items={} if version == "1.00" else PHONE)
    equip_purse(card.memory, PurseState(balance=12_345, payment_year=2025))
    if version != "1.00":
        equip_payment(card.memory, PROFILE)
    return card


def replica(card: Card) -> Card:
    """Return the card that an image of this one holds."""
    return Card(read_image(write_image(card.memory)), random_bytes=Counter())


def speak(card: Card, commands: list[str]) -> list[str]:
    """Power a card and send commands."""
    return [card.power_on().hex(), *(send(card, command) for command in commands)]


uses = st.lists(st.sampled_from(USES.split()), max_size=15)


@given(st.sampled_from(["1.00", "2.00", "3.00"]), uses, uses)
def test_a_saved_card_answers_as_the_card_itself(version: str, before: list[str], after: list[str]) -> None:
    card = full_card(version)
    for command in before:
        send(card, command)
    copy = replica(card)
    original = Card(card.memory, random_bytes=Counter())
    assert speak(original, after) == speak(copy, after)
    assert write_image(original.memory) == write_image(copy.memory)


def test_writes_survive() -> None:
    card = make_card("2.00")
    assert authenticate(card, "UKSSSE") == "9000"
    record = "0709" + b"B12345671".hex()
    assert send(card, f"00DC072C0B{record}") == "9000"
    copy = replica(card)
    assert (
        speak(copy, ["00A404000F7378312E73682EC9E7BBE1B1A3D5CF", "00B2072C0B"])[2] == record.upper() + "9000"
    )


def test_counters_and_blocks_survive() -> None:
    card = make_card(pin_limit=6)
    assert verify(card, "999999") == "63C5"
    authenticate(card, "PUK", wrong=True)
    card.memory.write(blocked_applications=frozenset({"DF02"}), pin_unblocks_left=2)
    memory = read_image(write_image(card.memory))
    assert (memory.pin_limit, memory.pin_tries_left, memory.pin_unblocks_left) == (6, 5, 2)
    assert memory.key_failures == {"PUK": 1}
    assert memory.blocked_applications == {"DF02"}


@pytest.mark.parametrize("equip", [False, True], ids=["social", "with payment"])
def test_a_write_cut_short_anywhere_is_finished_or_forgotten_after_loading(equip: bool) -> None:
    """An image taken right after power loss recovers as the card would have."""
    command = "80A800000B8309000000000000000000" if equip else "805E010007123456FF654321"
    spent = cut = 0
    outcomes = set()
    while True:
        card = full_card() if equip else make_card()
        if equip:
            send(card, "00A4040008A000000333010101")
        card.memory.supply = Tear(cut)
        answered = bool(send(card, command))
        spent = max(spent, cut)
        card.memory.supply = None
        copy = replica(card)
        original = Card(card.memory, random_bytes=Counter())
        if card.memory.journal:
            outcomes.add(any(isinstance(getattr(card.memory, cell), Damaged) for cell in CELLS))
        assert speak(original, ["80CA9F3600"]) == speak(copy, ["80CA9F3600"])
        assert write_image(original.memory) == write_image(copy.memory)
        if answered:
            break
        cut += 1
    assert cut > 20
    assert outcomes == {False, True}, "both a cut journal and a cut cell were seen"


def test_an_image_is_readable_and_says_what_it_is() -> None:
    image = write_image(full_card().memory)
    content = msgspec.json.decode(image)
    assert content["format"] == "onecard card image"
    assert content["synthetic"] is content["published_test_keys"] is True
    assert content["layout"] == {"version": "3.00", "extensions": []}
    assert content["cells"]["purse"]["balance"] == 12_345
    assert content["cells"]["contents"]["SSSE/EF06"][0].startswith("0812")
    assert image == write_image(read_image(image)), "one card, one image"


def test_keys_are_never_in_an_image() -> None:
    card = full_card()
    payment = card.memory.payment
    assert payment is not None
    image = write_image(card.memory)
    for key in (payment.cryptogram_key, payment.script_key, card.memory.card_key("RKSSSE")):
        assert len(key) == 16
        assert key.hex().upper().encode() not in image
    assert read_image(image).payment == payment


def test_a_journal_in_an_image_has_no_keys_either() -> None:
    for cut in range(300):
        card = full_card()
        payment = card.memory.payment
        assert payment is not None
        send(card, "00A4040008A000000333010101")
        card.memory.supply = Tear(cut)
        if not send(card, "80A800000B8309000000000000000000") and payment.script_key in card.memory.journal:
            break
    assert payment is not None
    assert payment.cryptogram_key in card.memory.journal
    assert payment.cryptogram_key.hex().upper().encode() not in write_image(card.memory)


def test_a_card_with_other_keys_does_not_become_an_image() -> None:
    card = make_card(keys=PublishedKeys(national_root=lambda *_: bytes(16)))
    with pytest.raises(ImageError, match="only a card with the published test keys"):
        write_image(card.memory)


def edited(change: Callable[[dict[str, Any]], object]) -> bytes:
    """Return an image with a change, its digest made to fit."""
    content = msgspec.json.decode(write_image(full_card().memory))
    change(content)
    content["sha256"] = digest_of(content)
    return msgspec.json.encode(content)


def setting(*path: str | int, to: object) -> Callable[[dict[str, Any]], None]:
    def change(content: dict[str, Any]) -> None:
        place: Any = content
        for step in path[:-1]:
            place = place[step]
        place[path[-1]] = to

    return change


IMPOSSIBLE = {
    "more tries than the limit": (setting("cells", "pin_tries_left", to=4), "cells.pin_tries_left: got 4"),
    "negative tries": (setting("cells", "pin_tries_left", to=-1), "cells.pin_tries_left: got -1"),
    "limit": (setting("cells", "pin_limit", to=16), "cells.pin_limit: got 16"),
    "PIN with letters": (setting("cells", "pin", to="12AB56"), "cells.pin: got 12AB56"),
    "PIN that is a number": (setting("cells", "pin", to=123456), "cells.pin: wrong type; got 123456"),
    "truth for a number": (setting("cells", "pin_limit", to=True), "cells.pin_limit: wrong type; got True"),
    "a fraction": (setting("cells", "pin_limit", to=3.0), "cells.pin_limit: wrong type; got 3.0"),
    "unknown key": (setting("cells", "key_failures", to={"XK": 1}), "cells.key_failures.XK: no such key"),
    "key failed too often": (
        setting("cells", "key_failures", to={"PUK": 9}),
        "cells.key_failures.PUK: got 9; allowed: 1 to 3",
    ),
    "unknown application": (
        setting("cells", "blocked_applications", to=["DF99"]),
        "no application 'DF99' on this card",
    ),
    "unknown file": (
        setting("cells", "contents", "DF01/EF77", to=["0100"]),
        "cells.contents.DF01/EF77: no such file",
    ),
    "no path": (setting("cells", "contents", "EF05", to=["0100"]), "'EF05' is not a path"),
    "record too long for the file": (
        setting("cells", "contents", "SSSE/EF05", to=["01" + "FE" + "00" * 254]),
        "linear variable file of 64 bytes",
    ),
    "record that is no TLV": (
        setting("cells", "contents", "SSSE/EF05", to=["010500"]),
        "a record whose length byte does not fit",
    ),
    "records in a transparent file": (
        setting("cells", "contents", "SSSE/EF08", to=["00"]),
        "a transparent file of 4096 bytes",
    ),
    "photo too short": (setting("cells", "contents", "SSSE/EF08", to="FFD8"), "got 2 bytes"),
    "bytes in a record file": (setting("cells", "contents", "SSSE/EF05", to="0100"), "has records"),
    "cyclic record of another size": (
        setting("cells", "contents", "DF04/EF08", to=["00"]),
        "a cyclic file of 30 records of 28 bytes",
    ),
    "half a byte": (
        setting("cells", "contents", "SSSE/EF05", to=["010"]),
        "cells.contents.SSSE/EF05[0]: wrong type",
    ),
    "text for a record": (
        setting("cells", "contents", "SSSE/EF05", to=["中"]),
        "got '中'; allowed: hexadecimal",
    ),
    "too much money": (
        setting("cells", "purse", "balance", to=2**32),
        "cells.purse: purse balance 4294967296",
    ),
    "unknown field of the purse": (
        setting("cells", "purse", "gold", to=1),
        "cells.purse.gold: unknown field",
    ),
    "a purse that is a list": (setting("cells", "purse", to=[1]), "cells.purse: wrong type"),
    "keys given": (
        setting("cells", "payment", "script_key", to="00" * 16),
        "cells.payment.script_key: unknown field",
    ),
    "negative electronic cash": (
        setting("cells", "payment", "balance", to=-1),
        "cells.payment: payment balance -1",
    ),
    "more transactions than the counter has": (
        setting("cells", "payment", "transaction_counter", to=65_536),
        "cells.payment: payment transaction_counter 65536",
    ),
    "a field of the payment side left out": (
        lambda content: content["cells"]["payment"].pop("balance"),
        "cells.payment.balance: is missing",
    ),
    "unknown identity": (setting("identity", "owner", to="me"), "identity.owner: unknown field"),
    "a newer version": (setting("version", to=2), "version: got 2; allowed: 1; written by a newer onecard"),
    "payment without its side": (setting("payment_side", to={}), "no record of the payment side"),
    "payment side without payment": (setting("cells", "payment", to=None), "do not belong together"),
    "unknown cipher": (setting("cells", "payment", "algorithm", to=9), "cells.payment.algorithm: got 9"),
    "unknown version of the layout": (
        setting("layout", "version", to="9.00"),
        "layout: specification version '9.00'",
    ),
    "unknown extension": (setting("layout", "extensions", to=["x"]), "layout: layout extension 'x'"),
    "area": (setting("identity", "issuing_area", to="51x900"), "issuing_area: got '51x900'"),
    "historical bytes": (setting("identity", "historical", to="00"), "historical: 1 bytes; allowed: 13"),
    "missing cell": (lambda content: content["cells"].pop("pin"), "cells.pin: is missing"),
    "unknown cell": (setting("cells", "soul", to=1), "cells.soul: unknown field"),
    "unknown field": (setting("owner", to="me"), "owner: unknown field"),
    "claims to be real": (setting("synthetic", to=False), "synthetic: got false"),
    "claims other keys": (setting("published_test_keys", to=False), "published_test_keys: got false"),
    "damaged without a journal": (
        setting("cells", "pin", to={"damaged": "12"}),
        "cells.pin: damaged, and the journal does not repair it",
    ),
    "journal of no cell": (
        setting("journal", to={"changes": [{"cell": "layout", "key": None, "value": 1}]}),
        "journal.changes[0]: names no cell",
    ),
    "journal with an impossible value": (
        setting("journal", to={"changes": [{"cell": "pin_tries_left", "key": None, "value": 99}]}),
        "cells.pin_tries_left: got 99",
    ),
    "journal of another form": (setting("journal", to={"x": 1}), "journal.changes: is missing"),
    "journal cut to nothing": (setting("journal", to={"cut_short": 0}), "journal.cut_short: got 0"),
}


@pytest.mark.parametrize(("change", "message"), IMPOSSIBLE.values(), ids=IMPOSSIBLE)
def test_a_card_that_cannot_be_is_refused_with_the_place(
    change: Callable[[dict[str, Any]], object], message: str
) -> None:
    with pytest.raises(ImageError) as refusal:
        read_image(edited(change))
    assert message in str(refusal.value)
    assert "\n" not in str(refusal.value)


FOREIGN = {
    "nothing": (b"", "image: not JSON"),
    "text": (b"hello", "image: not JSON"),
    "other JSON": (b'{"name": "card"}', "format: not a card image"),
    "a list": (b"[1, 2]", "format: not a card image"),
    "a number": (b"7", "format: not a card image"),
    "not text": (b"\xff\xfe\x00", "image: not JSON"),
    "deep": (b"[" * 100_000, "image: not JSON"),
    "huge": (b" " * (LARGEST + 1), f"image: more than {LARGEST} bytes"),
    "a later version": (b'{"format": "onecard card image", "version": 2}', "version: got 2; allowed: 1"),
    "a version that is a text": (b'{"format": "onecard card image", "version": "1"}', "version: got '1'"),
    "a version that is true": (b'{"format": "onecard card image", "version": true}', "version: got True"),
}


@pytest.mark.parametrize(("image", "message"), FOREIGN.values(), ids=FOREIGN)
def test_what_is_no_image_is_refused(image: bytes, message: str) -> None:
    with pytest.raises(ImageError) as refusal:
        read_image(image)
    assert message in str(refusal.value)
    assert "\n" not in str(refusal.value)


def test_an_edited_image_is_noticed() -> None:
    image = write_image(full_card().memory)
    with pytest.raises(ImageError, match="sha256: does not fit the content"):
        read_image(image.replace(b'"pin_tries_left": 3', b'"pin_tries_left": 2'))


IMAGE = write_image(full_card().memory)


@given(st.data())
def test_a_damaged_image_is_refused_or_the_same_card(data: st.DataObject) -> None:
    """Whatever byte is changed, or wherever the file ends: no other card comes out."""
    at = data.draw(st.integers(0, len(IMAGE) - 1))
    if data.draw(st.booleans()):
        damaged = IMAGE[:at]
    else:
        damaged = IMAGE[:at] + bytes([data.draw(st.integers(0, 255))]) + IMAGE[at + 1 :]
    try:
        result = write_image(read_image(damaged))
    except ImageError:
        result = b""
    assert result in (b"", IMAGE)


def test_an_image_is_saved_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "card.json"
    save_image(make_card().memory, path)
    before = path.read_bytes()

    def fail(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(OSError, match="No space left"):
        save_image(full_card().memory, path)
    assert path.read_bytes() == before
    assert [file.name for file in tmp_path.iterdir()] == ["card.json"]


def test_a_card_that_cannot_be_saved_leaves_the_old_image(tmp_path: Path) -> None:
    path = tmp_path / "card.json"
    save_image(make_card().memory, path)
    card = make_card()
    card.memory.pin_tries_left = 7
    with pytest.raises(ImageError, match=r"cells\.pin_tries_left: got 7"):
        save_image(card.memory, path)
    assert load_image(path).pin_tries_left == 3


def test_a_folder_and_a_pipe_are_not_read(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path, tmp_path / "pipe"):
        with pytest.raises(ImageError, match="not a regular file"):
            load_image(path)


def test_a_link_to_an_image_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "link.json").symlink_to("card.json")
    save_image(make_card().memory, tmp_path / "link.json")
    assert (tmp_path / "link.json").is_symlink()
    assert load_image(tmp_path / "card.json").layout.version == "3.00"
