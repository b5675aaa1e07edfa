"""The medical purse: its state, its amounts and its cryptograms (facts: card.md §13)."""
