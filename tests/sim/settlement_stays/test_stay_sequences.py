"""Random sequences of right and wrong calls: refused or done, the books and accumulations always agree."""

from __future__ import annotations

from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from stays_country import BEIJING, CHENGDU, DAY, LESHAN, SHANGHAI, Answer, Country, mixed_bill, person

CALLS = ("2401", "2301", "2303", "2304", "2402", "2305", "2405", "2302", "2404", "OF01", "2501")
REVERSIBLE = ("2401", "2304", "2305")
REASONS = {
    *("visit-unknown", "visit-closed", "visit-exists", "admitted", "discharged", "not-discharged"),
    *("fees-unsettled", "settlement-exists", "no-fees", "settlement-unknown", "settlement-cancelled"),
    *("original-unknown", "already-reversed", "amount-differs", "late-message", "malformed", "filing"),
    "fund-exhausted",  # the account was emptied by another settlement before this one was restored
}


class Stays(RuleBasedStateMachine):
    """Two people, each with a stay at home and one elsewhere; any call at any time."""

    @initialize()
    def begin(self) -> None:
        self.country = Country(date="2023-12-28")
        self.stays: list[Any] = []
        self.sent: list[tuple[Any, Answer]] = []
        for city, home in ((BEIJING, BEIJING), (SHANGHAI, BEIJING), (LESHAN, CHENGDU), (SHANGHAI, CHENGDU)):
            stay = self.country.stay(city, person(home), *[mixed_bill(count) for count in range(1, 13)])
            stay.filing = "temporary"
            self.country.then(stay, "1101")
            self.stays.append(stay)

    @rule(which=st.integers(0, 3), infno=st.sampled_from(CALLS), interim=st.booleans())
    def call(self, which: int, infno: str, interim: bool) -> None:
        stay = self.stays[which]
        if infno == "2301" and len(stay.fees) == len(stay.batches):
            return
        stay._plan = [infno, "2304"] if interim and infno == "2304" else [infno]
        stay.mdtrt_id = stay.mdtrt_id or "310000000000000000000000000000"
        answer = self.country.follow(stay, until=infno)[0]
        if stay.failure is not None:
            assert stay.failure.reason in REASONS, stay.failure
            stay.failure = None
        self.sent.append((stay, answer))

    @rule(which=st.integers(0, 3), interim=st.booleans())
    def go_on(self, which: int, interim: bool) -> None:
        """Do what a hospital would do next, so that sequences get somewhere."""
        stay = self.stays[which]
        city = self.country.city(stay.desk.mdtrtarea_admvs)
        visit = city.visit_row(stay.mdtrt_id)
        if visit is None or visit.vali_flag != "1":
            self.call(which, "2401", interim)
        elif visit.endtime and city.unsettled(visit):
            self.call(which, "2304", False)
        elif visit.endtime:
            self.call(which, "2305", interim)
        elif not city.unsettled(visit):
            self.call(which, "2301", interim)
        else:
            self.call(which, "2304" if interim else "2402", interim)

    @rule(which=st.integers(0, 400))
    def reverse(self, which: int) -> None:
        candidates = [pair for pair in self.sent if pair[1].infno in REVERSIBLE]
        if not candidates:
            return
        stay, original = candidates[which % len(candidates)]
        answer = self.country.reverse(stay, original)
        assert answer.reason in REASONS | {""}
        if answer.reason == "" and original.infno == "2304":
            stay.note_taken_back()
        if answer.reason == "" and original.infno == "2305":
            stay.note_restored()

    @rule(days=st.integers(1, 5))
    def wait(self, days: int) -> None:
        self.country.now_us += days * DAY

    @invariant()
    def everything_agrees(self) -> None:
        if hasattr(self, "country"):
            self.country.audit()


TestStays = Stays.TestCase
TestStays.settings = settings(max_examples=40, stateful_step_count=40, deadline=None)
