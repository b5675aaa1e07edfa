"""Every figure of a policy as one line with mark and source, for tables, reports and reviews."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterator

    from onecard.sim.settlement.benefit.schema import BenefitRow, PolicyFile, Row, Sourced

__all__ = ["Figure", "figures_of"]

_LEVELS = (0, 1, 2, 3)
_OLDEST = 200


class Figure(msgspec.Struct, frozen=True, kw_only=True):
    """One figure of a policy with its provenance.

    Attributes:
        where: policy, row and what the figure is.
        value: percent or yuan, as the file has it.
        mark: S specification text, M several independent sources, 1 one source, ? assumption.
        source: where it comes from.
        verify: its sources conflict; the note has the other reading (settlement.md §10 Q-17).
        note: the row's note.
    """

    where: str
    value: str
    mark: str
    source: str
    verify: bool = False
    note: str = ""


def figures_of(name: str, file: PolicyFile) -> tuple[Figure, ...]:
    """List every figure of a file whose sources are resolved, in the order of its rows."""
    return tuple(_figures(name, file))


def _figures(name: str, file: PolicyFile) -> Iterator[Figure]:
    for benefit in file.benefit:
        where = f"{name}: {benefit.visit} {benefit.insutype} {'/'.join(benefit.people)}{_ages(benefit)}"
        yield from _lines(where, benefit, _of_benefit(benefit))
    for critical in file.critical:
        where = f"{name}: critical illness {critical.insutype} {'/'.join(critical.people)}"
        named: list[tuple[str, str, Sourced]] = [("threshold", critical.threshold.yuan, critical.threshold)]
        named += [(f"ratio{_up_to(each.up_to_yuan)}", each.percent, each) for each in critical.bands]
        named += [("cap", critical.cap.yuan, critical.cap)] if critical.cap else []
        yield from _lines(where, critical, named)
    for aid in file.aid:
        named = [("threshold", aid.threshold.yuan, aid.threshold), ("ratio", aid.ratio.percent, aid.ratio)]
        named += [("cap", aid.cap.yuan, aid.cap)] if aid.cap else []
        yield from _lines(f"{name}: medical aid {'/'.join(aid.identities)}", aid, named)
    for extra in file.supplement:
        where = f"{name}: {extra.fund} {extra.insutype}"
        yield from _lines(where, extra, [("ratio", extra.ratio.percent, extra.ratio)])
    for less in file.reduction:
        place = {None: "", True: " inside the province", False: " outside the province"}[less.same_province]
        where = f"{name}: {'/'.join(less.filings)}{place} {'/'.join(less.insutypes)}"
        yield _line(f"{where} multiplier", less.multiplier_percent, less, None)
        yield _line(f"{where} points off", less.points, less, None)


def _of_benefit(row: BenefitRow) -> list[tuple[str, str, Sourced]]:
    named: list[tuple[str, str, Sourced]] = []
    for each in row.deductible:
        stay = f" from stay {each.from_stay}" if each.from_stay > 1 else ""
        filing = f" {'/'.join(each.filings)}" if each.filings else ""
        named.append((f"deductible{_at(each.levels)}{stay}{filing}", each.yuan, each))
    for band in row.bands:
        fund = " large amount" if band.fund == "large" else ""
        named.append((f"ratio{_at(band.levels)}{_up_to(band.up_to_yuan)}{fund}", band.percent, band))
    named += [("cap", row.cap.yuan, row.cap)] if row.cap else []
    named += [("over cap", row.over_cap.percent, row.over_cap)] if row.over_cap else []
    named += [("large-amount cap", row.large_cap.yuan, row.large_cap)] if row.large_cap else []
    return named


def _lines(where: str, row: Row, named: list[tuple[str, str, Sourced]]) -> Iterator[Figure]:
    for what, value, figure in named:
        yield _line(f"{where} {what}", value, row, figure)


def _line(where: str, value: str, row: Row, figure: Sourced | None) -> Figure:
    own = figure if figure is not None else row
    return Figure(
        where=where,
        value=value,
        mark=own.mark or row.mark,
        source=own.source or row.source,
        verify=row.verify,
        note=row.note,
    )


def _ages(row: BenefitRow) -> str:
    if row.age_from:
        return f" aged {row.age_from} or more"
    return f" aged below {row.age_below}" if row.age_below < _OLDEST else ""


def _at(levels: tuple[int, ...]) -> str:
    return "" if levels == _LEVELS else " L" + "/".join(map(str, levels))


def _up_to(yuan: str | None) -> str:
    return "" if yuan is None else f" up to {yuan}"
