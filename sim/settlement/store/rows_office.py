"""Rows of sign-ins, catalogue mappings, files, calls of generation A, and the hot list of cards.

The names are this project's: a city's copy of the platform (settlement.md §5.7) was not seen with them.
"""

from __future__ import annotations

import msgspec

__all__ = ["FileRow", "HotListRow", "MappingRow", "SignInRow", "TransactionIdRow"]


class _Row(msgspec.Struct, frozen=True, kw_only=True):
    pass


class SignInRow(_Row, frozen=True, kw_only=True):
    """A sign-in of an operator (settlement.md §1.5); ``sign_out_time`` is empty while it is in force."""

    sign_no: str
    fixmedins_code: str
    opter_no: str
    ip: str
    mac: str = ""
    sign_time: str
    sign_out_time: str = ""


class MappingRow(_Row, frozen=True, kw_only=True):
    """An institution's own item and the national code that it stands for (3301).

    Attributes:
        mapping: institution, list and own code.
        item: institution and own code, to find the mapping of a fee line by.
        vali_flag: ``"0"`` once it was cancelled (3302).
    """

    mapping: str
    item: str
    fixmedins_code: str
    fixmedins_hilist_id: str
    fixmedins_hilist_name: str
    list_type: str
    med_list_codg: str
    begndate: str
    enddate: str
    vali_flag: str = "1"


class FileRow(_Row, frozen=True, kw_only=True):
    """A file of an institution, sent (9101) or to be fetched (9102).

    Attributes:
        size: bytes.
        content: the file; taken out after ``dld_endtime``, the row stays.
        dld_end_us: until when it can be fetched; ``dld_endtime`` is the same as a text.
    """

    file_qury_no: str
    fixmedins_code: str
    filename: str
    size: int
    content: bytes
    created_us: int
    dld_end_us: int
    dld_endtime: str


class HotListRow(_Row, frozen=True, kw_only=True):
    """A card on the ministry's hot list (settlement.md §5.2 CA-2).

    Attributes:
        card: city that issued it, and number: numbers are unique in one city only.
        admdvs: division that reported it.
        card_no: number of the card, or of its electronic form.
        result: authentication result that it gets (§10 Q-9), ``"2"`` for a lost card.
        listed: whether it is on the list now.
        chg_time: when the status changed; an older report changes nothing.
    """

    card: str
    admdvs: str
    card_no: str
    result: str
    listed: bool
    chg_time: str
    updated_us: int


class TransactionIdRow(_Row, frozen=True, kw_only=True):
    """The last call of generation A that a visit had, to know its repeat by (settlement.md §2.6).

    Attributes:
        scope: institution and visit.
        digest: of transaction number and document; empty after a refusal, so that the same call is a new one.
        transid: the number that the platform gave it.
        inf_time: when it came first; a repeat is the same message to the byte.
    """

    scope: str
    digest: str
    transid: str
    inf_time: str
