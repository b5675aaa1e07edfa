"""INIT SAM FOR PURCHASE and CREDIT SAM FOR PURCHASE: the PSAM's half (facts: card.md §13, §14)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from onecard.conformance.cards.applications.psam_steps import PsamCase

if TYPE_CHECKING:
    from collections.abc import Iterator

    from onecard.conformance.cards.context import Context
    from onecard.conformance.model.case import Case

__all__ = ["cases"]

_RANDOM, _COUNTER = "A1B2C3D4", "0007"
_AMOUNTS = "000004D2 00000038 0000004E"
_TYPE, _TIME = "32", "20250701093015"
_READ_SERIAL = "00B0990000"
_READ_NUMBER = "00A40000020016"


def cases(context: Context) -> Iterator[Case]:
    """Give the cases."""
    for index in (1, 2, 3):
        yield purchase(context, index)
    yield wrong_mac(context)
    yield credit_without_purchase(context)
    yield wrong_factors(context)
    yield unknown_version(context)
    yield serials_are_not_repeated(context)


def _init(c: PsamCase, *, index: int = 1, factors: int = 1) -> str:
    algorithm = f"{c.context.layout.algorithm_id:02X}"
    data = f"{_RANDOM}{_COUNTER}{_AMOUNTS}{_TYPE}{_TIME}{index:02X}{algorithm}{c.factors(factors)}"
    return c.send(f"80700100 {0x1C + 8 * factors:02X} {data} 00")


def _mac(c: PsamCase, answer: str, data: str, *, index: int = 1) -> str:
    return c.let("mac", f"{_RANDOM}{_COUNTER}{{{answer}[2:4]}}", data, key=f"DPK/{index}")


def _started(rule: str, number: int, purpose: str, context: Context) -> tuple[PsamCase, str]:
    """Read the terminal number, then enter the application."""
    c = PsamCase(f"{rule}/{number:02}", purpose, context, effect="alters", inside=False)
    c.must(_READ_NUMBER)
    terminal = c.must("00B0000000")
    c.length(6)
    c.must("00A4000002DF01")
    return c, f"{{{terminal}}}"


def purchase(context: Context, index: int) -> Case:
    """MAC1 verifies with the card's key, and the card's MAC2 is accepted."""
    c, terminal = _started(
        "card/psam/mac1", index, f"A purchase under version {index} of DPK, both commands.", context
    )
    answer = _init(c, index=index)
    c.status("9000", rule="card/psam/mac1")
    c.length(8, rule="card/psam/mac1")
    mac1 = _mac(c, answer, f"{_AMOUNTS}{_TYPE}{terminal}{_TIME}", index=index)
    mac2 = _mac(c, answer, _AMOUNTS, index=index)
    c.send(f"8072000004{mac2}")
    c.status("9000", rule="card/psam/mac2")
    c.value_in(0, 4, mac1, of=f"{{{answer}[4:8]}}", rule="card/psam/mac1")
    return c.case()


def wrong_mac(context: Context) -> Case:
    """See that a wrong MAC2 is 9302 or 63CF, and ends the purchase."""
    rule = "card/psam/mac2"
    c, _ = _started(rule, 1, "A wrong MAC2 is refused, and ends the purchase.", context)
    answer = _init(c)
    c.status("9000")
    c.length(8)
    mac2 = _mac(c, answer, _AMOUNTS)
    wrong = c.let("xor", mac2, "00000001")
    c.send(f"8072000004{wrong}")
    c.status("9302", "63CF", rule=rule, shows="forbidden")
    c.send(f"8072000004{mac2}")
    c.status("6901", rule="card/psam/credit-state", shows="forbidden")
    return c.case()


def credit_without_purchase(context: Context) -> Case:
    """CREDIT SAM belongs to a purchase."""
    rule = "card/psam/credit-state"
    c, _ = _started(rule, 1, "CREDIT SAM without INIT SAM is refused; after it, it works once.", context)
    c.send("807200000400000000")
    c.status("6901", rule=rule, shows="forbidden")
    answer = _init(c)
    c.status("9000")
    c.length(8)
    mac2 = _mac(c, answer, _AMOUNTS)
    c.send(f"8072000004{mac2}")
    c.status("9000", rule=rule)
    c.send(f"8072000004{mac2}")
    c.status("6901", rule=rule, shows="forbidden")
    return c.case()


def wrong_factors(context: Context) -> Case:
    """Another number of factors is 6A80, and no serial is spent on it."""
    rule = "card/psam/purchase-factors"
    c, _ = _started(rule, 1, "INIT SAM with another number of factors is refused.", context)
    for factors in (2, 3):
        _init(c, factors=factors)
        c.status("6A80", rule=rule, shows="forbidden")
    _init(c)
    c.status("9000", rule=rule)
    c.length(8, rule=rule)
    return c.case()


def unknown_version(context: Context) -> Case:
    """See that a version that the PSAM lacks is refused."""
    rule = "card/psam/purchase-version"
    c, _ = _started(rule, 1, "INIT SAM with an unknown key version is refused.", context)
    _init(c, index=9)
    c.status("6A88", rule=rule, shows="forbidden")
    _init(c, index=1)
    c.status("9000", rule=rule)
    c.length(8, rule=rule)
    return c.case()


def serials_are_not_repeated(context: Context) -> Case:
    """See that the terminal serial goes up by one and is what file 0019 shows, also after a reset."""
    rule = "card/psam/terminal-serial"
    c, _ = _started(
        rule, 1, "Each purchase has the next terminal serial, and power loss repeats none.", context
    )
    before = c.must(_READ_SERIAL)
    c.length(4)
    first = c.let("add", f"{{{before}}}", "00000001")
    _init(c)
    c.value_in(0, 4, first, rule=rule)
    c.reset()
    c.environment()
    c.must("00A4000002DF01")
    c.send(_READ_SERIAL)
    c.data(first, rule=rule)
    second = c.let("add", f"{{{before}}}", "00000002")
    _init(c)
    c.value_in(0, 4, second, rule=rule, shows="forbidden")
    return c.case()
