"""The published JSON Schema (draft 2020-12) of scenario files, made from the types of the scenario.

A file says only what is different from what it extends, and a profile what is different from the file: so
nothing in a table is required. Arrays are replaced whole, so what stands in them is. A file that extends
nothing has to have every top-level field that the world's own tables do not give.
"""

from __future__ import annotations

from typing import Any

import msgspec

from onecard.scenarios.kinds import KINDS, Kind
from onecard.sim.services import Stage

__all__ = ["file_schema"]

DIALECT = "https://json-schema.org/draft/2020-12/schema"
WHOLE = (Stage.__name__,)
"""Structures that stand in arrays: their required fields stay required."""


def file_schema() -> dict[str, object]:
    """Return the schema; TOML dates count as texts. A file is of one kind: it fits one of its schemas."""
    kinds = [_schema_of(kind) for kind in KINDS.values()]
    definitions: dict[str, object] = {}
    for _schema, parts in kinds:
        definitions |= parts
    return {
        "$schema": DIALECT,
        "title": "OneCard scenario file",
        "anyOf": [schema for schema, _parts in kinds],
        "$defs": definitions,
    }


def _schema_of(kind: Kind) -> tuple[dict[str, object], dict[str, object]]:
    """Return the schema of the files of a kind, and what it refers to."""
    (_root,), parts = msgspec.json.schema_components([kind.structure], ref_template="#/$defs/{name}")
    required = [name for name in parts[kind.structure.__name__]["required"] if name not in kind.lowest()]
    parts |= {name: _partial(part) for name, part in parts.items() if name not in WHOLE}
    overlay = parts.pop(kind.structure.__name__)
    profile = f"Profile of {kind.name}"
    name = overlay["properties"]["name"]
    file = {
        "extends": {
            "type": "string",
            "description": "a built-in scenario, or a file relative to this one",
        },
        "profiles": {
            "type": "object",
            "description": "overlays by name, one of which is laid over the file",
            "propertyNames": {key: name[key] for key in ("pattern", "description")},
            "additionalProperties": {"$ref": f"#/$defs/{profile}"},
        },
    }
    schema = {
        "title": f"{kind.name}: {_first_line(kind.structure)}",
        "type": "object",
        "properties": {**overlay["properties"], **file},
        "anyOf": [{"required": ["extends"]}, {"required": required}],
        "additionalProperties": False,
    }
    return schema, {**parts, profile: {**overlay, "title": profile}}


def _first_line(structure: type[msgspec.Struct]) -> str:
    return (structure.__doc__ or "").partition("\n")[0]


def _partial(part: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in part.items() if key != "required"}
