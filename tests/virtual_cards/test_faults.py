"""Card faults: each is wrong in its one way, and right in everything else."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from card_samples import SELECT_SSSE, authenticate, make_card, select, send, verify, word

from onecard.virtual_cards.card import Card
from onecard.virtual_cards.chip.nonvolatile import Tear, WornMemory
from onecard.virtual_cards.faces import CONTACT, CONTACTLESS
from onecard.virtual_cards.faults import (
    FAULTS,
    FaultError,
    FaultyCard,
    TornAtByte,
    TornAtFrame,
    describe_faults,
    parse_fault,
)
from onecard.virtual_cards.iso7816.atr import historical_bytes_of
from onecard.virtual_cards.payment.state import PaymentState
from onecard.virtual_cards.psam.personalisation import personalise_psam
from onecard.virtual_cards.purse.state import PurseState

if TYPE_CHECKING:
    from onecard.virtual_cards.faces import Face

EXAMPLES = (
    "mute",
    "mute:3",
    "slow:50000",
    "slow:50000:2",
    "torn-at-frame:2",
    "torn-at-frame:2:after",
    "torn-at-byte:2:5",
    "wrong-atr:truncated",
    "wrong-atr:wrong-tck",
    "wrong-atr:t1",
    "wrong-atr:3B6000",
    "claimed-algorithm",
    "claimed-algorithm:01",
    "corrupted-record:SSSEEF05:3:2",
    "corrupted-record:SSSEEF05:3:2:FF:memory",
    "corrupted-record:SSSEEF07:0:0",
    "stuck-counter:pin",
    "stuck-counter:keys",
    "stuck-counter:purse",
    "stuck-counter:atc",
    "worn-memory",
)
WRONG_PIN, RIGHT_PIN = "0020000003000000", "0020000003123456"
DIALOGUE = (SELECT_SSSE, WRONG_PIN, RIGHT_PIN, "00B2032C06", "00A4000002DF01", "00B2012C04")


def full_card() -> Card:
    """Return a card that has every counter."""
    card = make_card()
    card.memory.purse = PurseState()
    card.memory.payment = PaymentState()
    return card


def hold(card: FaultyCard | Card, face: object = CONTACT) -> list[str]:
    """Reset the card and hold the dialogue with it; return the ATR and the answers."""
    atr = card.power_on(CONTACTLESS if face is CONTACTLESS else CONTACT)
    return [atr.hex().upper(), *(card.transmit(bytes.fromhex(command)).hex().upper() for command in DIALOGUE)]


def faulty(text: str, card: Card | None = None) -> FaultyCard:
    return parse_fault(text)(card or full_card())


def test_every_fault_has_an_example() -> None:
    assert {text.split(":")[0] for text in EXAMPLES} == set(FAULTS)


@pytest.mark.parametrize("face", [CONTACT, CONTACTLESS], ids=["contact", "contactless"])
@pytest.mark.parametrize("text", EXAMPLES)
def test_a_disarmed_fault_is_the_card_inside(text: str, face: object) -> None:
    card = faulty(text)
    card.armed = False
    assert hold(card, face) == hold(full_card(), face)
    assert (card.removed, card.delay_us) == (False, 0)


# What a dialogue shows of each fault: the right answers, but at the places named.
_RIGHT = ["3B6D000000814A444686605199000001AC", "611E", "63C2", "9000", "0304332E30309000", "6111"]
DIFFERENT = {
    "mute": dict.fromkeys(range(7), ""),
    "mute:3": dict.fromkeys(range(3, 7), ""),
    "slow:50000": {},
    "slow:50000:2": {},
    "torn-at-frame:2": dict.fromkeys(range(2, 7), ""),
    "torn-at-frame:2:after": dict.fromkeys(range(2, 7), ""),
    "torn-at-byte:2:5": dict.fromkeys(range(2, 7), ""),
    "wrong-atr:truncated": {0: "3B6D000000814A44468660"},
    "wrong-atr:wrong-tck": {0: "3BED0000801F0300814A444686605199000001ACC4"},
    "wrong-atr:t1": {0: "3BED00000100814A444686605199000001ACA6"},
    "wrong-atr:3B6000": {0: "3B6000"},
    "claimed-algorithm": {},
    "claimed-algorithm:01": {},
    "corrupted-record:SSSEEF05:3:2": {4: "0304322E30309000"},
    "corrupted-record:SSSEEF05:3:2:FF:memory": {4: "0304CC2E30309000"},
    "corrupted-record:SSSEEF07:0:0": {},
    "stuck-counter:pin": {},
    "stuck-counter:keys": {},
    "stuck-counter:purse": {},
    "stuck-counter:atc": {},
    "worn-memory": {2: "6581", 3: "6581", 6: "6982"},
}


@pytest.mark.parametrize("text", EXAMPLES)
def test_a_fault_shows_where_it_lies_and_nowhere_else(text: str) -> None:
    right = hold(full_card())
    shown = hold(faulty(text))
    assert {at: answer for at, answer in enumerate(shown) if answer != right[at]} == DIFFERENT[text]


def test_a_mute_card_has_done_nothing() -> None:
    card = full_card()
    hold(parse_fault("mute:2")(card))
    assert card.memory.pin_tries_left == 3


def test_a_mute_card_stays_mute_after_a_reset_but_has_its_atr() -> None:
    card = faulty("mute:1")
    for _ in range(2):
        assert card.power_on()
        assert card.transmit(bytes.fromhex(SELECT_SSSE)) == b""
        assert not card.removed


def test_delays_are_told_for_the_answers_that_are_late() -> None:
    def delays(text: str) -> list[int]:
        card = faulty(text)
        return [card.transmit(bytes.fromhex(command)) and card.delay_us for command in DIALOGUE[:3]]

    assert delays("slow:50000") == [50000] * 3
    assert delays("slow:50000:2") == [0, 50000, 0]
    assert delays("mute:4") == [0] * 3


@pytest.mark.parametrize("text", ["claimed-algorithm:02", "claimed-algorithm"])
@pytest.mark.parametrize("face", [CONTACT, CONTACTLESS], ids=["contact", "contactless"])
def test_a_card_may_claim_ssf33_for_terminals_to_refuse_it(text: str, face: Face) -> None:
    """card.md §21 Q24; only the claim is wrong: the card goes on with its own cipher."""
    card = full_card()
    claiming = parse_fault(text)(card)
    claiming.power_on(face)
    fci = claiming.transmit(bytes.fromhex(SELECT_SSSE + "00")).hex().upper()
    assert fci == "6F1C840F7378312E73682EC9E7BBE1B1A3D5CFA50988011E9F0C038601029000"
    assert authenticate(card, "RKSSSE") == "9000"


@pytest.mark.parametrize(("version", "text"), [("1.00", ""), ("2.00", ":01"), ("3.00", ":03")])
def test_a_card_cannot_claim_where_it_tells_nothing_nor_claim_what_it_has(version: str, text: str) -> None:
    with pytest.raises(FaultError, match=r"algorithm 0[123]: a card of .* has it, or names none"):
        faulty(f"claimed-algorithm{text}", make_card(version))


def test_faults_go_round_faults() -> None:
    card = parse_fault("slow:7")(parse_fault("slow:5:1")(faulty("torn-at-frame:2")))
    card.transmit(bytes.fromhex(SELECT_SSSE))
    assert (card.delay_us, card.removed) == (12, False)
    assert card.transmit(bytes.fromhex(RIGHT_PIN)) == b""
    assert (card.delay_us, card.removed) == (7, True)
    assert card.power_on()
    assert not card.removed


@pytest.mark.parametrize(("executed", "tries_left"), [(False, 3), (True, 2)])
def test_a_card_leaves_before_or_after_it_carries_the_command_out(executed: bool, tries_left: int) -> None:
    card = make_card()
    torn = TornAtFrame(card, frame=1, executed=executed)
    assert torn.transmit(bytes.fromhex(WRONG_PIN)) == b""
    assert torn.removed
    assert card.session is None
    assert card.memory.pin_tries_left == tries_left


def test_a_torn_card_is_whole_again_when_it_comes_back() -> None:
    card = make_card()
    torn = TornAtFrame(card, frame=1)
    torn.transmit(bytes.fromhex(WRONG_PIN))
    assert hold(torn) == hold(make_card())
    assert not torn.removed


def test_a_card_torn_while_writing_leaves_a_journal_and_recovers() -> None:
    card = make_card()
    supply = Tear(1000)
    card.memory.supply = supply
    verify(card, "000000")
    card.memory.supply = None
    outcomes = []
    for after in range(supply.spent + 1):
        card = make_card()
        torn = TornAtByte(card, frame=1, after_bytes=after)
        answer = torn.transmit(bytes.fromhex(WRONG_PIN))
        assert torn.removed == (answer == b"")
        assert bool(card.memory.journal) == (0 < after < supply.spent)
        assert card.power_on()
        assert (card.memory.journal, card.memory.supply) == (b"", None)
        outcomes.append(card.memory.pin_tries_left)
    assert outcomes == sorted(outcomes, reverse=True)
    assert set(outcomes) == {3, 2}


def test_a_command_that_writes_less_is_answered() -> None:
    card = faulty("torn-at-byte:1:1000")
    assert card.transmit(bytes.fromhex(WRONG_PIN)).hex() == "63c2"
    assert not card.removed


@pytest.mark.parametrize("face", [CONTACT, CONTACTLESS], ids=["contact", "contactless"])
@pytest.mark.parametrize("name", ["truncated", "wrong-tck"])
def test_a_broken_atr_is_broken(name: str, face: object) -> None:
    atr = faulty(f"wrong-atr:{name}").power_on(CONTACTLESS if face is CONTACTLESS else CONTACT)
    with pytest.raises(ValueError, match="expected" if name == "truncated" else "check byte TCK is wrong"):
        historical_bytes_of(atr)


@pytest.mark.parametrize("face", [CONTACT, CONTACTLESS], ids=["contact", "contactless"])
def test_an_atr_for_another_protocol_is_well_formed(face: object) -> None:
    card = full_card()
    atr = parse_fault("wrong-atr:t1")(card).power_on(CONTACTLESS if face is CONTACTLESS else CONTACT)
    assert historical_bytes_of(atr) == card.memory.historical


def test_a_wrong_atr_does_not_give_a_face_to_a_card_without_it() -> None:
    assert parse_fault("wrong-atr:t1")(make_card("2.00")).power_on(CONTACTLESS) == b""


def test_a_corrupted_answer_leaves_the_memory_right() -> None:
    card = full_card()
    corrupted = parse_fault("corrupted-record:SSSEEF05:3:2")(card)
    before = dict(card.memory.contents)
    assert corrupted.transmit(bytes.fromhex("00B2032C06")).hex().upper() == "0304322E30309000"
    assert card.memory.contents == before
    corrupted.armed = False
    assert corrupted.transmit(bytes.fromhex("00B2032C06")).hex().upper() == "0304332E30309000"


def test_a_corrupted_file_is_read_wrong_in_every_way_of_reading() -> None:
    card = full_card()
    corrupted = parse_fault("corrupted-record:SSSEEF05:3:2:FF")(card)
    for command in ("00B2032C06", "00B2032806", "00B2012D40"):
        assert bytes.fromhex("0304CC2E3030") in corrupted.transmit(bytes.fromhex(command))


def test_a_corrupted_transparent_file_is_wrong_in_one_byte() -> None:
    card = full_card()
    assert authenticate(card, "RKSSSE") == "9000"
    corrupted = parse_fault("corrupted-record:SSSEEF07:0:2:80")(card)
    assert corrupted.transmit(bytes.fromhex("00B0870004")).hex() == "00008000" + "9000"
    assert card.transmit(bytes.fromhex("00B0870004")).hex() == "00000000" + "9000"


def test_a_corruption_of_the_memory_happens_once_and_stays() -> None:
    card = full_card()
    corrupted = parse_fault("corrupted-record:SSSEEF05:3:2:FF:memory")(card)
    for _ in range(3):
        corrupted.power_on()
        corrupted.transmit(bytes.fromhex(SELECT_SSSE))
        assert corrupted.transmit(bytes.fromhex("00B2032C06")).hex().upper() == "0304CC2E30309000"


def test_a_stuck_pin_counter_gives_endless_tries() -> None:
    card = full_card()
    stuck = parse_fault("stuck-counter:pin")(card)
    assert {stuck.transmit(bytes.fromhex(WRONG_PIN)).hex() for _ in range(20)} == {"63c2"}
    stuck.armed = False
    assert [stuck.transmit(bytes.fromhex(WRONG_PIN)).hex() for _ in range(3)] == ["63c2", "63c1", "63c0"]


def test_a_stuck_key_counter_gives_endless_tries() -> None:
    card = full_card()
    stuck = parse_fault("stuck-counter:keys")(card)
    words = []
    for _ in range(5):
        send(card, "0084000008")
        words.append(stuck.transmit(bytes.fromhex("0082000A10" + "00" * 16)).hex())
    assert words == ["63c2"] * 5


@pytest.mark.parametrize("name", ["purse", "atc"])
def test_a_stuck_counter_that_the_card_lacks_is_refused(name: str) -> None:
    card = make_card()
    card.memory.purse, card.memory.payment = None, None
    with pytest.raises(FaultError, match=f"counter '{name}': this card has none"):
        parse_fault(f"stuck-counter:{name}")(card)


def test_worn_memory_refuses_every_write_and_reads_on() -> None:
    card = make_card()
    assert authenticate(card, "UKSSSE") == "9000"
    worn = parse_fault("worn-memory")(card)
    before = dict(card.memory.contents)
    assert worn.transmit(bytes.fromhex("00DC0A30030A0132")).hex() == "6581"
    assert card.memory.contents == before
    assert worn.transmit(bytes.fromhex("00B2032C06")).hex() == "0304332e30309000"
    worn.armed = False
    assert worn.transmit(bytes.fromhex("00DC0A30030A0132")).hex() == "9000"


def test_a_card_that_wore_out_after_a_tear_is_mute() -> None:
    card = make_card()
    TornAtByte(card, frame=1, after_bytes=5).transmit(bytes.fromhex(WRONG_PIN))

    card.memory.supply = WornMemory()
    assert card.power_on() == b""
    assert card.transmit(bytes.fromhex(SELECT_SSSE)) == b""
    card.memory.supply = None
    assert card.power_on()
    select(card, "SSSE")
    assert word(card, "0020000000") == "63C3"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "fault '' is not known; allowed: mute, slow"),
        ("torn", "fault 'torn' is not known"),
        ("slow", "fault 'slow': delay_us is missing; form: slow:DELAY_US[:FRAME]"),
        ("slow:", "delay_us '', allowed: a whole number from 0"),
        ("slow:-1", "delay_us '-1', allowed: a whole number from 0"),
        ("slow:1.5", "delay_us '1.5'"),
        ("slow:1:2:3", "fault 'slow:1:2:3': too many values; form: slow:DELAY_US[:FRAME]"),
        ("mute:x", "from_frame 'x', allowed: a whole number from 0; form: mute[:FROM_FRAME]"),
        ("torn-at-frame:0", "frame '0', allowed: a whole number from 1"),
        ("torn-at-frame:1:later", "executed 'later', allowed: before, after"),
        ("torn-at-byte:1", "after_bytes is missing"),
        ("wrong-atr:nice", "atr 'nice', allowed: truncated, wrong-tck, t1, hex bytes"),
        ("corrupted-record:DF01EF06:1:0:100", "mask '100', allowed: two hex digits"),
        ("corrupted-record:DF01EF06:1:0:0102", "mask '0102', allowed: two hex digits"),
        ("stuck-counter:tries", "counter 'tries', allowed: pin, keys, purse, atc"),
    ],
)
def test_what_is_no_fault_is_refused_in_one_line(text: str, message: str) -> None:
    with pytest.raises(FaultError) as caught:
        parse_fault(text)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("corrupted-record:DF09EF06:1:0", "file 'DF09EF06' does not exist on this card"),
        ("corrupted-record:DF01EF06:99:0", "DF01EF06 has no byte 0 in record 99"),
        ("corrupted-record:DF01EF06:1:250", "DF01EF06 has no byte 250 in record 1"),
        ("corrupted-record:DF01EF06:1:0:00", "or mask is 0"),
        ("corrupted-record:SSSEEF07:1:0", "SSSEEF07 has no byte 0 in record 1"),
        ("wrong-atr:3B", "atr '3b': 2 to 33 bytes are allowed"),
        ("claimed-algorithm:0203", "algorithm '0203', allowed: two hex digits"),
    ],
)
def test_a_fault_that_the_card_cannot_have_is_refused(text: str, message: str) -> None:
    with pytest.raises(FaultError) as caught:
        faulty(text)
    assert message in str(caught.value)


@pytest.mark.parametrize("text", ["worn-memory", "torn-at-byte:1:1", "stuck-counter:pin"])
def test_a_fault_of_the_memory_needs_a_user_card(text: str) -> None:
    with pytest.raises(FaultError, match="has no memory of a user card"):
        parse_fault(text)(personalise_psam((), area_code="519900"))


def test_every_fault_is_described() -> None:
    rows = describe_faults()
    assert len(rows) == len(FAULTS)
    assert all(form.startswith(name) and lie for name, (form, lie, _) in zip(FAULTS, rows, strict=True))
    assert len({lie for _, lie, _ in rows}) == len(rows)
    forms = {form for form, _, _ in rows}
    assert "corrupted-record:FILE:RECORD:BYTE[:MASK[:STORED]]" in forms
