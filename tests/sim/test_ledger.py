"""Double entry: whatever is posted, accepted or refused, the sum over all accounts stays zero."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onecard.sim.errors import DefectError
from onecard.sim.ledger import (
    KINDS,
    AccountError,
    AccountKind,
    Ledger,
    LedgerError,
    OverdraftError,
    Posting,
    UnbalancedError,
    kind_of,
)

ACCOUNTS = ("person-bank/1", "person-cash/1", "merchant/1", "bank-book/1", "fund-employee-pool/310000")


def ledger_with(opening_fen: int = 1_000) -> Ledger:
    ledger = Ledger()
    for account in ACCOUNTS:
        ledger.open(account, opening_fen=opening_fen)
    return ledger


def post(ledger: Ledger, *entries: tuple[str, int]) -> None:
    ledger.post(Posting(0, "test", "purchase", entries))


entries_strategy = st.lists(
    st.tuples(st.sampled_from((*ACCOUNTS, "merchant/unknown")), st.integers(-2_000, 2_000)), max_size=5
)


@given(st.lists(st.tuples(entries_strategy, st.booleans()), max_size=20))
def test_the_sum_is_zero_after_every_posting_accepted_or_refused(
    sequence: list[tuple[list[tuple[str, int]], bool]],
) -> None:
    ledger = ledger_with()
    for drawn, completed in sequence:
        rest = sum(amount for _, amount in drawn)
        entries = [*drawn, ("bank-book/1", -rest)] if completed and drawn else drawn
        before = {account: ledger.balance(account) for account in ledger.accounts()}
        count = ledger.postings
        try:
            post(ledger, *entries)
        except LedgerError:
            assert {account: ledger.balance(account) for account in ledger.accounts()} == before
            assert ledger.postings == count
        else:
            for account, balance_fen in before.items():
                moved = sum(amount for name, amount in entries if name == account)
                assert ledger.balance(account) == balance_fen + moved
        audit = ledger.audit()
        assert ledger.total_fen() == 0
        assert audit.total_fen == 0
        assert audit.clean


def test_an_opening_balance_comes_from_the_world_outside() -> None:
    ledger = Ledger()
    ledger.open("person-bank/1", opening_fen=700)
    assert ledger.balance("person-bank/1") == 700
    assert ledger.balance("opening/world") == -700


def test_a_posting_that_does_not_balance_is_our_own_defect() -> None:
    ledger = ledger_with()
    with pytest.raises(UnbalancedError, match="sum to -1 fen") as caught:
        post(ledger, ("person-bank/1", -5), ("merchant/1", 4))
    assert isinstance(caught.value, DefectError)


@pytest.mark.parametrize(
    "entries",
    [(), (("merchant/1", 0),), (("person-bank/1", -0.5), ("merchant/1", 0.5))],
    ids=["no-entries", "one-entry", "fractions-of-a-fen"],
)
def test_a_posting_must_be_two_or_more_whole_amounts(entries: tuple[tuple[str, int], ...]) -> None:
    with pytest.raises(UnbalancedError):
        post(ledger_with(), *entries)


def test_an_overdraft_names_the_account_and_moves_nothing() -> None:
    ledger = ledger_with()
    with pytest.raises(OverdraftError) as caught:
        post(ledger, ("merchant/1", 1_001), ("person-bank/1", -1_001))
    assert (caught.value.account, caught.value.balance_fen, caught.value.amount_fen) == (
        "person-bank/1",
        1_000,
        1_001,
    )
    assert ledger.balance("merchant/1") == 1_000


def test_only_the_net_of_a_posting_counts_against_an_account() -> None:
    ledger = ledger_with()
    post(ledger, ("person-bank/1", -1_500), ("person-bank/1", 600), ("merchant/1", 900))
    assert ledger.balance("person-bank/1") == 100


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.name)
def test_a_kind_goes_negative_only_where_the_table_says_so(kind: AccountKind) -> None:
    ledger = Ledger()
    account = f"{kind.name}/x"
    ledger.open(account)
    ledger.open("merchant/other")
    if kind.may_go_negative:
        post(ledger, (account, -1), ("merchant/other", 1))
        assert ledger.balance(account) == -1
        assert ledger.audit().clean
    else:
        with pytest.raises(OverdraftError):
            post(ledger, (account, -1), ("merchant/other", 1))


@pytest.mark.parametrize("account", ["purse/1", "merchant", "merchant/", "", "/1"])
def test_an_account_needs_a_known_kind_and_an_identifier(account: str) -> None:
    with pytest.raises(AccountError, match="kind/identifier"):
        Ledger().open(account)


def test_an_account_is_opened_once() -> None:
    ledger = ledger_with()
    with pytest.raises(AccountError, match="open already"):
        ledger.open("merchant/1")


def test_a_negative_opening_is_refused_and_leaves_no_account() -> None:
    ledger = Ledger()
    with pytest.raises(OverdraftError):
        ledger.open("merchant/1", opening_fen=-1)
    assert "merchant/1" not in ledger


def test_the_observer_sees_accepted_postings_only() -> None:
    seen: list[Posting] = []
    ledger = Ledger(seen.append)
    ledger.open("person-bank/1", opening_fen=10)
    ledger.open("merchant/1")
    post(ledger, ("person-bank/1", -3), ("merchant/1", 3))
    with pytest.raises(OverdraftError):
        post(ledger, ("person-bank/1", -30), ("merchant/1", 30))
    assert [posting.purpose for posting in seen] == ["opening", "purchase"]


def test_every_kind_has_labels_and_its_own_name() -> None:
    for name, kind in KINDS.items():
        assert name == kind.name == kind_of(f"{name}/1")
        assert kind.english
        assert kind.chinese
