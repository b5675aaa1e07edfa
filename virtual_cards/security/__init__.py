"""Keys and cryptography of the social security card (facts: card.md §9)."""
