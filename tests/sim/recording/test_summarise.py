"""The summary is what the tables say."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from run_samples import FACTS, write_run

from onecard.sim.recording.recorder import Recorder
from onecard.sim.recording.run_folder import EVENTS
from onecard.sim.recording.summarise import match_entries, percentile, summarise
from onecard.sim.recording.summary import MoneyFlow, SettlementTotals


def test_the_sample_run_is_summed_up(tmp_path: Path) -> None:
    summary = write_run(tmp_path)
    assert (summary.people, summary.card_uses, summary.apdus, summary.settlements) == (2, 1, 5, 1)
    assert summary.uses_by_stop == {"park": 1, "medical": 0}
    assert summary.refusals == {"card-lost": 1}
    assert summary.remedies == {"apply-replacement": 1}
    assert summary.refusals_by_stop == {"medical": {"card-lost": 1}}
    assert summary.wait_s_p50 == {"hospital": 0.0, "park": 2.0}
    assert summary.utilisation == {"park": 0.05}
    assert summary.uses_per_person == {"0": 1, "1": 1}
    assert summary.uses_by_credential == {"contactless": 1}
    assert summary.cards_by_version == {"2.00": 1, "3.00": 1}
    assert summary.apdus_by_command == {
        "CIPHER DATA": 1,
        "GET RESPONSE": 1,
        "READ RECORD": 1,
        "SELECT": 1,
        "VERIFY": 1,
    }
    assert summary.status_words == {"6108": 1, "611E": 1, "9000": 2}
    assert summary.dialogues["contactless identity-tap"].p50_s == 0.26
    assert summary.ledger_sum_fen == 0
    assert summary.settlement_totals == {
        "outpatient": SettlementTotals(
            settlements=1,
            medfee_sumamt_fen=1500,
            fund_pay_sumamt_fen=500,
            acct_pay_fen=200,
            psn_cash_pay_fen=800,
        )
    }
    assert summary.pin_status_queries == 1
    assert summary.curve.uses_by_service == {"park-entry": summary.curve.uses_by_stop["park"]}
    assert sum(summary.curve.uses_by_stop["park"]) == 1
    assert summary.curve.uses_by_stop["park"][28] == 1


def test_money_is_followed_from_payer_to_payees(tmp_path: Path) -> None:
    assert write_run(tmp_path).money == [
        MoneyFlow(source="person-cash", target="fund", purpose="cash-purchase", amount_fen=500, postings=1),
        MoneyFlow(
            source="person-cash", target="institution", purpose="cash-purchase", amount_fen=1000, postings=1
        ),
    ]


def test_a_run_in_which_nothing_happened_has_a_summary(tmp_path: Path) -> None:
    (tmp_path / EVENTS).mkdir()
    Recorder(tmp_path / EVENTS).close()
    summary = summarise(tmp_path / EVENTS, facts=FACTS)
    assert (summary.people, summary.card_uses, summary.ledger_sum_fen, summary.money) == (0, 0, 0, [])
    assert summary.uses_by_stop == {"park": 0, "medical": 0}


@pytest.mark.parametrize(
    ("values", "percent", "expected"),
    [
        ([5], 50, 5),
        ([1, 2, 3, 4], 50, 2),
        ([1, 2, 3, 4], 95, 4),
        ([4, 3, 2, 1], 25, 1),
        (list(range(100)), 95, 94),
    ],
)
def test_percentiles_are_observed_values_by_nearest_rank(
    values: list[int], percent: int, expected: int
) -> None:
    assert percentile(np.array(values), percent) == expected


sides = st.lists(st.tuples(st.sampled_from("abc"), st.integers(1, 100)), min_size=1, max_size=5)


@given(payers=sides, data=st.data())
def test_matching_gives_each_payer_and_payee_its_whole_amount(
    payers: list[tuple[str, int]], data: st.DataObject
) -> None:
    total = sum(fen for _, fen in payers)
    cuts = sorted(data.draw(st.sets(st.integers(1, total), max_size=4)) | {total})
    payees = [(f"p{at}", end - start) for at, (start, end) in enumerate(zip([0, *cuts], cuts, strict=False))]
    matched = match_entries(payers, payees)
    assert all(fen > 0 for _, _, fen in matched)
    for name, fen in payees:
        assert sum(part for _, target, part in matched if target == name) == fen
    for name in {name for name, _ in payers}:
        assert sum(part for source, _, part in matched if source == name) == sum(
            f for n, f in payers if n == name
        )
