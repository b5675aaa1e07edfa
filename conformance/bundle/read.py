"""A bundle, read back for reports: whole and as it was written, or refused in one line.

This proves that the file is intact. Whether its verdicts follow from its frames is the question of
``recheck``, which shares nothing with this.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from onecard.conformance.bundle.archive import LARGEST_BUNDLE, ArchiveError, unpack
from onecard.conformance.bundle.documents import Manifest, Verdicts, canonical, history_of
from onecard.conformance.bundle.signing import PUBLISHED, Signature, published_key
from onecard.conformance.model.history import StepRecord
from onecard.conformance.model.plan import Plan
from onecard.sim.errors import InputError

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["Bundle", "bundle_bytes", "decode_bundle", "read_bundle"]

_Document = TypeVar("_Document")


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundle:
    """The evidence of one run."""

    manifest: Manifest
    statement_bytes: bytes
    plan: Plan
    records: tuple[StepRecord, ...]
    verdicts: Verdicts
    signature: Signature

    @property
    def by_case(self) -> dict[str, tuple[StepRecord, ...]]:
        """Records by case, in the order of the steps; cases that were not run are not there."""
        found: dict[str, list[StepRecord]] = {}
        for record in self.records:
            found.setdefault(record.case, []).append(record)
        return {case: tuple(records) for case, records in found.items()}


def bundle_bytes(path: Path) -> bytes:
    """Return a file's bytes; :class:`InputError` if it cannot be read or is too long for a bundle."""
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST_BUNDLE + 1)
    except OSError as error:
        raise InputError(f"cannot be read ({error.strerror})", where=str(path)) from None
    if len(data) > LARGEST_BUNDLE:
        raise InputError("too long for a bundle", where=str(path), allowed=f"up to {LARGEST_BUNDLE} bytes")
    return data


def read_bundle(path: Path) -> Bundle:
    """Read a bundle.

    Args:
        path: the file.

    Raises:
        InputError: it cannot be read, is no bundle, is cut short, or is not as it was written.
    """
    return decode_bundle(bundle_bytes(path), where=str(path))


def decode_bundle(data: bytes, *, where: str = "bundle") -> Bundle:
    """Take a bundle's bytes apart (raises as :func:`read_bundle`; ``where`` names them in the error)."""
    try:
        return _decoded(data)
    except ArchiveError as error:
        raise InputError(str(error), where=where) from None
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise InputError(f"a member of the bundle is not of its form: {error}", where=where) from None


def _decoded(data: bytes) -> Bundle:
    members = unpack(data)
    manifest = _document(members, "manifest.json", Manifest)
    for name, content in members.items():
        if name in manifest.files and hashlib.sha256(content).hexdigest() != manifest.files[name]:
            raise ArchiveError(f"the bundle was altered: {name} has not the hash that the manifest gives")
    if set(manifest.files) != set(members) - {"manifest.json", "signature.json"}:
        raise ArchiveError("the bundle was altered: the manifest lists other members")
    signature = _document(members, "signature.json", Signature)
    _verify(signature, members["manifest.json"])
    return Bundle(
        manifest=manifest,
        statement_bytes=members["statement.toml"],
        plan=_document(members, "plan.json", Plan),
        records=_records(members["history.jsonl"], manifest),
        verdicts=_document(members, "verdicts.json", Verdicts),
        signature=signature,
    )


def _document(members: dict[str, bytes], name: str, form: type[_Document]) -> _Document:
    content = msgspec.json.decode(members[name], type=form)
    if canonical(content) != members[name]:
        raise ArchiveError(f"the bundle was altered: {name} is not in canonical form")
    return content


def _verify(signature: Signature, manifest: bytes) -> None:
    published = published_key().public_key().public_bytes_raw().hex()
    if (signature.key == PUBLISHED) != (signature.public_key == published):
        raise ArchiveError("the bundle was altered: it names another key than the one that signed")
    try:
        key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(signature.public_key))
        key.verify(bytes.fromhex(signature.signature), manifest)
    except (ValueError, InvalidSignature):
        raise ArchiveError("the bundle was altered: the signature does not fit the manifest") from None


def _records(history: bytes, manifest: Manifest) -> tuple[StepRecord, ...]:
    records = tuple(_record(line) for line in history.splitlines())
    again = history_of(records)
    if (again.lines, again.head, again.transcript_sha256) != (
        history,
        manifest.history_head,
        manifest.transcript_sha256,
    ):
        raise ArchiveError("the bundle was altered: the history's chain does not hold")
    return records


def _record(line: bytes) -> StepRecord:
    content: Any = msgspec.json.decode(line)
    if isinstance(content, dict):
        content.pop("chain", None)
    return msgspec.convert(content, StepRecord)
