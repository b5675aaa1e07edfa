"""The plan and the statement: each of its form, and both of the same implementation and keys."""

from __future__ import annotations

import re
import tomllib
from typing import Any

from onecard.conformance.recheck import ciphers
from onecard.conformance.recheck.documents import load
from onecard.conformance.recheck.plan_forms import PLAN, STATEMENT
from onecard.conformance.recheck.refusal import RefusedError, UnknownValueError, shown

__all__ = ["plan_of"]

_LONGEST_STATEMENT = 1 << 16
_LONGEST_LINE = 2000
"""A key of many dots costs the square of their number to read."""
_AREA = re.compile(r"[0-9]{6}")
_WANTS = {"sweep status": "sweep", "follows model": "walk"}
"""Checks that look at one kind of step only."""


def plan_of(members: dict[str, bytes]) -> dict[str, Any]:
    """Return the plan, defaults filled in.

    Raises:
        RefusedError: plan or statement have not their form, contradict each other, or the plan itself.
    """
    plan: dict[str, Any] = _formed(PLAN, load(members["plan.json"], "plan.json"), "plan.json")
    statement = _formed(STATEMENT, _toml(members["statement.toml"]), "statement.toml")
    if statement != plan["statement"]:
        raise RefusedError("the plan's statement is not the one in statement.toml")
    _check_keys(plan)
    ids = [planned["case"]["id"] for planned in plan["cases"]]
    if len(set(ids)) < len(ids):
        raise RefusedError("two cases of the plan have the same id")
    rules = {clause["id"] for clause in plan["clauses"]}
    for planned in plan["cases"]:
        _check_case(planned["case"], rules)
    return plan


def _formed(form: Any, content: Any, where: str) -> Any:
    try:
        return form(content)
    except RefusedError as error:
        raise RefusedError(f"{where}: {error}") from None


def _toml(data: bytes) -> Any:
    longest = max(map(len, data.splitlines()), default=0)
    if len(data) > _LONGEST_STATEMENT or longest > _LONGEST_LINE:
        raise RefusedError(
            f"statement.toml has {len(data)} bytes and lines of {longest};"
            f" at most {_LONGEST_STATEMENT} and {_LONGEST_LINE} can be read"
        )
    try:
        return tomllib.loads(data.decode())
    except (ValueError, RecursionError) as error:
        raise RefusedError(f"statement.toml is no TOML: {shown(str(error))}") from None


def _check_keys(plan: dict[str, Any]) -> None:
    keys, statement = plan["keys"], plan["statement"]
    claims = statement["card"]
    given = {name: value.upper() for name, value in statement["keys"]["values"].items()}
    if plan["suite"] != statement["kind"] or keys["algorithm"] != claims["algorithm"]:
        raise RefusedError("the plan is not for the implementation that the statement describes")
    if keys["card_keys"] != given or keys["issuing_area"] != claims["facts"]["issuing_area"]:
        raise RefusedError("the plan's keys are not those of the statement")
    if keys["city_keys"] and statement["keys"]["source"] == "given":
        raise RefusedError("the plan has published keys, the statement gives others")
    for name, value in keys["city_keys"].items():
        if value != _published(name, len(value) // 2, keys):
            raise RefusedError(f"the plan's city key {shown(name)} is not the published one")


def _published(name: str, size: int, keys: dict[str, Any]) -> str:
    if _AREA.fullmatch(keys["issuing_area"]) is None:
        raise RefusedError(f"the issuing area {shown(keys['issuing_area'])} is not six digits")
    try:
        return ciphers.published_city_key(keys["algorithm"], name, size, keys["issuing_area"]).hex().upper()
    except (UnknownValueError, UnicodeEncodeError):
        return ""


def _check_case(case: dict[str, Any], rules: set[str]) -> None:
    where = f"case {shown(case['id'])}"
    kinds = {step["name"]: step["do"] for step in case["steps"]}
    if len(kinds) < len(case["steps"]):
        raise RefusedError(f"{where}: two steps have the same name")
    for check in case["checks"]:
        if check["rule"] and check["rule"] not in rules:
            raise RefusedError(f"{where}: the plan has no clause {shown(check['rule'])}")
        kind = kinds.get(check["step"])
        if kind is None or kind != _WANTS.get(check["is"], kind):
            raise RefusedError(f"{where}: a check of {check['is']!r} looks at a step that it cannot judge")
