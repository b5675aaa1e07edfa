"""Every account, statement, clearing table and alarm is what an outsider works out from the messages."""

from __future__ import annotations

from typing import Any

from accountant import Accountant, moved_at
from hypothesis import given, settings
from hypothesis import strategies as st
from money_history import STEPS, History
from money_world import World

from onecard.sim.settlement.messages import inputs
from onecard.sim.settlement.messages.amounts import fen_to_yuan
from onecard.sim.settlement.money.prepayment import prepayment_statement

Steps = list[tuple[Any, ...]]
_WORSE = {("none", "yellow"), ("none", "red"), ("yellow", "red")}


class Audited(History):
    """A history that an accountant follows."""

    def __init__(self, prepayment_yuan: int = 1_000_000) -> None:
        super().__init__(World(prepayment_yuan=prepayment_yuan))
        self.accountant = Accountant(self.world)
        clear = self.world.clear

        def clear_and_tell(month: str) -> dict[str, tuple[str, Any]]:
            answers = clear(month)
            self.accountant.cleared(month)
            return answers

        self.world.clear = clear_and_tell  # type: ignore[method-assign]

    def do_top_up(self, amount_fen: int) -> None:
        super().do_top_up(amount_fen)
        self.accountant.ordered(amount_fen)


def check_accounts(history: Audited) -> None:
    booked: dict[tuple[str, str], int] = {}
    for tier in history.world.tiers.values():
        booked.update(moved_at(tier))
    booked = {key: amount for key, amount in booked.items() if key[1] != "opening/world"}
    assert booked == history.accountant.accounts()


def ask(world: World, name: tuple[str, str, str, str], line: tuple[int, int, int, int]) -> str:
    """Send 3201 with these totals; return stmt_rslt."""
    code, insutype, clr_type, day = name
    city = code[1:7]
    institution = world.nation.registries[city].institution(code)
    assert institution is not None
    node = inputs.TotalStatement(
        insutype=insutype,
        clr_type=clr_type,
        setl_optins=city,
        stmt_begndate=day,
        stmt_enddate=day,
        medfee_sumamt=fen_to_yuan(line[1]),
        fund_pay_sumamt=fen_to_yuan(line[2]),
        acct_pay=fen_to_yuan(line[3]),
        fixmedins_setl_cnt=str(line[0]),
    )
    reason, output = world.send(institution, "3201", inputs.TotalStatementInput(node))
    assert reason == "", output
    return str(output["stmtinfo"]["stmt_rslt"])


def check_statements(history: Audited) -> None:
    for name, line in history.accountant.statements().items():
        count, *amounts = line
        assert ask(history.world, name, line) == "000000"
        assert ask(history.world, name, (count - 1, *amounts)) == "000101"  # type: ignore[arg-type]
        assert ask(history.world, name, (count + 1, *amounts)) == "000102"  # type: ignore[arg-type]
        assert ask(history.world, name, (line[0], line[1], line[2] + 1, line[3])) == "000103"


def check_tables(history: Audited) -> None:
    for month, expected in history.accountant.months.items():
        lines = {
            (line.insured, line.treatment): (line.person_times, line.medfee_sumamt, line.amount_fen)
            for address, tier in history.world.tiers.items()
            for line in tier.store.tables["CLR_TAB_D"].by("month", month)
        }
        assert lines == expected


@settings(max_examples=80, deadline=None)
@given(st.lists(STEPS, max_size=30))
def test_an_accountant_who_sees_messages_alone_comes_to_the_same_figures(steps: Steps) -> None:
    history = Audited()
    for step in steps:
        history.play(step)
    history.do_reconcile()
    check_accounts(history)
    check_statements(history)
    history.world.next_day(62)
    history.do_clear()
    check_accounts(history)
    check_statements(history)
    check_tables(history)


def test_a_history_of_a_year_over_all_borders_of_months_comes_to_the_same_figures() -> None:
    """Settle in every month, take back in the next one in each of the three ways, clear in between."""
    history = Audited()
    for turn in range(30):
        history.do_settle("510100", ("310000", "511100", "510100")[turn % 3], turn % 5, 1 + turn, "hospital")
        history.do_settle("310000", ("510100", "310000")[turn % 2], turn % 5, 2, "pharmacy")
        history.do_day(13)
        if turn % 3 == 0:
            history.do_cancel(turn)
        elif turn % 3 == 1:
            history.do_restore(turn)
            history.do_reverse(turn)
        history.do_forget(turn, turn)
        if turn % 4 == 3:
            history.do_top_up(1000 + turn)
            history.do_clear()
            check_accounts(history)
    history.do_reconcile()
    assert history.world.today > "2025-01-31"
    assert len(history.accountant.months) >= 6
    assert len(history.accountant.statements()) > 40
    check_accounts(history)
    check_statements(history)
    check_tables(history)


@settings(max_examples=40, deadline=None)
@given(st.lists(STEPS, max_size=25))
def test_alarms_are_those_that_the_messages_give_rise_to(steps: Steps) -> None:
    level_fen = 300_000
    history = Audited(prepayment_yuan=level_fen // 100)
    province = history.world.province("51")
    raised, before = 0, "none"
    for step in steps:
        if step[0] in ("forget", "top-up"):
            continue
        history.play(step)
        alarm = history.accountant.alarm(level_fen)
        raised += (before, alarm) in _WORSE
        before = alarm
        assert prepayment_statement(province, "31").alarm == alarm
        assert len(province.store.tables["PREPAY_ALARM_D"]) == raised
