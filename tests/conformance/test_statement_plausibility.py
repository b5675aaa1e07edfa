"""A statement that cannot be true is refused before anything runs, in one line that names the fields."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from onecard.conformance.model.statement import Statement
from onecard.conformance.statements.loader import load_statement, read_statement, reference_statement
from onecard.conformance.statements.plausibility import refuse_implausible, statement_problems
from onecard.sim.errors import InputError
from onecard.virtual_cards.layouts import VERSIONS

DESTRUCTIVE = ("card/block/application/01", "card/block/card/01")


def changed(reference: str, /, **paths: Any) -> Statement:
    """Return a reference's statement with some fields replaced: ``card__facts__pin="1"``."""
    raw = msgspec.to_builtins(reference_statement(reference))
    raw["destructive"] = []
    for path, value in paths.items():
        *groups, name = path.split("__")
        table = raw
        for group in groups:
            table = table[group]
        table[name] = value
    return msgspec.convert(raw, Statement)


@pytest.mark.parametrize("version", VERSIONS)
def test_the_statements_of_the_references_are_plausible(version: str) -> None:
    assert statement_problems(reference_statement(version), DESTRUCTIVE) == ()


REFUSALS: dict[str, tuple[Statement, tuple[str, ...]]] = {
    "a contactless face before 3.00": (
        changed("2.00", card__faces=["contact", "contactless"]),
        ("card.faces", "card.specification", "'2.00'"),
    ),
    "SM4 on 1.00": (
        changed("1.00", card__algorithm="SM4"),
        ("card.algorithm", "card.specification", "'1.00'"),
    ),
    "SM4 on 2.00": (changed("2.00", card__algorithm="SM4"), ("card.algorithm", "card.specification")),
    "no face": (changed("3.00", card__faces=[]), ("card.faces",)),
    "a face twice": (changed("3.00", card__faces=["contact", "contact"]), ("card.faces", "twice")),
    "an unknown option": (changed("3.00", card__options=["radio"]), ("card.options", "'radio'", "purse")),
    "an option twice": (changed("3.00", card__options=["purse", "purse"]), ("card.options", "twice")),
    "a bank application on 1.00": (
        changed("1.00", card__options=["bank"]),
        ("card.options", "'bank'", "card.specification", "'1.00'"),
    ),
    "a PIN of three digits": (changed("3.00", card__facts__pin="123"), ("card.facts.pin", "4 to 12")),
    "a PIN of thirteen digits": (changed("3.00", card__facts__pin="1" * 13), ("card.facts.pin",)),
    "a PIN of letters": (changed("3.00", card__facts__pin="12a456"), ("card.facts.pin",)),
    "a PIN of other digits": (changed("3.00", card__facts__pin="１２３４"), ("card.facts.pin",)),
    "no PIN tries": (changed("3.00", card__facts__pin_tries=0), ("card.facts.pin_tries", "2 to 15")),
    "sixteen tries": (changed("3.00", card__facts__key_tries=16), ("card.facts.key_tries", "16")),
    "an area of five digits": (
        changed("3.00", card__facts__issuing_area="51990"),
        ("card.facts.issuing_area", "'51990'"),
    ),
    "an area with a line break": (
        changed("3.00", card__facts__issuing_area="519900\n"),
        ("card.facts.issuing_area",),
    ),
    "a chip provider of one byte": (
        changed("3.00", card__facts__chip_provider="81"),
        ("card.facts.chip_provider",),
    ),
    "a personality that the suite does not know": (
        changed("3.00", card__personality="golden"),
        ("card.personality", "'golden'", "standard"),
    ),
    "a PIN on the card without one": (
        changed("3.00", card__personality="no PIN"),
        ("card.personality", "card.facts.pin"),
    ),
    "no PIN on another card": (
        changed("3.00", card__facts__pin=""),
        ("card.facts.pin", "card.personality"),
    ),
    "an empty vendor": (changed("3.00", vendor=" "), ("vendor",)),
    "an empty product": (changed("3.00", product=""), ("product",)),
    "an empty version": (changed("3.00", version=""), ("version",)),
    "a vendor that moves the cursor": (changed("3.00", vendor="a\x1b[2J"), ("vendor", "printed")),
    "given keys that are not given": (
        changed("3.00", keys__source="given"),
        ("keys.source", "keys.values"),
    ),
    "values beside published keys": (
        changed("3.00", keys__values={"IRK/1": "00" * 16}),
        ("keys.source", "keys.values"),
    ),
    "a key of no name": (
        changed("3.00", keys={"source": "given", "values": {"XYZ/1": "00" * 16}}),
        ("keys.values", "'XYZ/1'", "key table"),
    ),
    "a key without version": (
        changed("3.00", keys={"source": "given", "values": {"IRK": "00" * 16}}),
        ("keys.values", "'IRK'"),
    ),
    "a version that the key has not": (
        changed("3.00", keys={"source": "given", "values": {"IRK/4": "00" * 16}}),
        ("keys.values", "IRK", "3"),
    ),
    "a key too short": (
        changed("3.00", keys={"source": "given", "values": {"STK/1": "00" * 8}}),
        ("keys.values", "8 bytes", "card.algorithm", "'SM4'"),
    ),
    "a single-DES key too long": (
        changed("2.00", keys={"source": "given", "values": {"STK/1": "00" * 16}}),
        ("keys.values", "16 bytes", "card.algorithm", "'3DES'"),
    ),
    "a key that is not hexadecimal": (
        changed("3.00", keys={"source": "given", "values": {"IRK/1": "0g" * 16}}),
        ("keys.values", "hexadecimal"),
    ),
    "a pattern that destroys nothing": (
        changed("3.00", destructive=["card/block/*", "card/blok/*"]),
        ("destructive", "'card/blok/*'"),
    ),
}


@pytest.mark.parametrize("name", REFUSALS)
def test_what_cannot_be_true_is_refused_in_one_line_that_names_the_fields(name: str) -> None:
    statement, wanted = REFUSALS[name]
    problems = statement_problems(statement, DESTRUCTIVE)
    assert len(problems) == 1
    assert all(each in problems[0] for each in wanted), problems[0]
    with pytest.raises(InputError) as refused:
        refuse_implausible(statement, DESTRUCTIVE)
    assert "\n" not in str(refused.value)
    assert "more)" not in str(refused.value)


def test_the_first_problem_is_told_and_the_others_are_counted() -> None:
    statement = changed("1.00", card__algorithm="SM4", card__options=["bank"], card__facts__pin="1")
    with pytest.raises(InputError, match=r"SM4.*\(and 2 more\)"):
        refuse_implausible(statement)


def test_cases_are_not_asked_for_while_the_card_is_impossible() -> None:
    def never() -> Any:
        pytest.fail("cases were made for a card that cannot exist")
        yield ""

    statement = changed("3.00", card__facts__pin="1", destructive=["card/*"])
    assert len(statement_problems(statement, never())) == 1


SOURCE = """
kind = "card"
vendor = "V"
product = "P"
version = "1"
[card]
specification = "3.00"
algorithm = "SM4"
[card.facts]
issuing_area = "519900"
"""


@pytest.mark.parametrize(
    ("before", "after", "wanted"),
    [
        ('"3.00"', '"4.00"', ("card.specification", "'4.00'", "1.00, 2.00 or 3.00")),
        ('"SM4"', '"AES"', ("card.algorithm", "'AES'")),
        ("issuing_area", "issuing_aera", ("card.facts.issuing_aera", "unknown field", "issuing_area")),
        ('vendor = "V"', "", ("missing field 'vendor'",)),
        ('"519900"', "519900", ("card.facts.issuing_area", "519900")),
        ('kind = "card"', 'kind = "car"', ("kind", "'car'")),
        ("[card]", "[card", ("not TOML",)),
    ],
    ids=["version", "cipher", "misspelt", "missing", "number", "kind", "no TOML"],
)
def test_a_statement_of_another_form_is_refused_by_file_field_and_value(
    before: str, after: str, wanted: tuple[str, ...]
) -> None:
    assert read_statement(SOURCE.encode(), where="mine.toml").vendor == "V"
    with pytest.raises(InputError) as refused:
        read_statement(SOURCE.replace(before, after, 1).encode(), where="mine.toml")
    for each in ("mine.toml", *wanted):
        assert each in str(refused.value)


def test_bytes_that_are_no_text_and_files_that_are_not_there_are_refused(tmp_path: Any) -> None:
    with pytest.raises(InputError, match="not TOML"):
        read_statement(b"\xff\xfe", where="x")
    with pytest.raises(InputError, match="too long"):
        read_statement(b"#" * (1 << 21), where="x")
    with pytest.raises(InputError, match=r"none\.toml: cannot be read"):
        load_statement(tmp_path / "none.toml")
