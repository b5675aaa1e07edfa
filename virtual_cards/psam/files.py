"""The transparent files of a PSAM (facts: card.md §14, terminal.md §7). All are free to read."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["PsamIdentity", "application_files", "environment_files"]

TERMINAL_NUMBER_DIGITS = 12


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


def environment_files(identity: PsamIdentity) -> dict[int, bytes]:
    """Return the elementary files under MF and under each environment, by file identifier."""
    public_information = bytes.fromhex("01" + identity.serial.rjust(20, "0") + "01" + "01" + "0000")
    return {0x0015: public_information, 0x0016: bytes.fromhex(identity.terminal_number)}


def application_files(identity: PsamIdentity) -> dict[int, bytes]:
    """Return the elementary files under the application, by file identifier."""
    level_information = bytes.fromhex("01" + "01" + identity.valid_from + identity.valid_until)
    return {
        0x0019: bytes(4),
        0x001A: level_information,
        0x001B: level_information,
        0x001C: level_information,
    }
