"""What a card's chip holds: the memory that lasts, how it is written, and the session that does not last."""
