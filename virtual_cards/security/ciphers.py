"""The two block ciphers of the card and the numbers that follow from their block size.

The card names its cipher by one byte in the FCI (``9F0C`` template ``86``): ``01`` is the DES family,
``03`` is SM4 (facts: card.md §3.2, §9.2). Every rule of §9.3 and §9.4 depends only on the block size,
so the rest of the code asks an :class:`Algorithm` and never names a cipher. SSF33 (``02``) is unpublished
and absent by decision (§21 Q24).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.primitives.ciphers import Cipher, modes
from cryptography.hazmat.primitives.ciphers.algorithms import SM4

if TYPE_CHECKING:
    from collections.abc import Callable

    from cryptography.hazmat.primitives.ciphers import BlockCipherAlgorithm, CipherContext

__all__ = ["ALGORITHMS", "SM4_ALGORITHM", "TRIPLE_DES", "Algorithm", "algorithm_by_id"]


@dataclass(frozen=True, slots=True)
class Algorithm:
    """A block cipher as the card uses it: identifier byte, block and session-key size, ECB and CBC."""

    identifier: int
    name: str
    block_size: int
    session_key_size: int
    """Bytes of a session key: 8 (single DES) or 16 (facts: card.md §9.4)."""
    cipher: Callable[[bytes], BlockCipherAlgorithm]

    def encrypt_blocks(self, key: bytes, blocks: bytes) -> bytes:
        """Encipher whole blocks in ECB mode.

        Args:
            key: 16 bytes, or 8 bytes for single DES.
            blocks: a multiple of :attr:`block_size` bytes.
        """
        if len(blocks) % self.block_size:  # a rest would stay in the kept context and spoil the next call
            raise ValueError(f"{len(blocks)} bytes are not whole blocks of {self.block_size}")
        return _ecb_encryptor(self, key).update(blocks)

    def decrypt_blocks(self, key: bytes, blocks: bytes) -> bytes:
        """Decipher whole blocks in ECB mode (arguments as :meth:`encrypt_blocks`)."""
        return Cipher(self.cipher(key), modes.ECB()).decryptor().update(blocks)  # noqa: S305 - the standard's mode

    def cbc_last_block(self, key: bytes, blocks: bytes, initial: bytes | None = None) -> bytes:
        """Return the last block of CBC encipherment, by default from a zero initial value (card.md §9.4)."""
        context = Cipher(self.cipher(key), modes.CBC(initial or bytes(self.block_size))).encryptor()
        return context.update(blocks)[-self.block_size :]


@lru_cache(maxsize=4096)
def _ecb_encryptor(algorithm: Algorithm, key: bytes) -> CipherContext:
    """Keep the ECB contexts of recent keys: setting one up costs ten times a block (ECB carries no state)."""
    return Cipher(algorithm.cipher(key), modes.ECB()).encryptor()  # noqa: S305 - the standard's mode


def _triple_des(key: bytes) -> BlockCipherAlgorithm:
    """Two-key triple DES of 16 bytes, or single DES of 8 bytes as triple DES of one key three times."""
    if len(key) not in (8, 16):
        raise ValueError(f"a key of {len(key)} bytes for 3DES")
    return TripleDES(key * 3 if len(key) == 8 else key + key[:8])


TRIPLE_DES = Algorithm(identifier=0x01, name="3DES", block_size=8, session_key_size=8, cipher=_triple_des)
SM4_ALGORITHM = Algorithm(identifier=0x03, name="SM4", block_size=16, session_key_size=16, cipher=SM4)

ALGORITHMS = {algorithm.identifier: algorithm for algorithm in (TRIPLE_DES, SM4_ALGORITHM)}


def algorithm_by_id(identifier: int) -> Algorithm:
    """Return the algorithm with this FCI identifier byte; ``KeyError`` when the project has none."""
    return ALGORITHMS[identifier]
