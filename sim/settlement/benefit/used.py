"""What a person has used of the year: sums over settlements, so that a cancellation is a subtraction.

Theory of operation. Every number here is a sum of what single settlements added, so the order of settlements
and cancellations does not matter: adding a benefit and taking it away gives the value from before, whatever
was settled in between (settlement.md §4 A-16). The deductible of a stay, a month, a quarter or 90 days needs
its own sums: they are kept by the number of that period and vanish when a cancellation empties them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from onecard.sim.settlement.benefit.case import Visit
    from onecard.sim.settlement.benefit.outcome import Benefit

__all__ = ["KindUsed", "Used", "Window"]


class Window(msgspec.Struct, frozen=True, array_like=True, order=True):
    """What one period of a deductible (a stay, a month, …) has used.

    Attributes:
        number: of the period, as :class:`~onecard.sim.settlement.benefit.terms.Period` counts it.
        deductible_fen: deductible charged in it.
        in_scope_fen: in-scope amount settled in it.
        settlements: how many settlements it holds.
    """

    number: int
    deductible_fen: int
    in_scope_fen: int
    settlements: int


class KindUsed(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What one kind of visit has used of the year, in fen.

    Attributes:
        in_scope_fen: in-scope amount settled.
        deductible_fen: deductible charged.
        standard_fen: highest standard deductible that applied.
        pool_fen: paid by the pool.
        stays: stays or visits begun; the next one has this number plus one.
        windows: sums of shorter periods, ascending.
    """

    in_scope_fen: int = 0
    deductible_fen: int = 0
    standard_fen: int = 0
    pool_fen: int = 0
    stays: int = 0
    windows: tuple[Window, ...] = ()

    def window(self, number: int) -> tuple[int, int]:
        """Return the deductible charged and the in-scope amount settled in one period."""
        for window in self.windows:
            if window.number == number:
                return window.deductible_fen, window.in_scope_fen
        return 0, 0

    def moved(self, benefit: Benefit, sign: int) -> KindUsed:
        """Return the value after a settlement (``sign`` 1) or its cancellation (-1)."""
        return KindUsed(
            in_scope_fen=self.in_scope_fen + sign * benefit.inscp_scp_fen,
            deductible_fen=self.deductible_fen + sign * benefit.act_pay_dedc_fen,
            standard_fen=self.standard_fen + sign * benefit.standard_raise_fen,
            pool_fen=self.pool_fen + sign * benefit.hifp_pay_fen,
            stays=self.stays + sign * benefit.stays_begun,
            windows=self._windows(benefit, sign) if benefit.window is not None else self.windows,
        )

    def _windows(self, benefit: Benefit, sign: int) -> tuple[Window, ...]:
        number = benefit.window
        assert number is not None  # noqa: S101 - the caller's branch
        old = next((each for each in self.windows if each.number == number), Window(number, 0, 0, 0))
        new = Window(
            number,
            old.deductible_fen + sign * benefit.act_pay_dedc_fen,
            old.in_scope_fen + sign * benefit.inscp_scp_fen,
            old.settlements + sign,
        )
        others = [each for each in self.windows if each.number != number]
        empty = (new.settlements, new.deductible_fen, new.in_scope_fen) == (0, 0, 0)
        return tuple(sorted([*others] if empty else [*others, new]))


class Used(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a person has used of the year in one insurance, before the settlement at hand, in fen.

    Attributes:
        outpatient: by visits to outpatient departments.
        inpatient: by stays.
        pharmacy: by purchases.
        large_fen: paid by the large-amount fund (``hifob_pay``).
        burden_fen: personal in-scope burden before critical illness (settlement.md §6.1 step 6).
        critical_fen: paid by critical-illness insurance (``hifmi_pay``).
        aid_fen: paid by medical aid (``maf_pay``).
    """

    outpatient: KindUsed = KindUsed()
    inpatient: KindUsed = KindUsed()
    pharmacy: KindUsed = KindUsed()
    large_fen: int = 0
    burden_fen: int = 0
    critical_fen: int = 0
    aid_fen: int = 0

    def of(self, visit: Visit) -> KindUsed:
        """Return what one kind of visit has used."""
        if visit == "outpatient":
            return self.outpatient
        return self.inpatient if visit == "inpatient" else self.pharmacy

    def plus(self, benefit: Benefit) -> Used:
        """Return the value after a settlement."""
        return self._moved(benefit, 1)

    def minus(self, benefit: Benefit) -> Used:
        """Return the value after that settlement was cancelled; the exact inverse of :meth:`plus`."""
        return self._moved(benefit, -1)

    def _moved(self, benefit: Benefit, sign: int) -> Used:
        kinds = {"outpatient": self.outpatient, "inpatient": self.inpatient, "pharmacy": self.pharmacy}
        kinds[benefit.visit] = kinds[benefit.visit].moved(benefit, sign)
        return Used(
            **kinds,
            large_fen=self.large_fen + sign * benefit.hifob_pay_fen,
            burden_fen=self.burden_fen + sign * benefit.burden_fen,
            critical_fen=self.critical_fen + sign * benefit.hifmi_pay_fen,
            aid_fen=self.aid_fen + sign * benefit.maf_pay_fen,
        )
