"""The medical catalogue and the split of one fee line (settlement.md §4 A-8 to A-12).

A line splits in this order: class C, items outside the catalogue and restricted items without approval are
fully self-funded; else what the price exceeds the ceiling by is the person's, then the item's pre-self-pay
ratio of the rest, and what remains is in policy scope. Prices are integer micro-yuan, quantities integer
ten-thousandths, ratios integer ten-thousandths; every amount is rounded half up to the fen.
"""

from __future__ import annotations

import functools
from importlib import resources
from typing import TYPE_CHECKING, Annotated, Literal

import msgspec
from msgspec import Meta

from onecard.sim.errors import InputError
from onecard.sim.settlement.messages.amounts import scaled_of
from onecard.sim.validation import convert

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

__all__ = ["Catalogue", "Item", "LineSplit", "line_amount_fen", "load_catalogue", "split_line"]

_PRICE_TIMES_COUNT_PER_FEN = 10**8  # (1e-6 yuan) x (1e-4) = 1e-10 yuan
_WHOLE_RATIO = 10_000
_Decimal = Annotated[str, Meta(pattern=r"\A[0-9]{1,9}(\.[0-9]{1,6})?\Z")]


class Item(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One item of the catalogue.

    Attributes:
        code: national catalogue code (``med_list_codg``).
        english: name.
        chinese: name.
        list_type: 101 drugs, 102 pieces, 201 services, 301 consumables (settlement.md §3.3).
        med_chrgitm_type: charge category, 01 to 14 (§3.3).
        chrgitm_lv: catalogue class, 01 甲, 02 乙, 03 丙.
        selfpay_prop: pre-self-pay ratio of class 乙, 0 to 1.
        pric: usual unit price in yuan.
        pric_uplmt_amt: price ceiling in yuan, absent for none.
        restricted: needs the hospital's approval flag.
    """

    code: Annotated[str, Meta(min_length=1, max_length=50)]
    english: str
    chinese: str
    list_type: Literal["101", "102", "103", "104", "201", "301"]
    med_chrgitm_type: Annotated[str, Meta(pattern=r"\A(0[1-9]|1[0-4])\Z")]
    chrgitm_lv: Literal["01", "02", "03"]
    selfpay_prop: _Decimal = "0"
    pric: _Decimal
    pric_uplmt_amt: _Decimal | None = None
    restricted: bool = False

    @property
    def price_micro(self) -> int:
        """Usual unit price in micro-yuan."""
        return scaled_of(self.pric, 6, "pric")


class LineSplit(msgspec.Struct, frozen=True, kw_only=True):
    """Where the amount of a line (or of all lines) belongs, in fen; the four parts sum to the amount."""

    amount_fen: int
    fulamt_ownpay_fen: int = 0
    overlmt_fen: int = 0
    preselfpay_fen: int = 0
    inscp_scp_fen: int = 0

    @staticmethod
    def total(lines: Sequence[LineSplit]) -> LineSplit:
        """Add lines up (A-13)."""
        return LineSplit(
            amount_fen=sum([line.amount_fen for line in lines]),
            fulamt_ownpay_fen=sum([line.fulamt_ownpay_fen for line in lines]),
            overlmt_fen=sum([line.overlmt_fen for line in lines]),
            preselfpay_fen=sum([line.preselfpay_fen for line in lines]),
            inscp_scp_fen=sum([line.inscp_scp_fen for line in lines]),
        )


class _Terms(msgspec.Struct, frozen=True):
    """An item's figures as integers."""

    item: Item
    selfpay: int
    ceiling_micro: int | None


class Catalogue:
    """The items of a place of treatment, by code."""

    def __init__(self, items: Sequence[Item], *, where: str = "catalogue") -> None:
        self.items = tuple(items)
        self._terms: dict[str, _Terms] = {}
        for item in self.items:
            if item.code in self._terms:
                raise InputError("item appears twice", where=where, value=item.code)
            self._terms[item.code] = _terms_of(item, where)

    def __getitem__(self, code: str) -> Item:
        """Return an item; KeyError when the catalogue does not have it."""
        return self._terms[code].item

    def get(self, code: str) -> _Terms | None:
        """Return an item's figures, or None when the catalogue does not have it."""
        return self._terms.get(code)


def _terms_of(item: Item, where: str) -> _Terms:
    selfpay = scaled_of(item.selfpay_prop, 4, "selfpay_prop")
    expected = {"01": selfpay == 0, "02": 0 <= selfpay < _WHOLE_RATIO, "03": selfpay == _WHOLE_RATIO}
    if not expected[item.chrgitm_lv]:
        raise InputError(
            "pre-self-pay ratio does not fit the class",
            where=f"{where}: {item.code}.selfpay_prop",
            value=item.selfpay_prop,
            allowed="class 01: 0; class 02: 0 or more and below 1; class 03: 1",
        )
    ceiling = item.pric_uplmt_amt
    return _Terms(item, selfpay, None if ceiling is None else scaled_of(ceiling, 6, "pric_uplmt_amt"))


def line_amount_fen(price_micro: int, count_e4: int) -> int:
    """Return quantity times unit price, half up to the fen (A-8)."""
    return (price_micro * count_e4 + _PRICE_TIMES_COUNT_PER_FEN // 2) // _PRICE_TIMES_COUNT_PER_FEN


def split_line(
    terms: _Terms | None, *, amount_fen: int, price_micro: int, count_e4: int, approved: bool = True
) -> LineSplit:
    """Split one line by its catalogue item.

    Args:
        terms: the item's figures from :meth:`Catalogue.get`; None for an item outside the catalogue.
        amount_fen: line amount, zero or more.
        price_micro: unit price, micro-yuan.
        count_e4: quantity, ten-thousandths.
        approved: the hospital's approval, for restricted items.
    """
    if terms is None or terms.item.chrgitm_lv == "03" or (terms.item.restricted and not approved):
        return LineSplit(amount_fen=amount_fen, fulamt_ownpay_fen=amount_fen)
    over_fen = 0
    if terms.ceiling_micro is not None and price_micro > terms.ceiling_micro:
        over_fen = min(line_amount_fen(price_micro - terms.ceiling_micro, count_e4), amount_fen)
    within_fen = amount_fen - over_fen
    own_fen = (within_fen * terms.selfpay + _WHOLE_RATIO // 2) // _WHOLE_RATIO
    return LineSplit(
        amount_fen=amount_fen,
        overlmt_fen=over_fen,
        preselfpay_fen=own_fen,
        inscp_scp_fen=within_fen - own_fen,
    )


class _File(msgspec.Struct, forbid_unknown_fields=True):
    title: str
    synthetic: bool
    source: str
    item: tuple[Item, ...]


def load_catalogue(path: Path | None = None) -> Catalogue:
    """Load a catalogue file, by default the synthetic one of the package.

    Raises:
        InputError: the file does not follow the schema; names field, value and what is allowed.
    """
    if path is None:
        return _built_in()
    return _read(path.read_bytes(), str(path))


@functools.cache
def _built_in() -> Catalogue:
    """Load the synthetic catalogue, once: nothing in it changes."""
    return _read(resources.files(__package__).joinpath("catalogue.toml").read_bytes(), "catalogue.toml")


def _read(data: bytes, where: str) -> Catalogue:
    try:
        raw = msgspec.toml.decode(data)
    except msgspec.DecodeError as error:
        raise InputError(f"not a TOML file: {error}", where=where) from None
    return Catalogue(convert(raw, _File, where=where).item, where=where)
