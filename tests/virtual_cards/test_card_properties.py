"""What holds for any bytes whatever, in any order."""

from __future__ import annotations

import secured
from card_samples import SELECT_SSSE, authenticate, make_card, word
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from onecard.virtual_cards.card import Card
from onecard.virtual_cards.chip.nonvolatile import Tear
from onecard.virtual_cards.commands.dispatch import rule_for
from onecard.virtual_cards.commands.rule import STANDARD_STATUS
from onecard.virtual_cards.commands.table import COMMANDS
from onecard.virtual_cards.faces import CONTACT, CONTACTLESS, Face
from onecard.virtual_cards.iso7816 import status
from onecard.virtual_cards.layouts import DedicatedFile, Layout
from onecard.virtual_cards.layouts.access import PIN
from onecard.virtual_cards.layouts.layout import Contents

RIGHT_PIN = bytes.fromhex("0020000003123456")

byte = st.integers(min_value=0, max_value=255)
instructions = st.sampled_from([rule.instruction for rule in COMMANDS])
likely_data = st.sampled_from(
    [
        bytes.fromhex(text)
        for text in ("", "EF05", "EF06", "EF15", "DF01", "DF04", "DDF1", "3F00", "0A0131", "2B0132")
    ]
)


@st.composite
def plausible_commands(draw: st.DrawFn) -> bytes:
    """Build commands of the table with parameters that often fit."""
    p1 = draw(st.sampled_from([0, 1, 2, 4, 8, 0x88]) | byte)
    p2 = draw(st.sampled_from([0, 2, 3, 4, 5, 6, 0x2C, 0x34, 0x0A, 0x83]) | byte)
    data = draw(likely_data | st.binary(max_size=20))
    le = draw(st.sampled_from([b"", b"\x00", b"\x08", b"\x12"]))
    body = bytes([len(data)]) + data if data else b""
    return bytes([0, draw(instructions), p1, p2]) + body + le


commands = st.binary(max_size=270) | plausible_commands()


def is_listed_for(command: bytes, status_word: int) -> bool:
    """Tell whether the command's row of the table, or the standard list, allows this status word."""
    row = status.family(status_word)
    if row is None:
        return False
    command_rule = rule_for(command[0], command[1]) if len(command) >= 4 else None
    own = command_rule.status_words if command_rule else frozenset()
    return row.value in STANDARD_STATUS or row.value in own


@given(st.lists(commands, max_size=12), st.sampled_from([CONTACT, CONTACTLESS]))
def test_any_bytes_get_a_status_word_that_is_listed_for_the_command(
    sequence: list[bytes], face: Face
) -> None:
    card = make_card(face=face)
    for command in sequence:
        response = card.transmit(command)
        assert 2 <= len(response) <= 258
        assert is_listed_for(command, int.from_bytes(response[-2:], "big"))
        if response[-2] not in (0x90, 0x61):
            assert len(response) == 2


def shapes_hold(layout: Layout, contents: dict[tuple[str, str], Contents]) -> bool:
    """Tell whether every file's contents have the shape of the file's structure."""
    for path, value in contents.items():
        file = layout.file(*path)
        if file.transparent:
            if len(value) != file.size:
                return False
        elif file.cyclic:
            if len(value) > file.capacity or any(len(record) != file.size for record in value):
                return False
        elif sum(map(len, value)) > file.size or any(record[1] != len(record) - 2 for record in value):
            return False
    return True


PINS = st.sampled_from([b"\x12\x34\x56", b"\x65\x43\x21", b"\x12\x34\x5f", b""])
WRONG = st.sampled_from([0, 0, 0, 1])
"""Bits flipped in a MAC or proof: mostly none."""


class CardUnderRandomUse(RuleBasedStateMachine):
    """A card that anything may happen to; what it may never do is checked after every step.

    The machine keeps what it knows of the card (PIN, tries, what is blocked) beside it, and says for each
    step whether that may change.
    """

    @initialize(version=st.sampled_from(["1.00", "2.00", "3.00"]))
    def issue(self, version: str) -> None:
        self.card: Card = make_card(version)
        self.pin = self.card.memory.pin
        self._before_a_step()

    def _before_a_step(self) -> None:
        memory = self.card.memory
        self.tries, self.blocked = memory.pin_tries_left, memory.blocked_applications
        self.card_blocked = memory.card_blocked
        self.contents = dict(memory.contents)
        self.may_restore_tries = False
        self.last = "9000"

    def _send(self, command: bytes) -> None:
        self._before_a_step()
        self.may_restore_tries = command[:4] == RIGHT_PIN[:4] and command[5:] == self.pin != b""
        self.last = self.card.transmit(command)[-2:].hex().upper()

    @property
    def application(self) -> DedicatedFile:
        assert self.card.session is not None
        return self.card.session.application

    @rule(command=commands)
    def send_anything(self, command: bytes) -> None:
        self._send(command)
        self.pin = self.card.memory.pin if command[:4] == b"\x80\x5e\x01\x00" else self.pin

    @rule(application=st.sampled_from(["SSSE", "DF01", "DF03", "DF04"]))
    def select_an_application(self, application: str) -> None:
        fid = "DDF1" if application == "SSSE" else application
        self._send(bytes.fromhex(f"00A4000002{fid}00"))

    @rule(right=st.booleans())
    def verify(self, right: bool) -> None:
        pin = self.pin if right and self.pin else b"\x00\x00"
        self._send(RIGHT_PIN[:4] + bytes([len(pin)]) + pin)

    @rule(right=st.booleans(), new=PINS)
    def change_the_pin(self, right: bool, new: bytes) -> None:
        data = (self.pin if right else b"\x00\x00") + b"\xff" + new
        self._before_a_step()
        self.may_restore_tries = right
        command = b"\x80\x5e\x01\x00" + bytes([len(data)]) + data
        self.last = self.card.transmit(command)[-2:].hex().upper()
        if self.last == "9000":
            assert right
            self.pin = new

    @precondition(lambda self: self.application.name != "MF")
    @rule(data=st.data(), wrong=WRONG)
    def authenticate_a_key(self, data: st.DataObject, wrong: int) -> None:
        names = [key.name for key in self.application.keys if key.use == "external"]
        names += ["PUK", "BK"]
        self._before_a_step()
        self.last = authenticate(self.card, data.draw(st.sampled_from(names)), wrong=bool(wrong))

    @rule(wrong=WRONG, new=PINS | st.none())
    def unblock_the_pin(self, wrong: int, new: bytes | None) -> None:
        if not new and self.card.memory.algorithm.block_size == 16:
            new = None
        self._before_a_step()
        assert self.card.session is not None
        entitled = "PUK" in self.card.session.rights and not wrong
        self.may_restore_tries = entitled
        self.last = secured.set_pin(self.card, new, flip=wrong)
        if self.last == "9000":
            assert entitled
            self.pin = new or b""

    @rule(wrong=WRONG)
    def block_the_application(self, wrong: int) -> None:
        self._before_a_step()
        assert self.card.session is not None
        held = self.card.session.rights & {"BK", f"LK{self.application.name}"}
        self.last = secured.secured(self.card, secured.APPLICATION_BLOCK, flip=wrong)
        if self.card.memory.blocked_applications != self.blocked:
            assert held
            assert not wrong
            assert self.card.memory.blocked_applications == self.blocked | {self.application.name}

    @rule(wrong=st.sampled_from([0, 1, 1, 1]))
    def block_the_card(self, wrong: int) -> None:
        self._before_a_step()
        assert self.card.session is not None
        held = "BK" in self.card.session.rights
        self.last = secured.secured(self.card, secured.CARD_BLOCK, key="STK", flip=wrong)
        if self.card.memory.card_blocked and not self.card_blocked:
            assert held
            assert not wrong

    @rule(wrong=WRONG, record=st.sampled_from(["2B0132", "0A0131", "060420300101"]))
    def write_with_a_mac(self, wrong: int, record: str) -> None:
        self._before_a_step()
        data = bytes.fromhex(record)
        file = 5 if data[0] == 6 else 6 if data[0] == 0x0A else 8
        self.last = secured.secured(self.card, f"04DC{data[0]:02X}{file << 3:02X}", data, flip=wrong)
        assert not (wrong and self.last == "9000")

    @rule(after=st.integers(min_value=0, max_value=60), right=st.booleans())
    def lose_power_in_verify(self, after: int, right: bool) -> None:
        pin = self.pin if right and self.pin else b"\x00\x00"
        self._before_a_step()
        self.may_restore_tries = right and bool(self.pin)
        self.card.memory.supply = Tear(after)
        response = self.card.transmit(RIGHT_PIN[:4] + bytes([len(pin)]) + pin)
        self.card.memory.supply = None
        self.last = response[-2:].hex().upper()
        if not response:
            assert self.card.session is None
            assert self.card.power_on()
            assert self.card.memory.journal == b""
            assert self.card.memory.pin_tries_left in (self.tries, self.tries - 1, self.card.memory.pin_limit)

    @rule(face=st.sampled_from([CONTACT, CONTACTLESS]))
    def cycle_power(self, face: Face) -> None:
        if not self.card.power_on(face):
            self.card.power_on(CONTACT)
        assert self.card.session is not None
        assert self.card.session.rights == (set() if self.pin else {PIN})
        self._send(bytes.fromhex(SELECT_SSSE))

    @invariant()
    def the_pin_is_the_one_that_was_set_last(self) -> None:
        assert self.card.memory.pin == self.pin

    @invariant()
    def the_pin_counter_never_rises_without_the_right_pin_or_an_unblock(self) -> None:
        if not self.may_restore_tries:
            assert self.card.memory.pin_tries_left <= self.tries

    @invariant()
    def counters_stay_within_their_limits(self) -> None:
        memory = self.card.memory
        assert 0 <= memory.pin_tries_left <= memory.pin_limit
        assert all(
            1 <= count <= memory.layout.keys[name].tries for name, count in memory.key_failures.items()
        )

    @invariant()
    def what_is_blocked_stays_blocked(self) -> None:
        assert self.card.memory.blocked_applications >= self.blocked
        assert self.card.memory.card_blocked or not self.card_blocked
        if self.card_blocked and self.last:
            assert self.last == "6A81"

    @invariant()
    def a_refused_command_writes_no_file(self) -> None:
        if self.last != "9000":
            assert self.card.memory.contents == self.contents

    @invariant()
    def files_keep_their_shape(self) -> None:
        assert shapes_hold(self.card.memory.layout, self.card.memory.contents)


TestCardUnderRandomUse = CardUnderRandomUse.TestCase
TestCardUnderRandomUse.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)


@given(
    st.sampled_from(
        ["00DC0144032B0132", "00DC2B40032B0133", "00DC02440AE008" + "31" * 8, "00D69600040A0B0C0D"]
    )
)
def test_an_update_is_whole_or_not_at_all(command: str) -> None:
    card = make_card()
    word(card, "00A4000002DF01")
    before = dict(card.memory.contents)
    assert word(card, command) == "6982"
    assert card.memory.contents == before
    for key in ("UK3DF01", "UK7DF01"):
        assert authenticate(card, key) == "9000"
    assert word(card, command) == "9000"
    changed = {path for path, value in card.memory.contents.items() if before.get(path) is not value}
    assert len(changed) == 1
    assert shapes_hold(card.memory.layout, card.memory.contents)
