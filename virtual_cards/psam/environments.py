"""The algorithm environments of a PSAM and the names of its applications (card.md §3.1, terminal.md §7).

One PSAM may serve several ciphers. Each cipher has its own directory, named ``sx1`` (3DES), ``sx2`` (SSF33,
unpublished: absent here) or ``sx3`` (SM4, seen once) before the text ``.sh.社会保障``; the same application
``DF01`` with its key files lies inside each.
"""

from __future__ import annotations

from dataclasses import dataclass

from onecard.virtual_cards.security.ciphers import SM4_ALGORITHM, TRIPLE_DES, Algorithm

__all__ = ["APPLICATION_AID", "APPLICATION_FID", "ENVIRONMENTS", "MASTER_FILE_FID", "Environment"]

MASTER_FILE_FID = 0x3F00
APPLICATION_FID = 0xDF01
APPLICATION_AID = bytes.fromhex("D15600000590")
_NAME_TAIL = ".sh.社会保障".encode("gbk")


@dataclass(frozen=True, slots=True)
class Environment:
    """One algorithm environment.

    Args:
        label: short name, ``"sx1"``.
        name: DF name for SELECT, 15 bytes.
        fid: file identifier of its directory.
        algorithm: cipher of all keys inside.
    """

    label: str
    name: bytes
    fid: int
    algorithm: Algorithm


ENVIRONMENTS = (
    Environment("sx1", b"sx1" + _NAME_TAIL, MASTER_FILE_FID, TRIPLE_DES),  # [S-d]
    # The file identifier of sx3 is not public: DDF3, by the pattern of sx2's DDF1 -> project choice [P].
    Environment("sx3", b"sx3" + _NAME_TAIL, 0xDDF3, SM4_ALGORITHM),  # [1]
)

BEIJING_CARD_ID_FIRST_BYTE = 0x11
"""INITIALIZE ENVIRONMENT with this first byte of the card id asks for SSF33 (card.md §14)."""
