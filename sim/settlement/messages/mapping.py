"""Catalogue mapping: 3301 upload and 3302 cancel (settlement.md §2.3).

A change is 3302 and then 3301. The facts name the fields of 3301 without lengths, and 3302 without fields:
identity, name, list, code and dates are required, and the lengths are ours [?].
"""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from onecard.sim.settlement.messages.fields import (
    Code30,
    Date,
    Message,
    Node,
    Optional30,
    Optional50,
    Optional100,
    Optional200,
    Optional500,
    Optional1000,
    Text30,
    Text50,
    Text200,
)

__all__ = [
    "MAX_MAPPINGS",
    "CatalogueMapping",
    "CatalogueMappingCancellation",
    "CatalogueMappingCancellationInput",
    "CatalogueMappingInput",
]

MAX_MAPPINGS = 100
"""Rows of one call [M]."""


class CatalogueMapping(Node, kw_only=True):
    """3301 ``data`` row: an item of the institution and the national code that it stands for."""

    fixmedins_hilist_id: Text30
    fixmedins_hilist_name: Text200
    list_type: Code30
    med_list_codg: Text50
    begndate: Date
    enddate: Date
    aprvno: Optional100 = None
    dosform: Optional50 = None
    exct_cont: Optional1000 = None
    item_cont: Optional1000 = None
    prcunt: Optional30 = None
    spec: Optional200 = None
    pacspec: Optional200 = None
    memo: Optional500 = None


class CatalogueMappingInput(Message):
    """Input of 3301."""

    data: Annotated[list[CatalogueMapping], Meta(min_length=1, max_length=MAX_MAPPINGS)]


class CatalogueMappingCancellation(Node, kw_only=True):
    """3302 ``data`` [?]."""

    fixmedins_code: Text30
    fixmedins_hilist_id: Text30
    list_type: Code30
    med_list_codg: Text50


class CatalogueMappingCancellationInput(Message):
    """Input of 3302 [?]."""

    data: CatalogueMappingCancellation
