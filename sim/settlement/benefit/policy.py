"""Benefit policies: dated TOML files, one figure per line with source and mark (settlement.md §6.2, §6.3).

A file names a region and a period, and holds rows: which insurance, which people, which kind of visit; the
deductible, the bands and the cap by institution level. A row carries source and mark for its figures, and a
figure that comes from elsewhere carries its own. Level 0 is a community centre (社区); where a file has no
row for it, level 1 applies. A what-if is another file.
"""

from __future__ import annotations

import datetime
from importlib import resources
from pathlib import Path
from typing import Annotated, Literal, TypeVar

import msgspec
from msgspec import Meta

from onecard.sim.errors import InputError
from onecard.sim.settlement.benefit.calculation import Band, Fund, Rule
from onecard.sim.units.money import yuan_to_fen
from onecard.sim.validation import convert

__all__ = ["Figure", "Group", "Policy", "Visit", "group_of", "load_policy", "policy_names"]

Visit = Literal["outpatient", "inpatient", "pharmacy"]
Group = Literal["active", "retired", "child", "adult", "elderly"]
Mark = Literal["S", "M", "1", "?"]

_GROUPS: dict[str, Group] = {
    "11": "active",
    "12": "retired",
    "13": "retired",
    "14": "child",
    "15": "adult",
    "16": "elderly",
}
_Yuan = Annotated[str, Meta(pattern=r"\A[0-9]{1,9}(\.[0-9]{1,2})?\Z")]
_Percent = Annotated[str, Meta(pattern=r"\A(100|[0-9]{1,2}(\.[0-9])?)\Z")]
_Level = Annotated[int, Meta(ge=0, le=3)]


def group_of(psn_type: str) -> Group | None:
    """Return the group of a person category (settlement.md §3.1: the first two digits), None if unknown."""
    return _GROUPS.get(psn_type[:2])


class _Sourced(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    mark: Mark | None = None
    source: str | None = None


class _Deductible(_Sourced, frozen=True, kw_only=True, forbid_unknown_fields=True):
    yuan: _Yuan
    levels: tuple[_Level, ...] = (0, 1, 2, 3)
    from_stay: Annotated[int, Meta(ge=1)] = 1


class _BandFigure(_Sourced, frozen=True, kw_only=True, forbid_unknown_fields=True):
    percent: _Percent
    levels: tuple[_Level, ...] = (0, 1, 2, 3)
    up_to_yuan: _Yuan | None = None
    fund: Fund = "pool"


class _Cap(_Sourced, frozen=True, kw_only=True, forbid_unknown_fields=True):
    yuan: _Yuan


class _OverCap(_Sourced, frozen=True, kw_only=True, forbid_unknown_fields=True):
    percent: _Percent
    fund: Fund


class _Row(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    insutype: Annotated[str, Meta(pattern=r"\A[0-9]{3}\Z")]
    people: tuple[Group, ...]
    visit: Visit
    period: Literal["year", "stay"]
    mark: Mark
    source: str
    age_from: int = 0
    age_below: int = 200
    deductible: tuple[_Deductible, ...] = ()
    bands: tuple[_BandFigure, ...] = ()
    cap: _Cap | None = None
    over_cap: _OverCap | None = None
    note: str = ""


class _File(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    region: Annotated[str, Meta(pattern=r"\A[0-9]{6}\Z")]
    english: str
    chinese: str
    valid_from: datetime.date
    valid_until: datetime.date | None = None
    sources: dict[str, str]
    benefit: tuple[_Row, ...]


class Figure(msgspec.Struct, frozen=True, kw_only=True):
    """One figure of a policy with its provenance, for tables and reports."""

    where: str
    value: str
    mark: str
    source: str


class Policy:
    """The benefit policy of one region and period.

    Attributes:
        name: the file's name without suffix.
        region: division code of the region.
        figures: every figure with mark and source.
    """

    def __init__(self, name: str, file: _File) -> None:
        self.name = name
        self.region = file.region
        self.english = file.english
        self.chinese = file.chinese
        self.valid_from = file.valid_from
        self.valid_until = file.valid_until
        self._rows = file.benefit
        self.figures = tuple(_figures(name, file))
        self._rules: dict[tuple[str, Group | None, int, str, int, int], Rule | None] = {}
        for number, row in enumerate(file.benefit):
            for level in range(4):
                _check(_rule(row, level, 1), where=f"{name}: benefit[{number}], level {level}")

    def rule(
        self, *, insutype: str, psn_type: str, age: int, visit: Visit, level: int, stay: int = 1
    ) -> Rule | None:
        """Return the figures for one person, visit and institution, or None if the policy has no row.

        Args:
            insutype: insurance type, ``"310"`` employee, ``"390"`` resident.
            psn_type: person category; its first two digits choose the group.
            age: in whole years.
            visit: kind of visit.
            level: institution level for the deductible, 1 to 3; 0 for a community centre.
            stay: number of the stay in the year, from 1.
        """
        key = (insutype, group_of(psn_type), age, visit, level, stay)
        if key not in self._rules:
            self._rules[key] = self._find(insutype, key[1], visit, age=age, level=level, stay=stay)
        return self._rules[key]

    def _find(
        self, insutype: str, group: Group | None, visit: str, *, age: int, level: int, stay: int
    ) -> Rule | None:
        for row in self._rows:
            matches = row.insutype == insutype and row.visit == visit and group in row.people
            if matches and row.age_from <= age < row.age_below:
                return _rule(row, level, stay)
        return None


_Levelled = TypeVar("_Levelled", _Deductible, _BandFigure)


def _at(level: int, figures: tuple[_Levelled, ...]) -> tuple[_Levelled, ...]:
    """Return the figures for a level; a community centre takes level 1 where it has none of its own."""
    found = tuple(figure for figure in figures if level in figure.levels)
    return _at(1, figures) if level == 0 and not found else found


def _rule(row: _Row, level: int, stay: int) -> Rule:
    deductibles = [figure for figure in _at(level, row.deductible) if figure.from_stay <= stay]
    latest = max(deductibles, key=lambda figure: figure.from_stay, default=None)
    over = row.over_cap
    return Rule(
        period=row.period,
        deductible_fen=0 if latest is None else yuan_to_fen(latest.yuan),
        bands=tuple(_band(figure) for figure in _at(level, row.bands)),
        pool_cap_fen=None if row.cap is None else yuan_to_fen(row.cap.yuan),
        over_cap=None if over is None else Band(None, _permille(over.percent), over.fund),
    )


def _band(figure: _BandFigure) -> Band:
    upper_fen = None if figure.up_to_yuan is None else yuan_to_fen(figure.up_to_yuan)
    return Band(upper_fen, _permille(figure.percent), figure.fund)


def _permille(percent: str) -> int:
    whole, _, tenth = percent.partition(".")
    return int(whole) * 10 + int(tenth or "0")


def _check(rule: Rule, *, where: str) -> None:
    """Refuse bands that do not ascend, or that follow a band without end."""
    uppers = [band.upper_fen for band in rule.bands]
    ends = [upper for upper in uppers if upper is not None]
    if None in uppers[:-1] or ends != sorted(set(ends)):
        raise InputError(
            "bands do not ascend", where=where, value=uppers, allowed="ascending up_to_yuan, open band last"
        )


def _figures(name: str, file: _File) -> list[Figure]:
    """List every figure with its own or its row's provenance; sources must be declared."""
    figures = []
    for number, row in enumerate(file.benefit):
        where = f"{name}: {row.visit} {row.insutype} {'/'.join(row.people)}"
        named: list[tuple[str, str, _Sourced]] = []
        named += [("deductible", figure.yuan, figure) for figure in row.deductible]
        named += [("ratio", figure.percent, figure) for figure in row.bands]
        named += [("cap", row.cap.yuan, row.cap)] if row.cap else []
        named += [("over cap", row.over_cap.percent, row.over_cap)] if row.over_cap else []
        for source in (row.source, *(figure.source for _, _, figure in named)):
            if source is not None and source not in file.sources:
                raise InputError(
                    "source is not declared",
                    where=f"{name}: benefit[{number}].source",
                    value=source,
                    allowed=", ".join(file.sources),
                )
        figures += [
            Figure(
                where=f"{where} {what}",
                value=value,
                mark=figure.mark or row.mark,
                source=file.sources[figure.source or row.source],
            )
            for what, value, figure in named
        ]
    return figures


def policy_names() -> tuple[str, ...]:
    """Return the names of the built-in policies."""
    files = resources.files(__package__).joinpath("policies").iterdir()
    return tuple(sorted(file.name[:-5] for file in files if file.name.endswith(".toml")))


def load_policy(name: str | Path) -> Policy:
    """Load a built-in policy by name (``"shanghai-2023"``) or a file by path.

    Raises:
        InputError: no such policy, or the file does not follow the schema.
    """
    if isinstance(name, Path) or name.endswith(".toml"):
        path = Path(name)
        if not path.is_file():
            raise InputError("no such policy file", value=str(path))
        title, data = path.stem, path.read_bytes()
    else:
        if name not in policy_names():
            raise InputError("unknown benefit policy", value=name, allowed=", ".join(policy_names()))
        title = name
        data = resources.files(__package__).joinpath("policies", f"{name}.toml").read_bytes()
    try:
        raw = msgspec.toml.decode(data)
    except msgspec.DecodeError as error:
        raise InputError(f"not a TOML file: {error}", where=str(name)) from None
    return Policy(title, convert(raw, _File, where=f"{title}.toml"))
