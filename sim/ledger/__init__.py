"""Money of the world: double entry in fen; the sum over all accounts is zero after every posting."""

from onecard.sim.ledger.kinds import KINDS, AccountKind, kind_of
from onecard.sim.ledger.ledger import (
    AccountError,
    Audit,
    DuplicateError,
    Ledger,
    LedgerError,
    OverdraftError,
    Posting,
    UnbalancedError,
)

__all__ = [
    "KINDS",
    "AccountError",
    "AccountKind",
    "Audit",
    "DuplicateError",
    "Ledger",
    "LedgerError",
    "OverdraftError",
    "Posting",
    "UnbalancedError",
    "kind_of",
]
