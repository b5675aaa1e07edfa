"""The split of a fee line by the catalogue, and the catalogue file itself."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onecard.sim.errors import InputError
from onecard.sim.settlement.benefit import Catalogue, Item, LineSplit, load_catalogue, split_line
from onecard.sim.settlement.benefit.catalogue import line_amount_fen


def split(
    item: Item | None, *, price: int, count: int = 1, amount_fen: int | None = None, approved: bool = True
) -> LineSplit:
    catalogue = Catalogue([item] if item else [])
    price_micro, count_e4 = price * 10_000, count * 10_000
    amount = line_amount_fen(price_micro, count_e4) if amount_fen is None else amount_fen
    terms = catalogue.get(item.code) if item else None
    return split_line(terms, amount_fen=amount, price_micro=price_micro, count_e4=count_e4, approved=approved)


def item(level: str = "01", selfpay: str = "0", **fields: object) -> Item:
    values = {
        "code": "X",
        "english": "x",
        "chinese": "x",
        "list_type": "101",
        "med_chrgitm_type": "09",
        "pric": "1",
    }
    return Item(**{**values, "chrgitm_lv": level, "selfpay_prop": selfpay, **fields})  # type: ignore[arg-type]


def test_vector_class_b_above_its_ceiling() -> None:
    found = split(item("02", "0.10", pric_uplmt_amt="100"), price=12_000, count=2)
    assert found == LineSplit(
        amount_fen=24_000, overlmt_fen=4_000, preselfpay_fen=2_000, inscp_scp_fen=18_000
    )


def test_vector_pre_self_pay_is_rounded_half_up() -> None:
    found = split(item("02", "0.05"), price=452)
    assert (found.preselfpay_fen, found.inscp_scp_fen) == (23, 429)


@pytest.mark.parametrize(
    ("kind", "approved"),
    [
        pytest.param(item("03", "1"), True, id="class-c"),
        pytest.param(None, True, id="outside-the-catalogue"),
        pytest.param(item(restricted=True), False, id="restricted-without-approval"),
    ],
)
def test_some_lines_are_fully_self_funded(kind: Item | None, approved: bool) -> None:
    assert split(kind, price=999, approved=approved) == LineSplit(amount_fen=999, fulamt_ownpay_fen=999)


def test_a_restricted_item_with_approval_is_in_scope() -> None:
    assert split(item(restricted=True), price=999).inscp_scp_fen == 999


@given(
    level=st.sampled_from(["01", "02"]),
    selfpay=st.integers(0, 9_999),
    ceiling=st.none() | st.integers(1, 10**6),
    price=st.integers(0, 10**6),
    count=st.integers(1, 500),
    off_by=st.integers(-1, 1),
)
def test_the_four_parts_always_sum_to_the_line(
    *, level: str, selfpay: int, ceiling: int | None, price: int, count: int, off_by: int
) -> None:
    ratio = "0" if level == "01" else f"0.{selfpay:04d}"
    ceiling_text = None if ceiling is None else f"{ceiling // 100}.{ceiling % 100:02d}"
    amount_fen = max(0, price * count + off_by)
    found = split(
        item(level, ratio, pric_uplmt_amt=ceiling_text), price=price, count=count, amount_fen=amount_fen
    )
    parts = (found.fulamt_ownpay_fen, found.overlmt_fen, found.preselfpay_fen, found.inscp_scp_fen)
    assert min(parts) >= 0
    assert sum(parts) == amount_fen


def test_the_built_in_catalogue_covers_the_classes_and_says_that_it_is_synthetic() -> None:
    catalogue = load_catalogue()
    assert {each.chrgitm_lv for each in catalogue.items} == {"01", "02", "03"}
    assert {each.list_type for each in catalogue.items} >= {"101", "102", "201", "301"}
    assert all(each.code.startswith("SYN-") for each in catalogue.items)
    assert any(each.restricted for each in catalogue.items)


@pytest.mark.parametrize(
    ("level", "selfpay"), [("01", "0.05"), ("02", "1"), ("03", "0.5")], ids=["甲", "乙", "丙"]
)
def test_a_ratio_that_does_not_fit_its_class_is_refused(level: str, selfpay: str) -> None:
    with pytest.raises(InputError, match="does not fit the class"):
        Catalogue([item(level, selfpay)])


def test_a_code_may_appear_once() -> None:
    with pytest.raises(InputError, match="appears twice"):
        Catalogue([item(), item()])


def test_a_catalogue_file_with_an_unknown_class_names_the_field(tmp_path: Path) -> None:
    path = tmp_path / "catalogue.toml"
    path.write_text(
        'title = "x"\nsynthetic = true\nsource = "x"\n[[item]]\ncode = "A"\nenglish = "a"\nchinese = "a"\n'
        'list_type = "101"\nmed_chrgitm_type = "09"\nchrgitm_lv = "04"\npric = "1"\n',
        encoding="utf-8",
    )
    with pytest.raises(InputError, match="chrgitm_lv"):
        load_catalogue(path)
