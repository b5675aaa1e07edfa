"""The ledger: balances in fen, moved by postings whose entries sum to zero.

Theory of operation. A posting is a set of entries (account, amount); a positive amount is received, a
negative one is given. The ledger accepts a posting whole or not at all: it first computes every balance
that the posting would leave, refuses if one of them may not be, and only then writes them. So the sum over
all accounts is zero after every posting, accepted or refused, and no reader ever sees half a posting.

The running total is maintained from the balances as they are written (it is not assumed to be zero), and
:meth:`Ledger.audit` computes it again from all balances. Opening balances are postings too,
against ``opening/world``.

Two errors, two culprits: an unbalanced posting, an unknown account, a name given twice or an amount that is
not a whole number of fen is a defect of the caller; an overdraft is an event of the world (somebody cannot
pay), which the caller turns into a refusal.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from onecard.sim.errors import DefectError
from onecard.sim.ledger.kinds import KINDS, AccountKind, kind_of

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = [
    "OPENING",
    "AccountError",
    "Audit",
    "DuplicateError",
    "Ledger",
    "LedgerError",
    "OverdraftError",
    "Posting",
    "UnbalancedError",
]

OPENING = "opening/world"


class LedgerError(Exception):
    """A posting was refused; nothing was moved."""


class UnbalancedError(LedgerError, DefectError):
    """The entries do not sum to zero, or are no entries at all: a defect of the caller."""


class AccountError(LedgerError, DefectError):
    """An account is unknown, opened twice, or of no known kind: a defect of the caller."""


class DuplicateError(LedgerError, DefectError):
    """A posting has the name of another one, whose row it would write over: a defect of the caller."""


class OverdraftError(LedgerError):
    """An account that may not go below zero would: the holder cannot pay.

    Attributes:
        account: the account that lacks money.
        balance_fen: what it holds.
        amount_fen: what the posting would take from it.
    """

    def __init__(self, account: str, balance_fen: int, amount_fen: int) -> None:
        super().__init__(f"account {account} holds {balance_fen} fen and cannot give {amount_fen} fen")
        self.account = account
        self.balance_fen = balance_fen
        self.amount_fen = amount_fen


class Posting(msgspec.Struct, frozen=True):
    """One movement of money.

    Attributes:
        time_us: when, microseconds since the scenario's start.
        reference: what it belongs to: a settlement, a bank trace number.
        purpose: why, a word of the caller's table: ``"purchase"``.
        entries: (account, amount_fen) pairs; received is positive, given is negative; they sum to zero.
    """

    time_us: int
    reference: str
    purpose: str
    entries: tuple[tuple[str, int], ...]


class Audit(msgspec.Struct, frozen=True, kw_only=True):
    """What a recount of all balances found."""

    accounts: int
    postings: int
    total_fen: int
    total_fen_by_kind: dict[str, int]
    overdrawn: tuple[str, ...]

    @property
    def clean(self) -> bool:
        """Whether the sum is zero and no account is below what its kind allows."""
        return self.total_fen == 0 and not self.overdrawn


class Ledger:
    """Accounts and their balances.

    Args:
        observer: called with every accepted posting, after it is written (the recorder).
        kinds: the table of account kinds.
    """

    __slots__ = ("_balances", "_kinds", "_observer", "_overdraftable", "_postings", "_total")

    def __init__(
        self,
        observer: Callable[[Posting], None] | None = None,
        *,
        kinds: dict[str, AccountKind] = KINDS,
    ) -> None:
        self._kinds = kinds
        self._observer = observer
        self._balances: dict[str, int] = {}
        self._overdraftable: set[str] = set()
        self._total = 0
        self._postings = 0
        self.open(OPENING)

    def __contains__(self, account: str) -> bool:
        """Return whether the account is open."""
        return account in self._balances

    @property
    def postings(self) -> int:
        """Number of postings accepted so far, opening balances included."""
        return self._postings

    def open(self, account: str, *, opening_fen: int = 0, time_us: int = 0) -> str:
        """Open an account and give it its opening balance out of ``opening/world``.

        Args:
            account: ``kind/identifier``.
            opening_fen: what the holder has at the start; zero posts nothing.
            time_us: time of the opening posting.

        Returns:
            The account's name.

        Raises:
            AccountError: the kind is unknown, the identifier empty, or the account already open.
            OverdraftError: a negative opening for a kind that may not go negative.
        """
        kind = self._kinds.get(kind_of(account))
        if kind is None or len(account) <= len(kind.name) + 1:
            known = ", ".join(self._kinds)
            raise AccountError(f"account {account!r} is not kind/identifier with a kind out of: {known}")
        if account in self._balances:
            raise AccountError(f"account {account} is open already")
        self._balances[account] = 0
        if kind.may_go_negative:
            self._overdraftable.add(account)
        if opening_fen:
            entries = ((OPENING, -opening_fen), (account, opening_fen))
            try:
                self.post(Posting(time_us, account, "opening", entries))
            except LedgerError:
                del self._balances[account]
                raise
        return account

    def post(self, posting: Posting) -> None:
        """Move money: all entries or none.

        Raises:
            UnbalancedError: fewer than two entries, a fraction of a fen, or a sum other than zero.
            AccountError: an account is not open.
            OverdraftError: an account would go below zero and its kind forbids it.
        """
        entries = posting.entries
        balances = self._balances
        after: dict[str, int] = {}
        total = 0
        for account, amount_fen in entries:
            if type(amount_fen) is not int:
                raise UnbalancedError(f"posting {posting.reference}: {amount_fen!r} is not a number of fen")
            before = after.get(account)
            if before is None:
                before = balances.get(account)
                if before is None:
                    raise AccountError(f"posting {posting.reference}: account {account!r} is not open")
            after[account] = before + amount_fen
            total += amount_fen
        if total or len(entries) < 2:
            raise UnbalancedError(
                f"posting {posting.reference} ({posting.purpose}): {len(entries)} entries that sum to "
                f"{total} fen; allowed are two or more that sum to 0"
            )
        written = 0
        for account, balance_fen in after.items():
            before = balances[account]
            if balance_fen < 0 and balance_fen < before and account not in self._overdraftable:
                raise OverdraftError(account, before, before - balance_fen)
            written += balance_fen - before
        balances.update(after)
        self._total += written
        self._postings += 1
        if self._observer is not None:
            self._observer(posting)

    def restore(self, entries: tuple[tuple[str, int], ...]) -> None:
        """Apply the entries of a posting that was accepted before, opening its accounts as needed."""
        for account, amount_fen in entries:
            if account not in self._balances:
                self.open(account)
            self._balances[account] += amount_fen
            self._total += amount_fen
        self._postings += 1

    def revert(self, entries: tuple[tuple[str, int], ...], *, close: bool = False) -> None:
        """Take an accepted posting back as if it had never been.

        Args:
            entries: of the posting.
            close: it opened an account, the last one named: close that again.
        """
        for account, amount_fen in entries:
            self._balances[account] -= amount_fen
            self._total -= amount_fen
        self._postings -= 1
        if close:
            del self._balances[entries[-1][0]]

    def balance(self, account: str) -> int:
        """Return an account's balance in fen.

        Raises:
            AccountError: the account is not open.
        """
        try:
            return self._balances[account]
        except KeyError:
            raise AccountError(f"account {account!r} is not open") from None

    def total_fen(self) -> int:
        """Return the maintained sum over all accounts: always zero."""
        return self._total

    def accounts(self, kind: str | None = None) -> tuple[str, ...]:
        """Return the open accounts, in order of opening, all or those of one kind."""
        return tuple(account for account in self._balances if kind is None or kind_of(account) == kind)

    def audit(self) -> Audit:
        """Count everything again from the balances."""
        by_kind: dict[str, int] = {}
        for account, balance_fen in self._balances.items():
            kind = kind_of(account)
            by_kind[kind] = by_kind.get(kind, 0) + balance_fen
        return Audit(
            accounts=len(self._balances),
            postings=self._postings,
            total_fen=sum(self._balances.values()),
            total_fen_by_kind=dict(sorted(by_kind.items())),
            overdrawn=tuple(
                account
                for account, balance_fen in self._balances.items()
                if balance_fen < 0 and account not in self._overdraftable
            ),
        )
