"""Give a card its bank application: account and holder → records, certificates, keys, electronic cash.

Records, certificates and keys are the card's; applications and their structure are shared by all cards of a
kind (``applications``). Keys derive from the issuer's published test master keys (``issuer``).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING

from onecard.virtual_cards.iso7816.tlv import ber
from onecard.virtual_cards.payment import certificates
from onecard.virtual_cards.payment.applications import (
    RECORD_TEMPLATE,
    payment_applications,
    payment_rules,
    references,
)
from onecard.virtual_cards.payment.cryptograms import CIPHERS, card_key
from onecard.virtual_cards.payment.data_objects import MOST_FEN
from onecard.virtual_cards.payment.document import encode_objects, payment_document
from onecard.virtual_cards.payment.issuer import CRYPTOGRAM_KEY, SCRIPT_KEY, issuer_master_key
from onecard.virtual_cards.payment.state import PaymentState
from onecard.virtual_cards.personalisation.profile import PersonalisationError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from onecard.virtual_cards.chip.memory import CardMemory

__all__ = ["PaymentProfile", "equip_payment"]

ALGORITHMS: Mapping[str, int] = MappingProxyType({"3DES": 0x01, "SM4": 0x04})
_APPLICATION_VERSIONS: Mapping[str, bytes] = MappingProxyType({"2.00": b"\x00\x20", "3.00": b"\x00\x30"})
_SM4_FROM = "3.00"
_PAN_LENGTHS = range(12, 20)
_NAME_ENCODING = "gbk"
_NAME_SIZE, _LONG_NAME_SIZE = 26, 45
_SIGNED_SFI = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentProfile:
    """What the bank knows before it personalises a card."""

    pan: str
    """Account number, 12 to 19 digits."""
    expiry: str
    """``"YYYYMMDD"``."""
    effective: str
    """``"YYYYMMDD"``."""
    name: str
    """Cardholder's name; GBK, at most 45 bytes."""
    psn: str = "01"
    """Sequence number of the card among those of the account, two digits."""
    service_code: str = "220"
    algorithm: str = "3DES"
    """``"3DES"``, or ``"SM4"`` on version 3.00."""
    electronic_cash: bool = True
    balance_fen: int = 0
    ceiling_fen: int = 100_000
    transaction_limit_fen: int = 100_000
    reset_threshold_fen: int = 0


def equip_payment(memory: CardMemory, profile: PaymentProfile) -> None:
    """Put the bank application on a card, or another in place of the one that it has.

    Args:
        memory: the card, of version 2.00 (contact) or 3.00 (both faces).
        profile: account, holder, limits.

    Raises:
        PersonalisationError: a value does not fit; nothing is changed.
    """
    _check(memory, profile)
    state = _state(profile)
    applications = payment_applications(
        contactless=memory.layout.contactless, electronic_cash=profile.electronic_cash
    )
    fields = _fields(memory.layout.version, profile)
    structures = {document.name: document for document in payment_document().application}
    for application in applications:
        for file, document in zip(application.files, structures[application.name].ef, strict=True):
            memory.contents.pop(file.path, None)
            if document.personal:
                memory.contents[file.path] = tuple(
                    ber(RECORD_TEMPLATE, encode_objects(record, fields)) for record in document.records
                )
    memory.payment_applications = applications
    memory.payment = state


def _state(profile: PaymentProfile) -> PaymentState:
    algorithm = ALGORITHMS[profile.algorithm]
    cipher = CIPHERS[algorithm]
    keys = [
        card_key(cipher, issuer_master_key(name, algorithm), profile.pan, profile.psn)
        for name in (CRYPTOGRAM_KEY, SCRIPT_KEY)
    ]
    return PaymentState(
        balance=profile.balance_fen,
        ceiling=profile.ceiling_fen,
        transaction_limit=profile.transaction_limit_fen,
        reset_threshold=profile.reset_threshold_fen,
        electronic_cash=profile.electronic_cash,
        algorithm=algorithm,
        cryptogram_key=keys[0],
        script_key=keys[1],
    )


@lru_cache(maxsize=8)  # signing is what takes time, and test cards are made by the thousand
def _fields(version: str, profile: PaymentProfile) -> Mapping[str, bytes]:
    """Work out every field that the records of ``application.toml`` name."""
    month_year = profile.expiry[4:6] + profile.expiry[2:4]
    certificate, remainder = certificates.issuer_certificate(profile.pan[:8], "1249")
    name = profile.name.encode(_NAME_ENCODING)
    fields = {
        "track_2": _track_2(profile),
        "name": name if len(name) <= _NAME_SIZE else b"",
        "long_name": name if len(name) > _NAME_SIZE else b"",
        "pan": bytes.fromhex(profile.pan + "F" * (len(profile.pan) % 2)),
        "psn": bytes.fromhex(profile.psn),
        "expiry": bytes.fromhex(profile.expiry[2:]),
        "effective": bytes.fromhex(profile.effective[2:]),
        "service_code": bytes.fromhex("0" + profile.service_code),
        "application_version": _APPLICATION_VERSIONS[version],
        "authority_index": certificates.authority_index(),
        "issuer_certificate": certificate,
        "issuer_remainder": remainder,
        "issuer_exponent": certificates.public_exponent(),
        "card_exponent": certificates.public_exponent(),
    }
    for prefix, afl in (("debit", "standard_debit"), ("cash", "electronic_cash")):
        static = _static_data(payment_rules().afl[afl], fields)
        certificate, remainder = certificates.card_certificate(profile.pan, month_year, static)
        fields[f"{prefix}_certificate"] = certificate
        fields["card_remainder"] = remainder
        fields[f"{prefix}_static_data"] = certificates.signed_static_data(static)
    return fields


def _static_data(afl: bytes, fields: Mapping[str, bytes]) -> bytes:
    """Put together what is signed: the content of the AFL's signed records, then the AIP (``9F4A`` is 82)."""
    files = {file.sfi: file for application in payment_document().application for file in application.ef}
    signed = [
        encode_objects(files[sfi].records[number - 1], fields)
        for sfi, number, is_signed in references(afl)
        if is_signed
    ]
    return b"".join(signed) + payment_rules().aip


def _track_2(profile: PaymentProfile) -> bytes:
    digits = f"{profile.pan}D{profile.expiry[2:6]}{profile.service_code}00000000"
    return bytes.fromhex(digits + "F" * (len(digits) % 2))


def _check(memory: CardMemory, profile: PaymentProfile) -> None:
    version = memory.layout.version
    if version not in _APPLICATION_VERSIONS:
        raise PersonalisationError(
            f"bank application on a card of version {version}: {', '.join(_APPLICATION_VERSIONS)} are allowed"
        )
    if profile.algorithm not in ALGORITHMS or (profile.algorithm == "SM4" and version < _SM4_FROM):
        raise PersonalisationError(
            f"algorithm {profile.algorithm!r} on version {version}: 3DES, from {_SM4_FROM} also SM4"
        )
    _digits("pan", profile.pan, _PAN_LENGTHS)
    _digits("psn", profile.psn, (2,))
    _digits("service_code", profile.service_code, (3,))
    _digits("expiry", profile.expiry, (8,))
    _digits("effective", profile.effective, (8,))
    _check_name(profile.name)
    for field in ("balance_fen", "ceiling_fen", "transaction_limit_fen", "reset_threshold_fen"):
        fen: int = getattr(profile, field)
        if not 0 <= fen <= MOST_FEN:
            raise PersonalisationError(f"{field} {fen}: 0 to {MOST_FEN} are allowed")
    if profile.balance_fen > profile.ceiling_fen:
        raise PersonalisationError(
            f"balance_fen {profile.balance_fen}: at most ceiling_fen {profile.ceiling_fen} is allowed"
        )


def _check_name(name: str) -> None:
    try:
        size = len(name.encode(_NAME_ENCODING))
    except UnicodeEncodeError:
        raise PersonalisationError(f"name {name!r}: characters of GBK are allowed") from None
    if not 1 <= size <= _LONG_NAME_SIZE:
        raise PersonalisationError(f"name {name!r}: 1 to {_LONG_NAME_SIZE} bytes of GBK are allowed")


def _digits(field: str, value: str, lengths: range | tuple[int, ...]) -> None:
    if len(value) not in lengths or not value.isascii() or not value.isdecimal():
        allowed = f"{lengths[0]} to {lengths[-1]}" if len(lengths) > 1 else f"{lengths[0]}"
        raise PersonalisationError(f"{field} {value!r}: {allowed} digits are allowed")
