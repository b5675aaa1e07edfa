"""The book of a tier: double entry whose postings are rows of the tier's store.

A balance is the sum of the postings, so a tier that is loaded again has the balances that it had, and a step
that is rolled back moves its money back. Accounts are opened when they are first needed, with what their
holder has at the start, and that is a posting too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from onecard.sim.ledger import DuplicateError, Ledger, Posting
from onecard.sim.ledger.ledger import OPENING
from onecard.sim.settlement.store.rows import PostingRow

if TYPE_CHECKING:
    from collections.abc import Callable

    from onecard.sim.settlement.store import Store, Table

__all__ = ["Book"]


class Book:
    """Accounts and postings of one tier.

    Args:
        store: where postings are rows of table ``POSTING``.
        observer: called with every posting (the world's record).
    """

    def __init__(self, store: Store, observer: Callable[[Posting], None] | None = None) -> None:
        self._ledger = Ledger(observer)
        self._rows: Table[PostingRow] = store.tables["POSTING"]
        self._rows.on_undo = self._take_back

    @property
    def ledger(self) -> Ledger:
        """The balances."""
        return self._ledger

    def ensure(self, account: str, opening_fen: int, now_us: int) -> str:
        """Open an account unless it is open; return its name."""
        if account not in self._ledger:
            self._ledger.open(account)
            if opening_fen:
                entries = ((OPENING, -opening_fen), (account, opening_fen))
                self.post(Posting(now_us, account, "opening", entries))
            else:
                self._rows.put(
                    PostingRow(
                        posting=f"{account} opening",
                        time_us=now_us,
                        reference=account,
                        purpose="opening",
                        entries=((account, 0),),
                    )
                )
        return account

    def balance(self, account: str) -> int:
        """Return what an account holds, in fen; 0 for one that is not open yet."""
        return self._ledger.balance(account) if account in self._ledger else 0

    def post(self, posting: Posting) -> None:
        """Move money.

        Raises:
            DuplicateError: there is a posting for this reference and purpose.
            LedgerError: as :meth:`~onecard.sim.ledger.Ledger.post`.
        """
        name = f"{posting.reference} {posting.purpose}"
        if self._rows.get(name) is not None:
            raise DuplicateError(f"posting {name} is in the book already")
        self._ledger.post(posting)
        self._rows.put(
            PostingRow(
                posting=name,
                time_us=posting.time_us,
                reference=posting.reference,
                purpose=posting.purpose,
                entries=posting.entries,
            )
        )

    def posted(self, reference: str, purpose: str) -> PostingRow | None:
        """Return the posting for a reference and purpose, or None."""
        return self._rows.get(f"{reference} {purpose}")

    def load(self, row: PostingRow) -> None:
        """Take over a posting of a database or an image."""
        self._ledger.restore(row.entries)

    def _take_back(self, row: PostingRow) -> None:
        self._ledger.revert(row.entries, close=row.purpose == "opening")
