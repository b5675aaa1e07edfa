"""What a tier keeps: tables, rows, and the schema."""

from onecard.sim.settlement.store.schema import SCHEMA
from onecard.sim.settlement.store.table import Change, Store, Table, TableSpec

__all__ = ["SCHEMA", "Change", "Store", "Table", "TableSpec"]
