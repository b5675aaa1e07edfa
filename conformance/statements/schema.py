"""The published JSON Schema of a statement, made from its types.

``python -m onecard.conformance.statements.schema > docs/schemas/statement.schema.json``
"""

from __future__ import annotations

import json
import sys

import msgspec

from onecard.conformance.model.statement import Statement

__all__ = ["statement_schema"]


def statement_schema() -> str:
    """Return the schema as JSON text, the same for the same types."""
    schema = msgspec.json.schema(Statement)
    head = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "OneCard implementation conformance statement",
    }
    return json.dumps(head | schema, indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    sys.stdout.write(statement_schema())
