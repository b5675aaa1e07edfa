"""Who may send a message here: signatures, the gateway's headers, and how old a message may be.

Theory of operation. An institution signs the envelope (:mod:`~onecard.sim.serving.signatures`). A tier of
another process signs the bytes that it forwards with its own key, in headers, because what it forwards is the
institution's envelope and may differ from what the institution signed. Where signatures are optional, whoever
signs must sign rightly, and whoever does not is let in: in some provinces ``cainfo`` holds something else,
and ``signtype`` values such as ``MOCK`` are seen (settlement.md §1.1), so only our two algorithms count as
signed.

The x-tif profile (§1.4) is a switch of its own: the headers of the gateway in front of a real platform, with
a window of 180 seconds and a memory of nonces.

What a sender may say to a tier is :mod:`~onecard.sim.serving.roles`. That an institution exists is the tier's
business; so is a message number that comes twice. A message from another key than its institution's does not
verify.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections import OrderedDict
from typing import TYPE_CHECKING

import msgspec

from onecard.sim.serving.host import HostRefusedError
from onecard.sim.serving.signatures import SIGNTYPES, SM2, SM3_HMAC, sign, signed_text, verify
from onecard.sim.settlement.messages.reasons import Reason

if TYPE_CHECKING:
    from collections.abc import Mapping

    from onecard.sim.serving.clock import Clock
    from onecard.sim.serving.keys import KeyRing

__all__ = ["TIER_HEADERS", "Door", "Gateway", "Head", "tier_headers", "x_tif_signature"]

WINDOW_US = 180_000_000
NONCE = re.compile(rb"[0-9A-Za-z_-]{10,20}")
MOST_NONCES = 200_000
TIER_HEADERS = (b"x-onecard-tier", b"x-onecard-signature")


class Head(msgspec.Struct):
    """What the host itself reads of an envelope; anything that is no text is for the tier to refuse."""

    infno: str | None = None
    msgid: str | None = None
    fixmedins_code: str | None = None
    mdtrtarea_admvs: str | None = None
    inf_time: str | None = None
    signtype: str | None = None
    cainfo: str | None = None


def tier_headers(sender: str, body: bytes, keys: KeyRing) -> dict[str, str]:
    """Return the headers with which a tier signs what it sends to another process."""
    own = keys.of(sender)
    name, signature = (header.decode() for header in TIER_HEADERS)
    return {name: sender} | ({} if own is None else {signature: sign(body, SM3_HMAC, own)})


def x_tif_signature(timestamp: bytes, token: bytes, nonce: bytes) -> str:
    """Return the signature of the x-tif headers (settlement.md §1.4)."""
    return hashlib.sha256(timestamp + token + nonce + timestamp).hexdigest()


class Gateway:
    """The x-tif profile. The token of a sender is its SM3-HMAC key in hex."""

    def __init__(self, keys: KeyRing, clock: Clock) -> None:
        self._keys = keys
        self._clock = clock
        self._nonces: OrderedDict[tuple[bytes, bytes], int] = OrderedDict()

    def check(self, head: Head, headers: Mapping[bytes, bytes]) -> None:
        """Refuse a request whose headers are missing, wrong, old or seen before."""
        sender, timestamp, nonce, signature = (
            headers.get(b"x-tif-" + name, b"") for name in (b"paasid", b"timestamp", b"nonce", b"signature")
        )
        if not (sender and timestamp and nonce and signature):
            raise HostRefusedError(Reason.SIGNATURE_MISSING, "x-tif headers")
        keys = self._keys.of(sender.decode("latin-1"))
        if keys is None or not timestamp.isdigit() or len(timestamp) > 12 or not NONCE.fullmatch(nonce):
            raise HostRefusedError(Reason.SIGNATURE_WRONG, "x-tif headers")
        expected = x_tif_signature(timestamp, keys.hmac.hex().encode(), nonce)
        if not hmac.compare_digest(expected.encode(), signature.lower()):
            raise HostRefusedError(Reason.SIGNATURE_WRONG, "x-tif-signature")
        if sender.decode("latin-1") != head.fixmedins_code:
            raise HostRefusedError(Reason.SIGNATURE_WRONG, "x-tif-paasid is not fixmedins_code")
        now_us = self._now_us(head)
        if abs(self._clock.from_unix(int(timestamp)) - now_us) > WINDOW_US:
            raise HostRefusedError(Reason.MESSAGE_STALE, "x-tif-timestamp")
        self._remember(sender, nonce, now_us)

    def _now_us(self, head: Head) -> int:
        said_us = self._clock.read(head.inf_time or "") if self._clock.follows_messages else None
        return self._clock.now_us() if said_us is None else said_us

    def _remember(self, sender: bytes, nonce: bytes, now_us: int) -> None:
        while self._nonces and next(iter(self._nonces.values())) < now_us:
            self._nonces.popitem(last=False)
        if (sender, nonce) in self._nonces:
            raise HostRefusedError(Reason.MESSAGE_STALE, "x-tif-nonce was used before")
        if len(self._nonces) >= MOST_NONCES:
            raise HostRefusedError(Reason.BUSY, "too many nonces")
        self._nonces[sender, nonce] = now_us + 2 * WINDOW_US


class Door:
    """Lets messages in, or refuses them.

    Args:
        keys: of institutions and tiers.
        required: whether every message must be signed.
        clock: says the time.
        gateway: the x-tif profile, or None.
    """

    def __init__(
        self, keys: KeyRing, *, required: bool, clock: Clock, gateway: Gateway | None = None
    ) -> None:
        self.keys = keys
        self.required = required
        self._clock = clock
        self._gateway = gateway

    def check(self, head: Head, body: bytes, headers: Mapping[bytes, bytes]) -> str | None:
        """Let a message in.

        Returns:
            The tier that sends it; None if it is an institution.

        Raises:
            HostRefusedError: it is not signed, wrongly signed, or too old.
        """
        name = headers.get(TIER_HEADERS[0])
        if name is not None:
            sender = name.decode("latin-1")
            self._check_tier(sender, headers.get(TIER_HEADERS[1]), body)
            return sender
        self._check_institution(head, body, headers)
        return None

    def _check_institution(self, head: Head, body: bytes, headers: Mapping[bytes, bytes]) -> None:
        if self._gateway is not None:
            self._gateway.check(head, headers)
        if head.signtype not in SIGNTYPES or not head.cainfo:
            if self.required:
                raise HostRefusedError(
                    Reason.SIGNATURE_MISSING, f"cainfo, signtype: {' or '.join(SIGNTYPES)}"
                )
            return
        keys = self.keys.of(head.fixmedins_code or "", sm2=head.signtype == SM2)
        if keys is None or not verify(signed_text(body), head.signtype, head.cainfo, keys):
            raise HostRefusedError(Reason.SIGNATURE_WRONG, head.signtype)
        if self.required and not self._clock.follows_messages:
            self._check_age(head)

    def _check_tier(self, sender: str, signature: bytes | None, body: bytes) -> None:
        if signature is None:
            if self.required:
                raise HostRefusedError(Reason.SIGNATURE_MISSING, "of the tier")
            return
        keys = self.keys.of(sender)
        if keys is None or not verify(body, SM3_HMAC, signature.decode("latin-1"), keys):
            raise HostRefusedError(Reason.SIGNATURE_WRONG, "of the tier")

    def _check_age(self, head: Head) -> None:
        said_us = self._clock.read(head.inf_time or "")
        if said_us is None or abs(said_us - self._clock.now_us()) > WINDOW_US:
            raise HostRefusedError(Reason.MESSAGE_STALE, "inf_time")
