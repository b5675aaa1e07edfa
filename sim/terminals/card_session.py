"""The procedures of a driver with one card, from power-up to removal (terminal.md §4, card.md §11, §12).

The session remembers what the card remembers: which application and file are selected, which rights were
obtained. It asks the card for nothing twice: a right that is held is not obtained again, and changing the
application drops the rights of keys but keeps the PIN, as in the card (card.md §11).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from onecard.sim.terminals.catalogue import Catalogue, FileEntry, catalogue_for
from onecard.sim.terminals.codes import TerminalError, code_of_status
from onecard.sim.terminals.security_module import CardFactors, SecurityModule
from onecard.virtual_cards.iso7816.atr import historical_bytes_of
from onecard.virtual_cards.iso7816.status import (
    AUTHENTICATION_LOCKED,
    FILE_NOT_FOUND,
    RECORD_NOT_FOUND,
    SUCCESS,
    TRIES_LEFT,
)
from onecard.virtual_cards.layouts.access import PIN
from onecard.virtual_cards.security.key_table import key_row

if TYPE_CHECKING:
    from collections.abc import Iterable

    from onecard.sim.terminals.transport import Channel, Frame
    from onecard.virtual_cards.layouts.access import Access

__all__ = ["CardSession", "PinPad", "PinPolicy"]

PinPad = Callable[[int], str | None]
"""Asked for the PIN with the attempt's number, from 1; returns digits, or None when the holder cancels."""

WRONG_CARD_TYPE = -1
UNSUPPORTED = -13
BAD_CARD_ID = -20
NOT_GENUINE = -21
NO_PSAM = -2201
PIN_CANCELLED = -31
PIN_LENGTH = -33
PIN_WRONG = -51
PIN_LOCKED = -52
RIGHT_NOT_OBTAINABLE = -27010

_GET_CHALLENGE: Frame = [0x00, 0x84, 0x00, 0x00, 0x08]
_QUERY_PIN: Frame = [0x00, 0x20, 0x00, 0x00, 0x00]
_ALGORITHM_OBJECT = bytes.fromhex("9F0C038601")
_DES, _SSF33 = 1, 2
_BEIJING = "11"
_CARD_ID_DIGITS = 32
_SHORTEST_PIN, _LONGEST_PIN = 4, 16
_FACTOR_SIZE = 8


class PinPolicy:
    """How often a terminal lets the holder try.

    Args:
        attempts: PIN entries at most in one dialogue.
        spare_last_try: end the dialogue instead of using up the card's last try.
    """

    __slots__ = ("attempts", "spare_last_try")

    def __init__(self, attempts: int = 3, *, spare_last_try: bool = False) -> None:
        self.attempts = attempts
        self.spare_last_try = spare_last_try


class CardSession:
    """One card in one terminal.

    Args:
        channel: the powered slot.
        module: the terminal's PSAM, if it has one.
        pin_pad: the PIN pad, if there is one.
        pin_policy: limits of PIN entry.
    """

    __slots__ = (
        "_adf",
        "_channel",
        "_file",
        "_module",
        "_pin_pad",
        "_pin_policy",
        "_rights",
        "algorithm",
        "area_code",
        "card_id",
        "catalogue",
        "data",
        "factors",
        "historical",
        "pin_attempts",
        "spec_version",
        "terminal_number",
    )

    def __init__(
        self,
        channel: Channel,
        *,
        module: SecurityModule | None,
        pin_pad: PinPad | None,
        pin_policy: PinPolicy,
    ) -> None:
        self._channel = channel
        self._module = module
        self._pin_pad = pin_pad
        self._pin_policy = pin_policy
        self._adf = ""
        self._file = ""
        self._rights: set[str] = set()
        self.historical: Frame = []
        self.algorithm = 0
        self.spec_version = ""
        self.card_id = ""
        self.area_code = ""
        self.factors: CardFactors | None = None
        self.catalogue: Catalogue = catalogue_for("")
        self.terminal_number = ""
        self.pin_attempts = 0
        self.data: dict[str, str] = {}

    # -- selection and identity (terminal.md §4.1) ---------------------------------------------------------

    def take_reset_answer(self, atr: Frame) -> None:
        """Take the historical bytes from the answer to reset; -1 if no card of the standard gives it."""
        try:
            self.historical = list(historical_bytes_of(bytes(atr)))
        except ValueError as error:
            raise TerminalError(WRONG_CARD_TYPE) from error
        if len(self.historical) < _FACTOR_SIZE:
            raise TerminalError(WRONG_CARD_TYPE)

    def select_environment(self) -> None:
        """SELECT SSSE and take the algorithm from the FCI; also to select it again."""
        fci, sw = self._channel.exchange(self.catalogue.select["SSSE"])
        if sw != SUCCESS:
            raise TerminalError(WRONG_CARD_TYPE if sw == FILE_NOT_FOUND else code_of_status(sw), sw=sw)
        self._file = ""
        if self._adf == "SSSE":
            return
        self._enter_state("SSSE")
        content = bytes(fci)
        at = content.find(_ALGORITHM_OBJECT)
        self.algorithm = content[at + 5] if 0 <= at < len(content) - 5 else 0

    def identify(self) -> None:
        """Read card id, specification version and card number from EF05; the factors follow from them."""
        self.read("SSSEEF05", ("01", "03", "07"))
        card_id, self.spec_version = self.data["01"], self.data["03"]
        if len(card_id) > _CARD_ID_DIGITS or not card_id[:6].isdigit():
            raise TerminalError(BAD_CARD_ID)
        self.card_id = self.data["01"] = card_id.ljust(_CARD_ID_DIGITS, "F")
        self.area_code = card_id[:6]
        self.factors = CardFactors(self.historical, self.area_code)
        self.catalogue = catalogue_for(self.spec_version)
        if not self.algorithm:  # no object in the FCI: by area (terminal.md §4.1)
            self.algorithm = _SSF33 if self.area_code.startswith(_BEIJING) else _DES

    # -- authentication ------------------------------------------------------------------------------------

    def authenticate_card(self) -> None:
        """Send INTERNAL AUTHENTICATE and compare with the PSAM's result: -21 when they differ."""
        original, random = self._two_challenges()
        result = self._channel.expect([0x00, 0x88, 0x00, 0x00, 0x10, *random, *original])
        if result != self._compute("IRK", random, original):
            raise TerminalError(NOT_GENUINE)

    def authorise(self, key_name: str) -> None:
        """EXTERNAL AUTHENTICATE with one key, in its application; nothing if the right is held."""
        if key_name in self._rights:
            return
        key = self.catalogue.key(key_name)
        self._enter(key.adf)
        original, random = self._two_challenges()
        result = self._compute(key_name, random, original)
        self._channel.expect([0x00, 0x82, 0x00, key.p2, 0x10, *result, *original])
        self._rights.add(key_name)

    def _two_challenges(self) -> tuple[Frame, Frame]:
        """First value: original data; second, the latest: session input (card.md §11, §12.3)."""
        exchange = self._channel.expect
        return exchange(_GET_CHALLENGE), exchange(_GET_CHALLENGE)

    def _compute(self, key_name: str, random: Frame, original: Frame) -> Frame:
        if self._module is None:
            raise TerminalError(NO_PSAM)
        if self.factors is None:
            raise TerminalError(BAD_CARD_ID)
        return self._module.authentication_data(
            self.algorithm, key_row(key_name), self.factors, random, original
        )

    # -- PIN (card.md §12.1, terminal.md §4.6 iVerifyPIN) --------------------------------------------------

    def verify_pin(self) -> None:
        """Ask the card whether a PIN is set, then the holder for it, until right or no longer allowed."""
        if PIN in self._rights:
            return
        tries = self._tries_left()
        while tries is not None:
            tries = self._try_pin(tries)
        self._rights.add(PIN)

    def _tries_left(self) -> int | None:
        """VERIFY with Lc = 0: remaining tries, None when the card has no PIN."""
        _, sw = self._channel.exchange(_QUERY_PIN)
        if sw == SUCCESS:
            return None
        if sw in (AUTHENTICATION_LOCKED, TRIES_LEFT):
            raise TerminalError(PIN_LOCKED, sw=sw, tries_left=0)
        if sw & 0xFFF0 != TRIES_LEFT:
            raise TerminalError(code_of_status(sw), sw=sw)
        return sw & 0x0F

    def _try_pin(self, tries: int) -> int | None:
        """One entry: None when the PIN was right, else the tries that remain."""
        policy = self._pin_policy
        if self.pin_attempts >= policy.attempts or (tries == 1 and policy.spare_last_try):
            raise TerminalError(PIN_WRONG, sw=TRIES_LEFT | tries, tries_left=tries)
        if self._pin_pad is None:
            raise TerminalError(UNSUPPORTED, reason="terminal-no-pin-pad")
        self.pin_attempts += 1
        pin = self._pin_pad(self.pin_attempts)
        if pin is None:
            raise TerminalError(PIN_CANCELLED, tries_left=tries)
        _, sw = self._channel.exchange(_verify_frame(pin))
        if sw == SUCCESS:
            return None
        if sw == AUTHENTICATION_LOCKED:
            raise TerminalError(PIN_LOCKED, sw=sw, tries_left=0)
        if sw & 0xFFF0 != TRIES_LEFT:
            raise TerminalError(code_of_status(sw), sw=sw)
        if sw == TRIES_LEFT:
            raise TerminalError(PIN_WRONG, sw=sw, tries_left=0, reason="pin-locked")
        return sw & 0x0F

    # -- files (terminal.md §4.4, §4.6 iReadCard, iWriteCard) ----------------------------------------------

    def read(self, file: str, items: Iterable[str] = (), *, by: str = "key") -> None:
        """Read items, or the whole file, into :attr:`data`, after obtaining the right to.

        Args:
            file: ``"DF04EF05"``.
            items: tags; none for the whole file.
            by: which right to use where the file leaves the choice, ``"key"`` or ``"pin"``.
        """
        entry = self.catalogue.file(file)
        self._open(entry, entry.read, by)
        if entry.structure == "transparent":
            self._read_binary(entry)
        elif entry.structure == "cyclic":
            self._read_cyclic(entry)
        else:
            self._read_items(entry, items or entry.items)

    def _read_items(self, entry: FileEntry, items: Iterable[str]) -> None:
        expect, data = self._channel.expect, self.data
        for name in items:
            item = entry.item(name)
            data[name] = item.text(expect(item.read))

    def _read_cyclic(self, entry: FileEntry) -> None:
        for number, frame in enumerate(entry.frames, start=1):
            record, sw = self._channel.exchange(frame)
            if sw == RECORD_NOT_FOUND:
                return
            if sw != SUCCESS:
                raise TerminalError(code_of_status(sw), sw=sw)
            self.data[f"{entry.name}:{number:02d}"] = entry.record_text(record)

    def _read_binary(self, entry: FileEntry) -> None:
        content: Frame = []
        for frame in entry.frames:
            content += self._channel.expect(frame)
        self.data[entry.name] = bytes(content).hex().upper()

    def read_basic_data(self) -> None:
        """Read what ``iReadCardBas`` returns; on 3.00 with RKSSSE, on 1.00 without the name extension."""
        items = self.catalogue.file("SSSEEF06").items
        if self.catalogue.version == "3.00":
            self.authorise("RKSSSE")
        self.read("SSSEEF05", ("03", "05", "06"))
        self.read("SSSEEF06", ("08", "09", "4E") if "4E" in items else ("08", "09"))
        if self._module is None:
            raise TerminalError(NO_PSAM)
        self.terminal_number = self._module.terminal_number(self.algorithm)

    def update(self, file: str, values: Mapping[str, str]) -> None:
        """Write items of a linear file with UPDATE RECORD, after obtaining the right to."""
        entry = self.catalogue.file(file)
        frames = [entry.item(name).update(text) for name, text in values.items()]
        self._open(entry, entry.write, "key")
        for frame in frames:
            self._channel.expect(frame)

    def append(self, file: str, fields: list[str]) -> None:
        """Append a record to a cyclic file, after obtaining the right to."""
        entry = self.catalogue.file(file)
        frame = entry.append(fields)
        self._open(entry, entry.write, "key")
        self._channel.expect(frame)

    def _open(self, entry: FileEntry, access: Access, by: str) -> None:
        """Obtain the rights that a file asks for and select it."""
        needed = self._choose(access, by)
        if PIN in needed:
            self.verify_pin()
        self._enter(entry.adf)
        for right in sorted(needed - {PIN}):
            self.authorise(right)
        if self._file != entry.name:
            self._channel.expect(entry.select)
            self._file = entry.name

    def _choose(self, access: Access, by: str) -> frozenset[str]:
        """Pick one of the alternatives of an access condition: PIN or key as asked, if there is a choice."""
        if not access.alternatives:
            raise TerminalError(RIGHT_NOT_OBTAINABLE)
        with_pin = by == "pin"
        for needed in access.alternatives:
            if (PIN in needed) == with_pin:
                return needed
        return access.alternatives[0]

    def _enter(self, adf: str) -> None:
        if self._adf == adf:
            return
        self._channel.expect(self.catalogue.select[adf])
        self._enter_state(adf)

    def _enter_state(self, adf: str) -> None:
        self._adf = adf
        self._file = ""
        self._rights &= {PIN}


def _verify_frame(pin: str) -> Frame:
    """Build VERIFY: packed digits, odd count filled with F (card.md §10); other lengths are -33."""
    if not (_SHORTEST_PIN <= len(pin) <= _LONGEST_PIN and pin.isascii() and pin.isdigit()):
        raise TerminalError(PIN_LENGTH)
    packed = bytes.fromhex(pin + "F" * (len(pin) % 2))
    return [0x00, 0x20, 0x00, 0x00, len(packed), *packed]
