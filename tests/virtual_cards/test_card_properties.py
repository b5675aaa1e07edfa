"""What holds for any bytes whatever, in any order."""

from __future__ import annotations

from card_samples import SELECT_SSSE, authenticate, make_card, word
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from onecard.virtual_cards.card import Card
from onecard.virtual_cards.commands.dispatch import rule_for
from onecard.virtual_cards.commands.rule import STANDARD_STATUS
from onecard.virtual_cards.commands.table import COMMANDS
from onecard.virtual_cards.faces import CONTACT, CONTACTLESS
from onecard.virtual_cards.iso7816 import status
from onecard.virtual_cards.layouts import Layout
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
    sequence: list[bytes], face: object
) -> None:
    card = make_card(face=CONTACTLESS if face is CONTACTLESS else CONTACT)
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


class CardUnderRandomUse(RuleBasedStateMachine):
    """A card that anything may happen to; what it may never do is checked after every step."""

    @initialize(version=st.sampled_from(["1.00", "2.00", "3.00"]))
    def issue(self, version: str) -> None:
        self.card: Card = make_card(version)
        self.tries = self.card.memory.pin_tries_left
        self.right_pin = False
        self.contents = dict(self.card.memory.contents)
        self.last = 0x9000

    def _send(self, command: bytes) -> None:
        self.tries = self.card.memory.pin_tries_left
        self.contents = dict(self.card.memory.contents)
        self.right_pin = command == RIGHT_PIN
        self.last = int.from_bytes(self.card.transmit(command)[-2:], "big")

    @rule(command=commands)
    def send_anything(self, command: bytes) -> None:
        self._send(command)

    @rule(command=st.sampled_from([RIGHT_PIN, bytes.fromhex("0020000003000000"), bytes.fromhex(SELECT_SSSE)]))
    def send_the_usual(self, command: bytes) -> None:
        self._send(command)

    @precondition(lambda self: self.card.session.application.name != "MF")
    @rule(data=st.data())
    def authenticate_a_key(self, data: st.DataObject) -> None:
        assert self.card.session is not None
        names = [key.name for key in self.card.session.application.keys if key.use == "external"]
        self.right_pin = False
        self.tries = self.card.memory.pin_tries_left
        self.last = int(
            authenticate(self.card, data.draw(st.sampled_from(names)), wrong=data.draw(st.booleans())), 16
        )
        self.contents = dict(self.card.memory.contents)

    @rule(face=st.sampled_from([CONTACT, CONTACTLESS]))
    def cycle_power(self, face: object) -> None:
        if not self.card.power_on(CONTACTLESS if face is CONTACTLESS else CONTACT):
            self.card.power_on(CONTACT)
        assert self.card.session is not None
        assert self.card.session.rights == set()
        self._send(bytes.fromhex(SELECT_SSSE))

    @invariant()
    def the_pin_counter_never_rises_without_the_right_pin(self) -> None:
        if not self.right_pin:
            assert self.card.memory.pin_tries_left <= self.tries
        if self.tries == 0:
            assert self.card.memory.pin_tries_left == 0

    @invariant()
    def the_pin_counter_stays_within_its_limit(self) -> None:
        assert 0 <= self.card.memory.pin_tries_left <= self.card.memory.pin_limit

    @invariant()
    def a_refused_command_writes_nothing(self) -> None:
        if self.last != 0x9000:
            assert self.card.memory.contents == self.contents

    @invariant()
    def files_keep_their_shape(self) -> None:
        assert shapes_hold(self.card.memory.layout, self.card.memory.contents)


TestCardUnderRandomUse = CardUnderRandomUse.TestCase
TestCardUnderRandomUse.settings = settings(max_examples=40, stateful_step_count=25, deadline=None)


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
