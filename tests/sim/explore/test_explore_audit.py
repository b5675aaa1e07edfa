"""The audit sees what it is there for: one thing is moved in a sound world, and it says so."""

from collections.abc import Callable

import msgspec
import pytest
from scripted_world import Scene, wanted

from onecard.sim.explore.audit import Audited, audit, route_of
from onecard.sim.settlement.tiers.kernel import Tier

HOME, PLACE = "510100", "310000"
CITY, FAR = f"city/{HOME}", f"city/{PLACE}"
Move = Callable[[Scene, dict[str, Tier]], None]


def audited(*moves: Move) -> tuple[Audited, list[str]]:
    scene = Scene()
    scene.go(wanted("outpatient", PLACE, HOME), wanted("pharmacy", HOME, HOME))
    tiers = {}
    for address, node in scene.world.nodes.items():
        tiers[address] = scene.stage.nation.tier(address)
        tiers[address].restore(node.rows())
    for move in moves:
        move(scene, tiers)
    done = audit(scene.stage, scene.book, tiers, scene.monitor, now_us=scene.world.clock_us)
    return done, scene.monitor.findings


def first(tiers: dict[str, Tier], address: str, table: str) -> msgspec.Struct:
    row: msgspec.Struct = next(iter(tiers[address].store.tables[table]))
    return row


def change(address: str, table: str, **values: object) -> Move:
    def move(_scene: Scene, tiers: dict[str, Tier]) -> None:
        row = msgspec.structs.replace(first(tiers, address, table), **values)
        tiers[address].store.tables[table].load(row)

    return move


def forget(_scene: Scene, tiers: dict[str, Tier]) -> None:
    tiers["ministry"].store.tables["OUTMED_SETL_D"]._rows.clear()


def move_fen(account_kind: str, fund_kind: str, amount_fen: int) -> Move:
    """Change a posting of the insured city: one account gives less, another one more."""

    def move(_scene: Scene, tiers: dict[str, Tier]) -> None:
        table = tiers[CITY].store.tables["POSTING"]
        for row in table:
            entries = dict(row.entries)
            account = next((name for name in entries if name.startswith(account_kind)), None)
            fund = next((name for name in entries if name.startswith(fund_kind)), None)
            if account and fund and row.purpose != "opening":
                entries[account] += amount_fen
                entries[fund] -= amount_fen
                table.load(msgspec.structs.replace(row, entries=tuple(entries.items())))
                return
        raise AssertionError("no such posting")

    return move


def disown(scene: Scene, _tiers: dict[str, Tier]) -> None:
    scene.book.live.popitem()


def test_a_sound_world_has_no_differences() -> None:
    done, findings = audited()
    assert findings == []
    assert (done.lost_fen, done.doubled_fen, done.differences) == (0, 0, 0)


@pytest.mark.parametrize(
    ("move", "says"),
    [
        (forget, "ministry: settlement"),
        (change("province/31", "OUTMED_SETL_D", vali_flag="0"), "is not in force"),
        (change("province/51", "OUTMED_SETL_D", psn_name="?"), "differs from the insured city's in psn_name"),
        (change(FAR, "OUTMED_SETL_D", acct_pay=1), "differs from the insured city's in acct_pay"),
        (change(FAR, "OUTMED_MDTRT_D", pending="M/2207"), "still waits for M/2207"),
        (change(FAR, "OUTMED_MDTRT_D", live_settlements=2), "counts 2"),
        (change(CITY, "INSU_MDTRT_D", live_settlements=0), "counts 0"),
        (disown, "in no institution's book"),
        (disown, "3201 of"),
        (move_fen("person-medical", "fund-", 7), "person-medical"),
    ],
    ids=["landing", "force", "row", "amount", "pending", "visit", "insured visit", "book", "3201", "account"],
)
def test_a_difference_is_told(move: Move, says: str) -> None:
    done, findings = audited(move)
    assert done.differences
    assert any(says in finding for finding in findings), findings


def test_fen_are_counted_exactly() -> None:
    done, _ = audited(move_fen("person-medical", "fund-", 7))
    assert (done.lost_fen, done.doubled_fen) == (7, 7)
    done, _ = audited(move_fen("person-medical", "fund-", -3))
    assert (done.lost_fen, done.doubled_fen) == (3, 3)


@pytest.mark.parametrize(
    ("city", "insured_city", "tiers"),
    [
        ("310000", "310000", 1),
        ("510100", "511100", 3),
        ("310000", "511100", 5),
    ],
    ids=["local", "province", "nation"],
)
def test_a_settlement_lands_at_every_tier_of_its_route(city: str, insured_city: str, tiers: int) -> None:
    assert len(set(route_of(city, insured_city))) == tiers
