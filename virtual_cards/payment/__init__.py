"""The payment application: its data, its state and its cryptograms (facts: card.md §15)."""
