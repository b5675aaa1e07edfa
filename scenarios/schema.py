"""The published JSON Schema (draft 2020-12) of scenario files, made from the types of the scenario.

A file says only what is different from what it extends, and a profile what is different from the file: so
nothing in a table is required. Arrays are replaced whole, so what stands in them is. A file that extends
nothing has to have every top-level field that the world's own tables do not give.
"""

from __future__ import annotations

from typing import Any

import msgspec

from onecard.scenarios.loader import lowest_layer
from onecard.scenarios.model import Scenario
from onecard.sim.services import Stage

__all__ = ["file_schema"]

DIALECT = "https://json-schema.org/draft/2020-12/schema"
WHOLE = (Stage.__name__,)
"""Structures that stand in arrays: their required fields stay required."""


def file_schema() -> dict[str, object]:
    """Return the schema; TOML dates count as texts."""
    (_root,), parts = msgspec.json.schema_components([Scenario], ref_template="#/$defs/{name}")
    required = [name for name in parts[Scenario.__name__]["required"] if name not in lowest_layer()]
    parts |= {name: _partial(part) for name, part in parts.items() if name not in WHOLE}
    overlay = parts.pop(Scenario.__name__)
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
            "additionalProperties": {"$ref": "#/$defs/Profile"},
        },
    }
    return {
        "$schema": DIALECT,
        "title": "OneCard scenario file",
        "type": "object",
        "properties": {**overlay["properties"], **file},
        "anyOf": [{"required": ["extends"]}, {"required": required}],
        "additionalProperties": False,
        "$defs": {**parts, "Profile": {**overlay, "title": "Profile"}},
    }


def _partial(part: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in part.items() if key != "required"}
