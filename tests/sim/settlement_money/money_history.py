"""Random histories of the small nation: settlements, cancellations, reversals, lost rows, days, offices."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st
from money_world import CITIES, World

from onecard.sim.settlement.money.daily import days_landed
from onecard.sim.settlement.tiers.between import messages as told

STEPS = st.one_of(
    st.tuples(
        st.just("settle"),
        st.sampled_from(CITIES),
        st.sampled_from(CITIES),
        st.integers(0, 4),
        st.integers(1, 30),
        st.sampled_from(["pharmacy", "hospital"]),
    ),
    st.tuples(st.just("cancel"), st.integers(0, 20)),
    st.tuples(st.just("reverse"), st.integers(0, 20)),
    st.tuples(st.just("restore"), st.integers(0, 20)),
    st.tuples(st.just("forget"), st.integers(0, 20), st.integers(0, 6)),
    st.tuples(st.just("day"), st.integers(1, 20)),
    st.tuples(st.just("reconcile")),
    st.tuples(st.just("clear")),
    st.tuples(st.just("top-up"), st.integers(-1000, 100_000)),
)


class History:
    """A world, and what has happened in it so far."""

    def __init__(self, world: World | None = None) -> None:
        self.world = world or World()
        self.live: list[Any] = []
        self.cancelled: list[Any] = []
        self.something_is_lost = False

    def play(self, step: tuple[Any, ...]) -> None:
        if self.something_is_lost and step[0] in ("cancel", "reverse", "restore"):
            self.do_reconcile()  # a city cannot take back what it does not know
        getattr(self, "do_" + step[0].replace("-", "_"))(*step[1:])

    def do_settle(self, there: str, home: str, person: int, count: int, kind: str) -> None:
        dialogue = self.world.settle(there, home, person=person, count=count, kind=kind)
        while dialogue.failure is not None and dialogue.failure.reason == "card-expired":
            person += 1
            dialogue = self.world.settle(there, home, person=person, count=count, kind=kind)
        assert dialogue.failure is None, dialogue.failure
        dialogue.settled_by, dialogue.settled = dialogue.last_msgid, dialogue.settlement
        self.live.append(dialogue)

    def do_cancel(self, which: int) -> None:
        if self.live:
            dialogue = self.live.pop(which % len(self.live))
            dialogue.undo()
            dialogue._plan = dialogue._plan[:1]
            self.world._follow(dialogue, dialogue.desk.fixmedins_code[1:7])
            assert dialogue.failure is None, dialogue.failure
            self.cancelled.append(dialogue)

    def do_reverse(self, which: int) -> None:
        if self.live:
            dialogue = self.live.pop(which % len(self.live))
            infno = "2102" if "2102" in dialogue.done else "2207"
            assert self.world.reverse(dialogue, dialogue.settled_by, infno) == ""

    def do_restore(self, which: int) -> None:
        """Reverse a cancellation."""
        if self.cancelled:
            dialogue = self.cancelled.pop(which % len(self.cancelled))
            infno = "2103" if "2102" in dialogue.done else "2208"
            reason = self.world.reverse(dialogue, dialogue.last_msgid, infno)
            assert reason in ("", "fund-exhausted"), reason  # the account was used for something else
            if not reason:
                dialogue.settlement = dialogue.settled
                self.live.append(dialogue)

    def do_forget(self, which: int, tier: int) -> None:
        """Make a tier that did not write it lack a row."""
        addresses = sorted(self.world.tiers)
        address = addresses[tier % len(addresses)]
        rows = sorted(self.world.rows(address).items())
        if rows:
            setl_id, row = rows[which % len(rows)]
            if f"city/{row.insu_admdvs}" != address:
                self.world.forget(address, setl_id)
                self.something_is_lost = True

    def do_day(self, days: int) -> None:
        self.world.next_day(days)

    def do_reconcile(self) -> None:
        for day in days_landed(self.world.tiers):
            self.world.reconcile(day)
        self.something_is_lost = False

    def do_clear(self) -> None:
        self.do_reconcile()
        self.world.clear(self.world.today.replace("-", "")[:6])
        year, month = int(self.world.today[:4]), int(self.world.today[5:7])
        before = f"{year - (month == 1)}{(month - 2) % 12 + 1:02d}"
        assert {reason for reason, _ in self.world.clear(before).values()} <= {"", "month-closed"}

    def do_top_up(self, amount_fen: int) -> None:
        self.world.job(
            "ministry",
            "PP01",
            told.PrepaymentJob(insured="51", treatment="31", year="2024", amount_fen=amount_fen),
        )
