"""Reconciliation, clearing and prepayment: pure functions over the tables of tiers (settlement.md §5.5, 5.6).

What crosses between tiers as messages is in :mod:`onecard.sim.settlement.tiers.between`, what institutions
send in :mod:`onecard.sim.settlement.tiers.treatment`. Import from the modules; this package has no names of
its own, because tiers import parts of it and parts of it read tiers.
"""
