"""The forms of a plan and of what stands in it: steps, checks, clauses, keys, expectations.

A field that is not listed here is refused: a plan that says something which this evaluator would not heed
must not be called checked.
"""

from __future__ import annotations

from typing import Any

from onecard.conformance.recheck.documents import (
    Form,
    flag,
    hexadecimal,
    listed,
    mapped,
    number,
    one_of,
    record,
    tagged,
    text,
)

__all__ = ["CHECKS", "PLAN", "STATEMENT"]

_BYTE = number(0, 255)
_texts = listed(text)
_NO_TEXT = (text, "")
_FACE = one_of("contact", "contactless")
_SHOWS = one_of("conforming", "forbidden")

_name: dict[str, Form] = {"name": text}
_RESET = record(_name)
_SEND = record(_name | {"command": text}, {"raw": (flag, False)})
_LET = record(_name | {"function": text}, {"key": _NO_TEXT, "arguments": (_texts, [])})
_moves = listed(tagged("do", {"reset": _RESET, "send": _SEND, "let": _LET}))
_MODEL = record(
    {
        "initial": text,
        "home": _moves,
        "events": listed(record({"name": text, "steps": _moves})),
        "rows": listed(record({"state": text, "event": text, "status": text, "after": text})),
    }
)
_STEP = tagged(
    "do",
    {
        "reset": _RESET,
        "send": _SEND,
        "let": _LET,
        "tear": record(_name | {"command": text, "after_bytes": number()}),
        "sweep": record(_name | {"command": text, "values": hexadecimal}),
        "remove": record(_name),
        "insert": record(_name),
        "walk": record(_name | {"model": _MODEL, "walks": number(1), "longest": number(1)}),
    },
)


def _check(fields: dict[str, Form], optional: dict[str, tuple[Form, Any]] | None = None) -> Form:
    return record(
        {"step": text} | fields,
        {"rule": _NO_TEXT, "shows": (_SHOWS, "conforming")} | (optional or {}),
    )


def _head(value: Any) -> Any:
    tag, length = listed(lambda each: each, exactly=2)(value)
    return hexadecimal(tag), _BYTE(length)


CHECKS: dict[str, Form] = {
    "status": _check({"words": _texts}),
    "data": _check({"value": text}),
    "data differs": _check({"value": text}),
    "data one of": _check({"values": _texts}),
    "data matches": _check({"pattern": text}),
    "data length": _check({"least": number(), "most": number()}),
    "value in": _check({"start": number(), "end": number(), "values": _texts}, {"of": _NO_TEXT}),
    "record": _check(
        {"tag": hexadecimal, "length": _BYTE},
        {"content": (one_of("cn", "an", "b", "B-TLV", "date", "card number", "identity number"), "b")},
    ),
    "records": _check({"records": listed(_head)}),
    "tlv": _check({"path": _texts}, {"value": _NO_TEXT, "absent": (flag, False)}),
    "atr": _check({"aspect": text}),
    "counter": _check({"since": text, "by": number(-15, 15)}),
    "no answer": _check({}),
    "sweep status": _check({"words": _texts}, {"others": (mapped(_texts), {})}),
    "follows model": _check({}),
    "question": _check({"text": text, "chinese": text}),
}
"""The vocabulary by tag."""

_CASE = record(
    {"id": text, "purpose": text, "steps": listed(_STEP), "checks": listed(tagged("is", CHECKS))},
    {
        "face": (_FACE, "contact"),
        "personality": (text, "standard"),
        "option": _NO_TEXT,
        "effect": (one_of("none", "restores", "alters", "destroys"), "none"),
    },
)
_CLAUSE = record(
    {"id": text, "source": text, "text": text, "certainty": one_of("S", "S-d", "M", "1", "?", "P")},
    {
        "chinese": _NO_TEXT,
        "level": (one_of("MUST", "SHOULD", "MAY"), "MUST"),
        "condition": _NO_TEXT,
        "nothing_to_try": _NO_TEXT,
        "not_testable": _NO_TEXT,
        "out_of_scope": _NO_TEXT,
    },
)

STATEMENT = record(
    {
        "kind": one_of("card"),
        "vendor": text,
        "product": text,
        "version": text,
        "card": record(
            {
                "specification": one_of("1.00", "2.00", "3.00"),
                "algorithm": one_of("3DES", "SM4"),
                "facts": record(
                    {"issuing_area": text},
                    {
                        "pin": (text, "123456"),
                        "pin_tries": (number(), 3),
                        "key_tries": (number(), 3),
                        "chip_provider": _NO_TEXT,
                        "card_maker": _NO_TEXT,
                    },
                ),
            },
            {
                "faces": (listed(_FACE), ["contact"]),
                "options": (_texts, []),
                "personality": (text, "standard"),
            },
        ),
    },
    {
        "keys": (
            record({}, {"source": (one_of("published", "given"), "published"), "values": (mapped(text), {})}),
            {"source": "published", "values": {}},
        ),
        "destructive": (_texts, []),
    },
)
"""A statement with its defaults, whether it was read from TOML or stands in a plan."""

PLAN = record(
    {
        "version": text,
        "suite": text,
        "seed": number(),
        "strict": flag,
        "statement": STATEMENT,
        "keys": record(
            {"algorithm": one_of("3DES", "SM4"), "issuing_area": text},
            {"city_keys": (mapped(hexadecimal), {}), "card_keys": (mapped(hexadecimal), {})},
        ),
        "clauses": listed(_CLAUSE),
        "cases": listed(record({"case": _CASE}, {"excluded": _NO_TEXT, "withheld": _NO_TEXT})),
    },
    {
        "format": (number(1, 1), 1),
        "expected_failures": (listed(record(dict.fromkeys(("case", "rule", "reason", "expires"), text))), []),
        "today": _NO_TEXT,
        "partial": _NO_TEXT,
    },
)
