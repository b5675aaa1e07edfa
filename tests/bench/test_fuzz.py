"""The fuzzer runs clean over our card, finds each of a list of defects, and hands back a short script."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import pytest

from onecard.bench.fuzz import campaign, fuzz_rows, run_fuzz
from onecard.bench.fuzz.coverage import listed_answers, reached_answers
from onecard.bench.fuzz.grammar import PRODUCTIONS
from onecard.bench.fuzz.recipe import Recipe
from onecard.bench.fuzz.report import FuzzFailure, FuzzReport, opensc_lines
from onecard.bench.fuzz.shrink import shrink
from onecard.bench.fuzz.subject import run_script
from onecard.virtual_cards.card import Card, CardMemory, Session
from onecard.virtual_cards.chip.nonvolatile import Change
from onecard.virtual_cards.commands import authentication, dispatch, verification
from onecard.virtual_cards.commands.rule import SUCCESS
from onecard.virtual_cards.commands.table import COMMANDS
from onecard.virtual_cards.layouts.access import PIN, Access

if TYPE_CHECKING:
    from collections.abc import Callable

    from onecard.virtual_cards.commands.rule import Handler
    from onecard.virtual_cards.iso7816.apdu import CommandApdu

SELECT_SSSE = bytes.fromhex("00A4000002DDF1")
SEED = 3


def test_two_hundred_thousand_apdus_break_no_invariant() -> None:
    report = run_fuzz(apdus=200_000, seed=SEED)
    assert report.failure is None, str(report.failure)
    assert report.apdus == 200_000
    assert sum(report.statuses.values()) + report.tears == report.apdus
    assert set(PRODUCTIONS) <= set(report.categories)
    reached, listed = reached_answers(report.answers), listed_answers()
    assert reached <= listed
    # Deep enough that whole purchases, payments, unblocks and blocks go through.
    succeeded = {name for _, name, word in reached if word in (0x9000, 0x6100)}
    assert succeeded >= {name for _, name, word in listed if word == 0x9000}
    assert len(reached) >= 0.75 * len(listed)


@pytest.mark.slow
def test_ten_million_apdus_break_no_invariant() -> None:
    report = run_fuzz(apdus=10_000_000, seed=SEED, workers=2)
    assert report.failure is None, str(report.failure)
    assert report.apdus == 10_000_000


def test_the_seed_decides_whatever_the_number_of_workers(monkeypatch: pytest.MonkeyPatch) -> None:
    alone, together = (run_fuzz(apdus=8_000, seed=9, workers=workers) for workers in (1, 2))
    assert (alone.answers, alone.categories) == (together.answers, together.categories)
    assert (alone.cards, alone.starts, alone.tears) == (together.cards, together.starts, together.tears)
    assert run_fuzz(apdus=2_000, seed=10).answers != run_fuzz(apdus=2_000, seed=9).answers


# Cards that are wrong in one way, named by it.


def _handler(monkeypatch: pytest.MonkeyPatch, name: str, wrap: Callable[[Handler], Handler]) -> None:
    """Put another handler into one row of the social side's table."""
    side = dispatch._SIDES["social"]
    row = next(row for row in COMMANDS if row.name == name)
    other = dataclasses.replace(row, handler=wrap(row.handler))
    monkeypatch.setattr(
        side, "rules", {key: other if value is row else value for key, value in side.rules.items()}
    )


def raises_on_a_long_record(monkeypatch: pytest.MonkeyPatch) -> None:
    def wrap(handler: Handler) -> Handler:
        def wrong(session: Session, apdu: CommandApdu) -> bytes:
            if len(apdu.data) > 20:
                raise IndexError("list index out of range")
            return handler(session, apdu)

        return wrong

    _handler(monkeypatch, "UPDATE RECORD", wrap)


def answers_an_unlisted_status_word(monkeypatch: pytest.MonkeyPatch) -> None:
    def wrap(handler: Handler) -> Handler:
        return lambda session, apdu: handler(session, apdu) if apdu.p2 & 7 != 6 else b"\x62\x83"

    _handler(monkeypatch, "READ RECORD", wrap)


def answers_data_with_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    def wrap(handler: Handler) -> Handler:
        def wrong(session: Session, apdu: CommandApdu) -> bytes:
            response = handler(session, apdu)
            return b"\x00" + response if response[0] == 0x6C else response

        return wrong

    _handler(monkeypatch, "READ BINARY", wrap)


def answers_without_a_status_word(monkeypatch: pytest.MonkeyPatch) -> None:
    _handler(monkeypatch, "INTERNAL AUTHENTICATE", lambda _: lambda _session, _apdu: b"")


def gives_the_right_for_any_pin(monkeypatch: pytest.MonkeyPatch) -> None:
    def wrap(handler: Handler) -> Handler:
        def wrong(session: Session, apdu: CommandApdu) -> bytes:
            if len(apdu.data) > 4:
                session.rights.add(PIN)
                return SUCCESS
            return handler(session, apdu)

        return wrong

    _handler(monkeypatch, "VERIFY", wrap)


def compares_no_proof(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(authentication, "hmac", _Agreeable)


def compares_no_pin(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verification, "hmac", _Agreeable)


class _Agreeable:
    @staticmethod
    def compare_digest(_given: bytes, _expected: bytes) -> bool:
        return True


def keeps_its_challenge(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Session, "take_challenge", lambda session: session.challenge)


def spends_two_tries(monkeypatch: pytest.MonkeyPatch) -> None:
    def wrong(session: Session, given: bytes) -> None:
        memory = session.memory
        memory.write(pin_tries_left=max(memory.pin_tries_left - 2, 0))
        assert given is not None

    monkeypatch.setattr(verification, "_compare", wrong)


def keeps_rights_in_another_application(monkeypatch: pytest.MonkeyPatch) -> None:
    def wrong(session: Session, application: object) -> None:
        session.application = application  # type: ignore[assignment]
        session.file = None
        session.record = 0

    monkeypatch.setattr(Session, "select_application", wrong)


def ignores_conditions_of_reading(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = Access.allows
    monkeypatch.setattr(
        Access, "allows", lambda access, rights: access.text[:2] in ("RK", "PI") or asked(access, rights)
    )


def ignores_conditions_of_writing(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = Access.allows
    monkeypatch.setattr(
        Access, "allows", lambda access, rights: access.text.startswith("UK") or asked(access, rights)
    )


def unblocks_itself_at_power_on(monkeypatch: pytest.MonkeyPatch) -> None:
    started = Card.power_on

    def wrong(card: Card, *face: object) -> bytes:
        card.memory.blocked_applications = frozenset()
        return started(card, *face)  # type: ignore[arg-type]

    monkeypatch.setattr(Card, "power_on", wrong)


def recovers_only_the_first_change(monkeypatch: pytest.MonkeyPatch) -> None:
    from onecard.virtual_cards.chip import nonvolatile

    unsealed = nonvolatile._unseal

    def wrong(memory: CardMemory) -> list[Change] | None:
        changes = unsealed(memory)
        return changes and changes[:1]

    monkeypatch.setattr(nonvolatile, "_unseal", wrong)


def writes_and_then_refuses(monkeypatch: pytest.MonkeyPatch) -> None:
    def wrap(handler: Handler) -> Handler:
        def wrong(session: Session, apdu: CommandApdu) -> bytes:
            handler(session, apdu)
            return b"\x6a\x84"

        return wrong

    _handler(monkeypatch, "UPDATE RECORD", wrap)


def writes_beside_the_journal(monkeypatch: pytest.MonkeyPatch) -> None:
    def wrap(handler: Handler) -> Handler:
        def wrong(session: Session, apdu: CommandApdu) -> bytes:
            contents = session.memory.contents
            contents["SSSE", "EF06"] = contents["SSSE", "EF05"]
            return handler(session, apdu)

        return wrong

    _handler(monkeypatch, "GET CHALLENGE", wrap)


DEFECTS = {
    raises_on_a_long_record: ("no exception leaves the card", 8),
    answers_an_unlisted_status_word: ("the status word is listed for the command", 4),
    answers_data_with_an_error: ("data come with 9000 or 61xx only", 8),
    answers_without_a_status_word: ("a powered card answers at least a status word", 3),
    gives_the_right_for_any_pin: ("rights come from the right command only", 3),
    compares_no_proof: ("a key's failures rise one by one, and end with a right proof", 6),
    compares_no_pin: ("tries rise only by the right PIN or an unblock", 4),
    keeps_its_challenge: ("rights come from the right command only", 6),
    spends_two_tries: ("tries fall one by one", 4),
    keeps_rights_in_another_application: ("another application keeps no right but the PIN", 6),
    ignores_conditions_of_reading: ("a file is read by whom its condition allows", 3),
    ignores_conditions_of_writing: ("a file is written by a command that has the right", 3),
    unblocks_itself_at_power_on: ("a torn command is done or not done", 12),
    recovers_only_the_first_change: ("a torn command is done or not done", 16),
    writes_and_then_refuses: ("a refused command writes counters, or nothing", 8),
    writes_beside_the_journal: ("nothing is written beside a commit", 12),
}


@pytest.mark.parametrize("defect", DEFECTS, ids=lambda defect: defect.__name__)
def test_a_defect_is_found_and_shown_by_a_short_script(
    defect: Callable[[pytest.MonkeyPatch], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    expected, longest = DEFECTS[defect]
    defect(monkeypatch)
    failure = run_fuzz(apdus=400_000, seed=SEED).failure
    assert failure is not None
    assert failure.invariant == expected
    assert sum(isinstance(operation, bytes) for operation in failure.script) <= longest
    again = run_script(failure.recipe, failure.script)
    assert again is not None
    assert again[1].invariant.name == expected
    monkeypatch.undo()
    assert run_script(failure.recipe, failure.script) is None


def test_a_script_without_breach_is_left_as_it_is() -> None:
    recipe = Recipe(version="3.00", face="contact")
    script = [SELECT_SSSE, b"\x00", "reset contact"]
    assert run_script(recipe, script) is None
    assert shrink(recipe, script, "no exception leaves the card") == script


def test_a_script_is_printed_for_opensc_tool() -> None:
    script = [SELECT_SSSE, b"\x00\x84\x00\x00\x08", "tear 7", b"\x00\x20\x00\x00\x00", "reset contact"]
    assert opensc_lines(script) == [
        "opensc-tool -s 00A4000002DDF1 -s 0084000008",
        "# tear 7",
        "opensc-tool -s 0020000000",
        "# reset contact",
    ]


def test_a_failure_tells_seed_place_card_and_script() -> None:
    failure = FuzzFailure(
        seed=1,
        episode=2,
        index=3,
        invariant="tries fall one by one",
        clause="card.md §11",
        detail="3 to 1",
        recipe=Recipe(version="2.00", face="contact"),
        script=(SELECT_SSSE,),
    )
    text = str(failure)
    assert "tries fall one by one (card.md §11): 3 to 1" in text
    assert "seed 1, episode 2, APDU 3" in text
    assert "version='2.00'" in text
    assert text.endswith("opensc-tool -s 00A4000002DDF1")


def test_the_benchmark_counts_breaches_and_apdus() -> None:
    report = FuzzReport(apdus=600_000, cards=10, seconds=9.0, processor_seconds=4.0)
    rows = fuzz_rows(lambda **_: report)
    assert rows[0].met
    by_name = {row.name: row.value for row in rows}
    assert (by_name["fuzzed"], by_name["time"]) == (600_000, 9.0)
    assert by_name["fuzzed and judged, one core"] == 150_000
    report.failure = FuzzFailure(
        seed=1,
        episode=0,
        index=0,
        invariant="no exception leaves the card",
        clause="card.md §10",
        detail="IndexError",
        recipe=Recipe(version="3.00", face="contact"),
        script=(b"\x00",),
    )
    rows = fuzz_rows(lambda **_: report)
    assert not rows[0].met
    assert "IndexError" in rows[0].name


def test_an_episode_has_its_length_whatever_happens_to_its_cards() -> None:
    report = FuzzReport()
    campaign.run_episode(5, 0, report)
    assert report.apdus == campaign.EPISODE
    assert report.cards > 1
