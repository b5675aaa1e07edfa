"""Reading policies: built-in files, files by path, overlays on another policy, and what every policy has.

A what-if is a small file with ``base = "shanghai-2023"`` and the rows that differ: its rows come first, the
base's serve whoever they leave out, and :file:`defaults.toml` comes last. Sources are resolved to their text
while merging, so a figure keeps its provenance wherever its row ends up.
"""

from __future__ import annotations

import functools
from importlib import resources
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from onecard.sim.errors import InputError
from onecard.sim.settlement.benefit.policy import Policy
from onecard.sim.settlement.benefit.schema import (
    AidRow,
    BenefitRow,
    CriticalRow,
    Mark,
    PolicyFile,
    ReductionRow,
    SupplementRow,
)
from onecard.sim.validation import convert

__all__ = ["load_policy", "policy_names"]

_DEEPEST_BASE = 4
_T = TypeVar("_T")


@functools.cache
def policy_names() -> tuple[str, ...]:
    """Return the names of the built-in policies."""
    files = resources.files(__package__).joinpath("policies").iterdir()
    return tuple(sorted(file.name[:-5] for file in files if file.name.endswith(".toml")))


def load_policy(name: str | Path) -> Policy:
    """Load a built-in policy by name (``"shanghai-2023"``) or a file, such as an overlay, by path.

    Raises:
        InputError: no such policy, the file does not follow the schema, or its figures contradict
            each other or the national limits.
    """
    if isinstance(name, Path) or name.endswith(".toml"):
        path = Path(name)
        return Policy(path.stem, _merged(path, depth=0))
    return _built_in(name)


@functools.cache
def _built_in(name: str) -> Policy:
    return Policy(name, _merged(name, depth=0))


def _merged(name: str | Path, *, depth: int) -> PolicyFile:
    """Return a file with everything it inherits."""
    file = _read(name)
    if file.base is None:
        _require(file, str(name))
        return _joined(file, _defaults())
    if depth == _DEEPEST_BASE:
        raise InputError("bases are nested too deeply", where=f"{name}: base", value=file.base)
    base: str | Path = file.base
    if file.base.endswith(".toml"):
        base = (name.parent if isinstance(name, Path) else Path()) / file.base
    below = _merged(base, depth=depth + 1)
    return _joined(file, _resolved(below, {}, file.inherited_mark, str(name)))


def _require(file: PolicyFile, name: str) -> None:
    for field in ("region", "english", "chinese", "valid_from"):
        if getattr(file, field) is None:
            raise InputError(f"missing field {field!r}", where=name, allowed="a value, or a base that has it")


def _read(name: str | Path) -> PolicyFile:
    if isinstance(name, Path):
        if not name.is_file():
            raise InputError("no such policy file", value=str(name))
        data = name.read_bytes()
    else:
        if name not in policy_names():
            raise InputError("unknown benefit policy", value=name, allowed=", ".join(policy_names()))
        data = resources.files(__package__).joinpath("policies", f"{name}.toml").read_bytes()
    where = name.name if isinstance(name, Path) else f"{name}.toml"
    return _decoded(data, where)


def _decoded(data: bytes, where: str) -> PolicyFile:
    try:
        raw = msgspec.toml.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise InputError(f"not a TOML file: {error}", where=where) from None
    file = convert(raw, PolicyFile, where=where)
    return _resolved(file, file.sources, None, where)


@functools.cache
def _defaults() -> PolicyFile:
    return _decoded(resources.files(__package__).joinpath("defaults.toml").read_bytes(), "defaults.toml")


def _resolved(value: _T, sources: dict[str, str], mark: Mark | None, where: str) -> _T:
    """Replace source keys by their texts, and marks by the inherited one, anywhere below ``value``."""
    if isinstance(value, tuple):
        rows = [_resolved(each, sources, mark, f"{where}[{number}]") for number, each in enumerate(value)]
        return tuple(rows)  # type: ignore[return-value]
    if not isinstance(value, msgspec.Struct):
        return value
    changes: dict[str, Any] = {}
    for field in value.__struct_fields__:
        old = getattr(value, field)
        if field == "source" and old is not None and sources:
            changes[field] = _text(old, sources, f"{where}.source")
        elif field == "mark" and old is not None and mark is not None:
            changes[field] = mark
        elif isinstance(old, (tuple, msgspec.Struct)):
            changes[field] = _resolved(old, sources, mark, f"{where}.{field}")
    return msgspec.structs.replace(value, **changes)


def _text(source: str, sources: dict[str, str], where: str) -> str:
    if source not in sources:
        raise InputError("source is not declared", where=where, value=source, allowed=", ".join(sources))
    return sources[source]


def _joined(file: PolicyFile, below: PolicyFile) -> PolicyFile:
    """Put the rows of ``below`` behind the file's own, without those that no case can reach any more."""
    single = ("region", "english", "chinese", "valid_from", "valid_until")
    flags = ("fund_includes_account", "account_separate")
    inherited = {name: getattr(below, name) for name in (*single, *flags) if getattr(file, name) is None}
    return msgspec.structs.replace(
        file,
        **inherited,
        benefit=file.benefit + tuple(row for each in below.benefit for row in _left_benefit(file, each)),
        critical=file.critical + tuple(row for each in below.critical for row in _left_critical(file, each)),
        aid=file.aid + tuple(row for each in below.aid for row in _left_aid(file, each)),
        supplement=file.supplement
        + tuple(each for each in below.supplement if not _hidden_supplement(file, each)),
        reduction=file.reduction + tuple(each for each in below.reduction if not _hidden_filing(file, each)),
    )


def _left_benefit(file: PolicyFile, row: BenefitRow) -> list[BenefitRow]:
    taken = {
        group
        for own in file.benefit
        if (own.insutype, own.visit) == (row.insutype, row.visit)
        and own.age_from <= row.age_from
        and own.age_below >= row.age_below
        for group in own.people
    }
    left = tuple(group for group in row.people if group not in taken)
    return [msgspec.structs.replace(row, people=left)] if left else []


def _left_critical(file: PolicyFile, row: CriticalRow) -> list[CriticalRow]:
    own = [each for each in file.critical if each.insutype == row.insutype]
    if row.identities:
        own = [each for each in own if not each.identities or set(row.identities) <= set(each.identities)]
    taken = {group for each in own for group in each.people}
    left = tuple(group for group in row.people if group not in taken)
    return [msgspec.structs.replace(row, people=left)] if left else []


def _left_aid(file: PolicyFile, row: AidRow) -> list[AidRow]:
    taken = {identity for own in file.aid for identity in own.identities}
    left = tuple(identity for identity in row.identities if identity not in taken)
    return [msgspec.structs.replace(row, identities=left)] if left else []


def _hidden_supplement(file: PolicyFile, row: SupplementRow) -> bool:
    return any((own.insutype, own.fund) == (row.insutype, row.fund) for own in file.supplement)


def _hidden_filing(file: PolicyFile, row: ReductionRow) -> bool:
    return any(
        own.same_province is None
        and set(row.insutypes) <= set(own.insutypes)
        and set(row.filings) <= set(own.filings)
        for own in file.reduction
    )
