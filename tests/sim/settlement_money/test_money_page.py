"""The worked example of ``docs/money.md`` is what the tiers do."""

from __future__ import annotations

import re
from pathlib import Path

from money_world import CHENGDU, SHANGHAI, World

from onecard.sim.settlement.messages.amounts import fen_to_yuan
from onecard.sim.settlement.money.daily import reconcile_day
from onecard.sim.settlement.tiers.money import owed_fen

PAGE = (Path(__file__).parents[3] / "docs" / "money.md").read_text(encoding="utf-8")
EXAMPLE = PAGE[PAGE.index("## Example") :]
DAY = "2024-01-30"


def balances(world: World) -> list[tuple[str, str, str]]:
    """Return the balances of the accounts that the page shows, in its order."""
    shown = re.findall(r"^\| (\S+) \| `(\S+/\S+:\S+)` \| \S+ \|$", EXAMPLE, re.M)
    return [
        (address, account, fen_to_yuan(world.tiers[address].book.balance(account)))
        for address, account in shown
    ]


def test_the_figures_of_the_worked_example_are_what_the_tiers_book() -> None:
    world = World()
    setl_id = world.settle(CHENGDU, SHANGHAI, person=4, kind="hospital", count=30).result.setl_id
    row = world.rows("ministry")[setl_id]
    assert row.clr_day == DAY
    amounts = {
        "`medfee_sumamt`": row.medfee_sumamt,
        "`fund_pay_sumamt`": row.fund_pay_sumamt,
        "`acct_pay`": row.acct_pay,
        "`psn_cash_pay`": row.cash_payamt,
        "X": owed_fen(row),
    }
    for name, amount_fen in amounts.items():
        assert f"| {name} | {fen_to_yuan(amount_fen)} |" in EXAMPLE
    settled = balances(world)
    assert len(settled) == 8
    for address, account, yuan in settled:
        assert f"| {address} | `{account}` | {yuan} |" in EXAMPLE
    world.forget("ministry", setl_id)
    texts = {each.text for result in reconcile_day(world.tiers, DAY) for each in result.differences}
    assert texts == set(re.findall(r"^A\d+: .*$", EXAMPLE, re.M))
    world.next_day()
    assert [address for address, answer in world.reconcile(DAY) if answer["fetched"]] == ["ministry"]
    assert balances(world) == settled
    world.go_to("2024-02-21")
    world.clear("202401")
    after = {account: yuan for _, account, yuan in balances(world)}
    assert after.pop("prepayment/51:31") == "1000000.00"
    assert set(after.values()) == {"0.00"}
    paid = fen_to_yuan(world.province("31").book.balance("transfer/31:51"))
    assert f"`transfer/31:51` says that Shanghai has paid {paid}." in EXAMPLE
