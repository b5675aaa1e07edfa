"""The event tables of a run of a settlement network."""

from __future__ import annotations

from onecard.sim.recording.tables import MESSAGES, TableSchema, table_of

__all__ = ["SETTLEMENT_SCHEMAS"]

SETTLEMENT_SCHEMAS: dict[str, TableSchema] = {
    schema.name: schema
    for schema in (
        # one row per insured city
        table_of("cities", "city:text province:text policy:text people hospitals pharmacies"),
        # one row per treatment, written when it ends; outcome is "settled", "taken-back", "unreachable",
        # "unresolved" or the platform's reason; amounts are those of the settlement in force, else 0
        table_of(
            "treatments",
            "visit person city:text treated:text scope:text kind:text filing:text institution:text planned_us"
            " begin_us end_us outcome:text begun_anew setl_id:text medfee_sumamt_fen fund_pay_sumamt_fen"
            " acct_pay_fen psn_cash_pay_fen",
        ),
        # one row per message and hop; result is what its sender heard, "no-answer" after the time-out
        MESSAGES,
        # one row per message that a tier has answered
        table_of("served", "arrived_us visit tier:text kind:text steps waited_us computed_us asked_us"),
        # one row per settlement row of every tier, written at the end of the run
        table_of(
            "landed",
            "tier:text table:text setl_id:text init_setl_id:text clr_day:text insured:text treatment:text"
            " insutype:text med_type:text medfee_sumamt_fen fund_pay_sumamt_fen acct_pay_fen"
            " acct_mulaid_pay_fen cash_payamt_fen in_force settled_us",
        ),
        # one row per entry of a posting in the book of a tier
        table_of(
            "postings",
            "time_us tier:text posting reference:text purpose:text account:text kind:text amount_fen",
        ),
        # one row per message whose result an institution did not know, and what became of it
        table_of(
            "uncertain",
            "sent_us visit institution:text treated:text city:text kind:text unknown resolved_us fate:text",
        ),
        # one row per side of every boundary at every reconciliation
        table_of(
            "reconciliation",
            "run:text time_us day:text boundary:text side:text rows person_times medfee_sumamt_fen"
            " fund_pay_sumamt_fen acct_pay_fen differences",
        ),
        # one row per outage of the scenario
        table_of("outages", "name:text what:text place:text peer:text begins_us ends_us"),
        # one row per tier, written at the end of the run
        table_of("stations", "kind:text tier:text servers open_us busy_us served longest"),
        # one row per finding of the books' agreement, at the end; none when all is well
        table_of("findings", "run:text finding:text"),
    )
}
