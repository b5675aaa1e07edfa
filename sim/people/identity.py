"""Identity numbers of people who do not exist (card.md §6.4, GB 11643).

The mark of synthetic numbers. A number is valid: an area code of 2019, a date of birth, a sequence, the check
character. The sequence is dealt from the top: the first male of an area and day gets 999, the next 997, the
first female 998, the next 996. Real registration offices hand out sequences from the bottom, so synthetic
numbers lie where real ones are least likely. They are still not guaranteed to be nobody's: never use them
outside a test.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from onecard.sim.people.digits import blockwise, digit_matrix, text_column

if TYPE_CHECKING:
    import numpy.typing as npt

    from onecard.sim.people.pyramid import Int64Array

__all__ = ["check_character", "identity_number", "identity_numbers", "sequence"]

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK = "10X98765432"
_POWERS = np.array([10 ** (16 - place) for place in range(17)], dtype=np.int64)
_WEIGHT_ARRAY = np.array(_WEIGHTS, dtype=np.int64)
_CHECK_ARRAY = np.frombuffer(_CHECK.encode(), dtype=np.uint8)


def check_character(body: str) -> str:
    """Return the check character of the first 17 digits (ISO 7064 MOD 11-2).

    Args:
        body: 17 digits.
    """
    return _CHECK[sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, body, strict=True)) % 11]


def sequence(male: bool, earlier: int) -> int:
    """Return the sequence of the next male or female after ``earlier`` ones of the same area and day."""
    return (999 if male else 998) - 2 * earlier


def identity_number(area_code: str, birth_date: int, number: int) -> str:
    """Build one identity number.

    Args:
        area_code: GB/T 2260, six digits.
        birth_date: YYYYMMDD.
        number: sequence, 1 to 999.
    """
    body = f"{area_code}{birth_date}{number:03d}"
    total = 0
    for weight, digit in zip(_WEIGHTS, body.encode(), strict=True):
        total += weight * (digit - 48)
    return body + _CHECK[total % 11]


@blockwise
def identity_numbers(
    area_codes: Int64Array, birth_dates: Int64Array, sequences: Int64Array
) -> npt.NDArray[np.bytes_]:
    """Array form of :func:`identity_number`: 18 ASCII characters each."""
    digits = digit_matrix(area_codes * 10**11 + birth_dates * 1000 + sequences, 17, spare=1)
    remainder = (digits[:, :17].astype(np.int16) @ _WEIGHT_ARRAY.astype(np.int16)) % 11
    digits += 48
    digits[:, 17] = _CHECK_ARRAY[remainder]
    return text_column(digits)
