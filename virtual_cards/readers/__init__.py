"""Readers: what a card is put into. All of them have pyscard's verbs."""
