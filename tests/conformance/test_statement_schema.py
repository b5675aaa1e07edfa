"""The published schema is that of the types, and takes the statements that the project has."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path
from typing import Any

import jsonschema
import msgspec
import pytest

from onecard.conformance.statements.loader import (
    read_statement,
    reference_source,
    reference_statement,
    starting_source,
)
from onecard.conformance.statements.schema import statement_schema
from onecard.virtual_cards.layouts import VERSIONS

FILE = Path(__file__).parents[2] / "docs" / "schemas" / "statement.schema.json"


def test_the_published_schema_is_that_of_the_types() -> None:
    assert FILE.read_text(encoding="utf-8") == statement_schema(), (
        "stale: python -m onecard.conformance.statements.schema > docs/schemas/statement.schema.json"
    )


@pytest.mark.parametrize("version", VERSIONS)
def test_the_schema_takes_the_statements_of_the_references(version: str) -> None:
    jsonschema.validate(tomllib.loads(reference_source(version).decode()), json.loads(statement_schema()))


@pytest.mark.parametrize("version", VERSIONS)
def test_the_statement_to_begin_with_is_the_references_and_destroys_nothing(version: str) -> None:
    text = starting_source(version)
    started = read_statement(text.encode(), where="started")
    assert started.destructive == ()
    assert msgspec.structs.replace(started, destructive=("card/*",)) == reference_statement(version)
    given = re.sub(r"^# (\[keys\]|source|values)", r"\1", text, flags=re.M)
    assert read_statement(given.encode(), where="given").keys.source == "given"


def test_the_schema_refuses_an_unknown_field() -> None:
    raw = tomllib.loads(reference_source("3.00").decode())
    raw["card"]["colour"] = "blue"
    with pytest.raises(jsonschema.ValidationError, match="colour"):
        jsonschema.validate(raw, json.loads(statement_schema()))


def test_every_field_of_the_schema_is_described() -> None:
    bare: list[str] = []
    definitions: dict[str, Any] = json.loads(statement_schema())["$defs"]
    for name, definition in definitions.items():
        for field, content in definition["properties"].items():
            if "description" not in content and "$ref" not in content:
                bare.append(f"{name}.{field}")
    assert bare == []
