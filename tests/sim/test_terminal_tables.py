"""The terminal's tables: dialogues, return codes, reasons, timing; what is wrong in them is said at load."""

from __future__ import annotations

import pytest

from onecard.sim.errors import InputError
from onecard.sim.terminals import (
    TerminalError,
    load_dialogues,
    load_timing,
    parse_dialogues,
    reasons,
    return_codes,
)
from onecard.sim.terminals.codes import code_of_status
from onecard.sim.terminals.dialogues import Read, Update, VerifyPin
from onecard.sim.terminals.steps import ACTIONS
from onecard.virtual_cards.iso7816.status import STATUS_WORDS
from onecard.virtual_cards.layouts import load_layout

HEAD = 'title = { en = "Test", zh = "测试" }\nsource = "test"\nmark = "P"\n'
TAP = "[tap]\n" + HEAD + 'steps = [{ do = "select" }, { do = "identify" }]\n'


def test_dialogues_that_services_name_are_all_there() -> None:
    named = {
        "identity-tap",
        "identity-read",
        "identity-verify",
        "transit-tap",
        "pay",
        "medical-register",
        "medical-settle",
        "photo-check",
        "update-residence",
        "record-support-policy",
    }
    assert named <= set(load_dialogues())


def test_every_dialogue_has_labels_a_source_and_a_known_place_to_run() -> None:
    for dialogue in load_dialogues().values():
        assert dialogue.title.en
        assert dialogue.title.zh
        assert dialogue.source
        assert dialogue.versions
        assert dialogue.faces


def test_every_file_and_item_that_a_dialogue_names_exists_in_every_version_it_is_for() -> None:
    for dialogue in load_dialogues().values():
        for version in dialogue.versions:
            layout = load_layout(version)
            for step in dialogue.steps:
                if isinstance(step, (Read, Update)) and version in step.versions:
                    file = layout.file(step.file[:4], step.file[4:])
                    names = step.items if isinstance(step, Read) else tuple(step.values)
                    tags = {f"{item.tag:02X}" for item in file.items}
                    assert {name[:2] for name in names} <= tags, (dialogue.name, version)


def test_a_dialogue_begins_with_all_steps_of_another() -> None:
    dialogues = load_dialogues()
    read, verify, settle = (
        dialogues[name] for name in ("identity-read", "identity-verify", "medical-settle")
    )
    assert verify.steps == (*read.steps, VerifyPin())
    assert settle.steps[: len(verify.steps)] == verify.steps
    assert settle.asks_pin
    assert not read.asks_pin


def test_every_word_of_the_vocabulary_has_an_action_and_is_used_or_tested() -> None:
    used = {type(step) for dialogue in load_dialogues().values() for step in dialogue.steps}
    assert used <= set(ACTIONS)
    assert {kind.__name__ for kind in set(ACTIONS) - used} == {"Authorise"}


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("[tap", "not TOML"),
        ("[tap]\n" + HEAD, "missing field 'steps'"),
        ("[tap]\n" + HEAD + "steps = []", "first step is not select"),
        ("[tap]\n" + HEAD + 'steps = [{ do = "identify" }]', "first step is not select"),
        ("[tap]\n" + HEAD + 'steps = [{ do = "select" }]', "no step is identify"),
        (
            "[tap]\n" + HEAD + 'steps = [{ do = "select" }, { do = "verify-pin" }, { do = "identify" }]',
            "before identify is not select",
        ),
        (
            "[tap]\n" + HEAD + 'steps = [{ do = "select", versions = ["3.00"] }, { do = "identify" }]',
            "version is not known before identify",
        ),
        (
            TAP + "[b]\n" + HEAD + 'begins_with = "tapp"\nsteps = []',
            "unknown dialogue.*'tapp'.*allowed: b, tap",
        ),
        (
            "[a]\n" + HEAD + 'begins_with = "b"\nsteps = []\n[b]\n' + HEAD + 'begins_with = "a"\nsteps = []',
            "in a circle",
        ),
        (
            TAP + "[b]\n" + HEAD + 'begins_with = "tap"\nsteps = [{ do = "authorise", key = "RKSSE" }]',
            "unknown key.*'RKSSE'.*RKSSSE",
        ),
        (
            TAP
            + "[b]\n"
            + HEAD
            + 'begins_with = "tap"\nsteps = [{ do = "append", file = "DF02EF16", fields = ["$phon"] }]',
            "unknown value.*'phon'.*allowed: area, today",
        ),
        (
            TAP + "[b]\n" + HEAD + 'begins_with = "tap"\nsteps = [{ do = "dance" }]',
            "unknown step.*'dance'.*verify-pin",
        ),
        (TAP + "[b]\n" + HEAD + 'begins_with = "tap"\nsteps = [{ do = "read", fil = "x" }]', r"b\.steps"),
    ],
    ids=[
        "toml",
        "no-steps",
        "empty",
        "no-select",
        "no-identify",
        "too-early",
        "version-too-early",
        "unknown-base",
        "circle",
        "unknown-key",
        "unknown-value",
        "unknown-word",
        "unknown-field",
    ],
)
def test_wrong_dialogues_are_refused_with_the_place(text: str, complaint: str) -> None:
    with pytest.raises(InputError, match=complaint) as caught:
        parse_dialogues(text, where="mine.toml")
    assert "mine.toml" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_every_code_but_success_has_a_reason_with_both_labels() -> None:
    for code, row in return_codes().items():
        assert row.en
        assert row.zh
        if code:
            assert row.reason is not None
            label = reasons()[row.reason]
            assert label.en
            assert label.zh
        else:
            assert row.reason is None


def test_status_words_become_codes_by_arithmetic() -> None:
    assert code_of_status(0x9000) == 0
    assert code_of_status(0x6982) == -27010
    assert code_of_status(0x9303) == -37635


def test_every_status_word_of_the_standard_that_can_end_a_dialogue_has_a_row() -> None:
    answered_by_the_driver = {"9000", "61xx", "6Cxx", "63Cx"}
    absent = [
        row.name
        for row in STATUS_WORDS
        if row.name not in answered_by_the_driver and -row.value not in return_codes()
    ]
    assert absent == ["9401", "9402"], "purse words, which no dialogue sends"


@pytest.mark.parametrize("tries", range(16))
def test_failed_external_authentication_has_one_reason_however_many_tries_are_left(tries: int) -> None:
    assert TerminalError(code_of_status(0x63C0 | tries)).reason == "card-refuses"


def test_code_that_nobody_lists_is_unknown_and_keeps_its_number() -> None:
    error = TerminalError(code_of_status(0x6FFF), "read", 0x6FFF)
    assert (error.reason, error.return_code) == ("unknown", -0x6FFF)
    assert "6FFF" in str(error)


def test_time_per_byte_is_that_of_the_line() -> None:
    timing = load_timing()
    clock_hz = 3_571_200
    assert timing.contact.per_byte_us == round(12 * 372 / clock_hz * 1e6)
    assert timing.psam.per_byte_us == round(12 * 512 / 8 / clock_hz * 1e6)
    assert timing.contactless.per_byte_us == round(9 / (13.56e6 / 128) * 1e6)
