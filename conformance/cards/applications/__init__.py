"""Purse, PSAM, bank application: cases."""
