"""One string to an implementation under test: cards of ours, cards in readers, cards behind programs."""
