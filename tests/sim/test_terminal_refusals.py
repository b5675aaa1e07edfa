"""How a terminal refuses: cards that are lost, expired, forged, blocked, taken away or not there."""

from __future__ import annotations

import pytest
from terminal_samples import (
    FORGED,
    PRESENTATION_IDS,
    PRESENTATIONS,
    TODAY,
    Tampered,
    Trace,
    connection,
    make_card,
    make_psam,
    make_terminal,
    right_pin,
)

from onecard.sim.terminals import Slots, Terminal
from onecard.virtual_cards.faces import CONTACTLESS
from onecard.virtual_cards.readers.in_process import CardConnectionException, Reader

EVERY_PRESENTATION = pytest.mark.parametrize(("version", "face"), PRESENTATIONS, ids=PRESENTATION_IDS)


# -- how it is refused -------------------------------------------------------------------------------------


@EVERY_PRESENTATION
def test_forged_card_is_not_genuine(version: str, face: str) -> None:
    result = make_terminal(make_card(version, keys=FORGED), face).run("identity-tap")
    assert (result.reason, result.return_code) == ("card-not-genuine", -21)
    assert result.step == "authenticate-card"


@EVERY_PRESENTATION
def test_hot_listed_card_is_lost(version: str, face: str) -> None:
    asked: list[tuple[str, str]] = []

    def is_hot_listed(card_id: str, card_number: str) -> bool:
        asked.append((card_id, card_number))
        return True

    result = make_terminal(make_card(version), face, is_hot_listed=is_hot_listed).run("identity-read")
    assert (result.reason, result.return_code, result.step) == ("card-lost", 0, "check-hot-list")
    [(card_id, card_number)] = asked
    assert (len(card_id), card_number) == (32, "A00000011")
    assert result.basic is None


@pytest.mark.parametrize(
    ("issue", "until", "reason"),
    [
        ("20180101", "20190602", "card-expired"),
        ("20180101", TODAY, None),
        (TODAY, "20280101", None),
        ("20190604", "20280101", "card-not-yet-valid"),
        ("", "", None),
    ],
    ids=["yesterday-last", "today-last", "today-first", "from-tomorrow", "no-dates"],
)
def test_validity_is_checked_against_the_terminals_date(issue: str, until: str, reason: str | None) -> None:
    card = make_card(issue_date=issue, valid_until=until)
    result = make_terminal(card).run("identity-tap")
    assert result.reason == reason


def test_date_may_pass_while_the_terminal_stands() -> None:
    terminal = make_terminal(make_card(valid_until=TODAY))
    assert terminal.run("identity-tap").ok
    terminal.today = "20190604"
    assert terminal.run("identity-tap").reason == "card-expired"


def test_blocked_card_and_blocked_application_are_locked() -> None:
    card = make_card()
    card.memory.blocked_applications = frozenset({"SSSE"})
    result = make_terminal(card).run("identity-tap")
    assert (result.reason, result.return_code, result.sw) == ("card-locked", -37635, 0x9303)
    card = make_card()
    card.memory.card_blocked = True
    result = make_terminal(card).run("identity-tap")
    assert (result.reason, result.return_code, result.sw) == ("card-locked", -27265, 0x6A81)


def test_another_card_than_announced_is_refused() -> None:
    terminal = make_terminal(make_card())
    basic = terminal.run("identity-read").basic
    assert basic is not None
    info = f"{basic.card_id}|{basic.card_number}|"
    assert terminal.run("identity-tap", card_info=info).ok
    other = connection(make_card(card_number="B12345671"))
    result = terminal.run("identity-tap", card=other, card_info=info)
    assert (result.reason, result.return_code) == ("card-mismatch", -22)


# -- slots and removal -------------------------------------------------------------------------------------


def test_card_taken_away_in_the_middle_is_unreadable_wherever_it_happens() -> None:
    whole = make_terminal(make_card()).run("medical-settle", pin_pad=right_pin)
    trace = Trace()
    make_terminal(make_card(), observer=trace).run("medical-settle", pin_pad=right_pin)
    for frame in range(1, len(trace.commands("contact")) + 1):

        def gone(count: int, _command: list[int], frame: int = frame) -> list[int] | None:
            if count >= frame:
                raise CardConnectionException("the card was removed")
            return None

        terminal = Terminal(Tampered(connection(make_card()), gone), connection(make_psam()), today=TODAY)
        result = terminal.run("medical-settle", pin_pad=right_pin)
        assert (result.reason, result.return_code) == ("card-unreadable", -4), frame
        assert result.apdus < whole.apdus


def test_empty_slot_is_no_card() -> None:
    empty = Reader("empty slot").createConnection()
    for slots in (None, empty, Slots(), Slots(contact=empty, contactless=empty)):
        result = Terminal(slots, None, today=TODAY).run("identity-tap")
        assert (result.reason, result.return_code, result.step) == ("card-absent", -2, "power")


@pytest.mark.parametrize(
    ("prefer", "face"),
    [
        ("contact", "contact"),
        ("contactless", "contactless"),
        ("auto", "contact"),
        ("auto-contactless-first", "contactless"),
    ],
)
def test_preference_decides_between_two_cards(prefer: str, face: str) -> None:
    slots = Slots(connection(make_card()), connection(make_card(), CONTACTLESS))
    result = Terminal(slots, connection(make_psam()), today=TODAY, prefer=prefer).run("transit-tap")
    assert (result.face, result.ok) == (face, True)


def test_automatic_choice_falls_back_to_the_other_slot() -> None:
    slots = Slots(Reader("empty").createConnection(), connection(make_card(), CONTACTLESS))
    result = Terminal(slots, connection(make_psam()), today=TODAY).run("transit-tap")
    assert result.face == "contactless"


def test_single_connection_tells_its_face_by_its_answer_to_reset() -> None:
    tap = connection(make_card(), CONTACTLESS)
    assert Terminal(tap, connection(make_psam()), today=TODAY).run("transit-tap").face == "contactless"
    refused = Terminal(tap, None, today=TODAY, prefer="contact").run("transit-tap")
    assert (refused.reason, refused.return_code) == ("card-absent", -2)


def test_card_without_sssse_or_with_garbage_is_unsupported_or_unreadable() -> None:
    def answer(data: str) -> Tampered:
        return Tampered(connection(make_card()), lambda _count, _command: list(bytes.fromhex(data)))

    def record(tag: int, data: str) -> Tampered:
        plan = lambda _count, command: list(bytes.fromhex(data)) if command[:3] == [0, 0xB2, tag] else None  # noqa: E731
        return Tampered(connection(make_card()), plan)

    cases = [
        (answer("6A82"), "card-unsupported", -1),
        (answer("6F00"), "card-unreadable", -28416),
        (record(0x01, "0110" + "FF" * 16 + "9000"), "card-unreadable", -20),
        (record(0x01, "0210" + "FF" * 16 + "9000"), "card-unsupported", -1),
        (record(0x03, "9000"), "card-unsupported", -1),
        (record(0x07, "6A83"), "card-lacks-data", -27267),
        (answer("6101"), "card-unreadable", -4),
    ]
    for card, reason, return_code in cases:
        result = Terminal(card, connection(make_psam()), today=TODAY).run("identity-tap")
        assert (result.reason, result.return_code) == (reason, return_code)


def test_card_that_claims_ssf33_is_refused() -> None:
    def plan(_count: int, command: list[int]) -> list[int] | None:
        return list(bytes.fromhex("9F0C038601029000")) if command[1] == 0xC0 and command[4] == 0x1E else None

    result = Terminal(Tampered(connection(make_card()), plan), connection(make_psam()), today=TODAY).run(
        "identity-tap"
    )
    assert (result.reason, result.return_code) == ("terminal-without-key", -2202)


def test_beijing_card_without_algorithm_object_counts_as_ssf33() -> None:
    result = make_terminal(make_card("1.00", area="110000"), psam=make_psam(area_code="110000")).run(
        "identity-tap"
    )
    assert result.return_code == -2202


def test_card_is_powered_off_at_the_end_whatever_happened() -> None:
    for card in (make_card(), make_card(keys=FORGED)):
        make_terminal(card).run("identity-tap")
        assert card.session is None
