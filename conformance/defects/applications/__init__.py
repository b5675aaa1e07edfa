"""Purse, PSAM, bank application: defects."""
