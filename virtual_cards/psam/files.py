"""The files of a PSAM (facts: card.md §14, terminal.md §7).

Transparent files are bytes, ``0001`` is a file of records; all of these are free to read. The key files
``0011`` to ``0013`` can be selected and written to with CREATE and CHANGE KEY, never read. ``0019`` is no
stored file: it shows the terminal serial.
"""

from __future__ import annotations

from dataclasses import dataclass

from onecard.virtual_cards.iso7816.tlv import ber
from onecard.virtual_cards.psam.environments import APPLICATION_AID

__all__ = [
    "KEY_FILES",
    "TERMINAL_NUMBER_FILE",
    "TERMINAL_SERIAL_FILE",
    "FileContents",
    "PsamIdentity",
    "application_files",
    "environment_files",
    "key_file_of",
]

FileContents = bytes | tuple[bytes, ...]
"""A transparent file, or records in the order of their numbers."""

TERMINAL_NUMBER_DIGITS = 12
TERMINAL_NUMBER_FILE = 0x0016
TERMINAL_SERIAL_FILE = 0x0019

KEY_FILES = (0x0011, 0x0012, 0x0013)
"""National, provincial, prefecture key file, as ``001A`` to ``001C`` for the information of each level."""

_KEY_RANGES = (
    (range(0x08, 0x10), 0x0011),
    (range(0x10, 0x18), 0x0012),
    (range(0x18, 0x20), 0x0013),
    (range(0x20, 0x40), 0x0011),
    (range(0x40, 0x80), 0x0012),
    (range(0x80, 0xC0), 0x0013),
)
"""Key ids of each level (card.md §9.1)."""

_DIRECTORY_LABEL = "PSAM"


@dataclass(frozen=True, slots=True)
class PsamIdentity:
    """What a PSAM says of itself.

    Args:
        area_code: issuing area, 6 digits.
        serial: the PSAM's serial, up to 20 digits.
        terminal_number: 6 digits issuing area, 6 digits assigned by the PSAM's issuer.
        valid_from: ``YYYYMMDD``.
        valid_until: ``YYYYMMDD``.

    Raises:
        ValueError: a field is not digits of the right number.
    """

    area_code: str
    serial: str
    terminal_number: str
    valid_from: str = "20100101"
    valid_until: str = "20991231"

    def __post_init__(self) -> None:
        for field, digits in (
            ("area_code", 6),
            ("terminal_number", TERMINAL_NUMBER_DIGITS),
            ("valid_from", 8),
            ("valid_until", 8),
        ):
            value = getattr(self, field)
            if len(value) != digits or not (value.isascii() and value.isdigit()):
                raise ValueError(f"PSAM {field} {value!r} is not {digits} digits")
        if not (0 < len(self.serial) <= 20 and self.serial.isascii() and self.serial.isdigit()):
            raise ValueError(f"PSAM serial {self.serial!r} is not 1 to 20 digits")

    def historical_bytes(self) -> bytes:
        """Build the 13 historical bytes: chip, COS, maker, area (4 digits), serial (card.md §8.1)."""
        return bytes.fromhex("0081544C008684" + self.area_code[:4] + self.serial.rjust(8, "0")[-8:])


def key_file_of(identifier: int) -> int | None:
    """Return the key file that a key id belongs to; ``None`` for the PSAM's own ids ``00`` to ``07``.

    Raises:
        ValueError: no level has this id.
    """
    if 0 <= identifier < 0x08:
        return None
    for identifiers, file in _KEY_RANGES:
        if identifier in identifiers:
            return file
    raise ValueError(f"PSAM key id {identifier:02X} belongs to no level: 00 to BF are allowed")


def environment_files(identity: PsamIdentity) -> dict[int, FileContents]:
    """Return the elementary files under MF and under each environment, by file identifier."""
    public_information = bytes.fromhex("01" + identity.serial.rjust(20, "0") + "01" + "01" + "0000")
    directory = ber(0x61, ber(0x4F, APPLICATION_AID) + ber(0x50, _DIRECTORY_LABEL.encode("ascii")))
    return {
        0x0001: (directory,),
        0x0015: public_information,
        TERMINAL_NUMBER_FILE: bytes.fromhex(identity.terminal_number),
    }


def application_files(identity: PsamIdentity) -> dict[int, FileContents]:
    """Return the elementary files under the application, by file identifier."""
    # Purchase key index, version of the authentication keys, start date, end date.
    level_information = bytes.fromhex("01" + "01" + identity.valid_from + identity.valid_until)
    return {0x001A: level_information, 0x001B: level_information, 0x001C: level_information}
