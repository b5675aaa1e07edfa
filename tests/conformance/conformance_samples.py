"""A small suite of its own on a reference card, right or wrong: what the tests of reports look at."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from onecard.conformance.adapters.in_process import InProcessPort
from onecard.conformance.bundle.read import Bundle, decode_bundle
from onecard.conformance.bundle.write import make_bundle
from onecard.conformance.cards.builder import SELECT_SSSE, CaseBuilder
from onecard.conformance.cards.context import SSSE_NAME, Context
from onecard.conformance.judging.total import total_of
from onecard.conformance.model.clause import Clause
from onecard.conformance.model.plan import ExpectedFailure, Plan, PlannedCase
from onecard.conformance.personalities.cards import reference_card
from onecard.conformance.planning.keys import key_material
from onecard.conformance.running.run import run_plan
from onecard.conformance.statements.loader import reference_source, reference_statement

if TYPE_CHECKING:
    from collections.abc import Iterable

    from onecard.conformance.model.case import Case
    from onecard.virtual_cards.readers.in_process import PoweredCard

VERSION = "3.00"
UNKNOWN_NAME = "card/select/by-name/02"
SWEEP = "card/space/classes/01"
AUTHENTICATION = "card/intauth/issuer/01"

CLAUSES = (
    Clause(
        id="card/intauth/issuer",
        source="card.md §9.4",
        text="INTERNAL AUTHENTICATE proves the issuer's key.",
        chinese="INTERNAL AUTHENTICATE 应能证明发卡方密钥。",
        certainty="M",
    ),
    Clause(
        id="card/select/by-name",
        source="card.md §3.4; LD/T 32.3",
        text="SELECT by whole DF name makes that application current; an unknown name is 6A82.",
        chinese="以完整 DF 名称 SELECT 应使该应用成为当前应用；未知名称应返回 6A82。",
        certainty="S-d",
    ),
    Clause(
        id="card/select/habit",
        source="card.md §3.4",
        text="The FCI has 30 bytes.",
        chinese="FCI 应为 30 字节。",
        certainty="1",
    ),
    Clause(
        id="card/select/print",
        source="card.md §2",
        text="The face of the card shows the issuer.",
        certainty="S",
        level="MUST",
    ),
    Clause(
        id="card/space/classes",
        source="card.md §10",
        text="An unknown class is 6E00.",
        chinese="未知的类别应返回 6E00。",
        certainty="S-d",
    ),
)


class Wrong:
    """A card between whose answers and the reader somebody changes some."""

    def __init__(self, card: PoweredCard, lies: dict[str, str]) -> None:
        self._card, self._lies = card, {bytes.fromhex(k): bytes.fromhex(v) for k, v in lies.items()}

    def __getattr__(self, name: str) -> object:
        return getattr(self._card, name)

    def transmit(self, command: bytes) -> bytes:
        response = self._card.transmit(command)
        for head, answer in self._lies.items():
            if command.startswith(head):
                return answer
        return response


class Sample(NamedTuple):
    """What a run is made of."""

    lies: tuple[tuple[str, str], ...] = ()
    """Beginning of a command → what is answered instead."""
    seed: int = 5
    expected: tuple[ExpectedFailure, ...] = ()
    today: str = ""
    strict: bool = True
    vendor: str = "OneCard"
    without: str = ""
    """Id of a case that is not in the plan."""


RIGHT = Sample()
WRONG = Sample(lies=(("00A4040006F0", "9000"), ("2A840000", "9000")))
OTHER_SEED = Sample(seed=6)


def cases(context: Context) -> Iterable[Case]:
    c = CaseBuilder("card/select/by-name/01", "SELECT by name finds the SSSE.", context)
    c.send(SELECT_SSSE)
    c.matches(f"6F..840F{SSSE_NAME}*", rule="card/select/by-name")
    c.length(30, rule="card/select/habit")
    yield c.case()
    c = CaseBuilder(UNKNOWN_NAME, "SELECT of an unknown name answers 6A82.", context)
    c.send("00A4040006 F00000000001")
    c.status("6A82", rule="card/select/by-name", shows="forbidden")
    yield c.case()
    c = CaseBuilder(SWEEP, "GET CHALLENGE of a class that no card has is 6E00.", context)
    c.sweep("{#}84000008", "2A2C2E303234363A3C3E40424446484A4C")
    c.swept("6E00", rule="card/space/classes")
    yield c.case()
    c = CaseBuilder(AUTHENTICATION, "The card's challenge is of 8 bytes, again and again.", context)
    c.send("0084000008", name="challenge")
    c.length(8, rule="card/intauth/issuer")
    c.send("00880000 10 {challenge}{challenge}", name="proof")
    c.status("xxxx", rule="card/intauth/issuer")
    yield c.case()
    c = CaseBuilder("card/select/print/01", "The issuer is printed on the card.", context)
    c.question("Does the card show its issuer?", "卡面是否印有发卡机构？", rule="card/select/print")
    yield c.case()
    c = CaseBuilder(
        "card/select/by-name/08", "A blocked application is not found.", context, effect="destroys"
    )
    c.send(SELECT_SSSE)
    c.status("9000", rule="card/select/by-name")
    yield c.case()
    c = CaseBuilder("card/select/by-name/09", "The local application is found.", context, option="psam")
    c.send(SELECT_SSSE)
    c.status("9000", rule="card/select/by-name")
    yield c.case()


def plan_of(sample: Sample) -> Plan:
    statement = msgspec.structs.replace(reference_statement(VERSION), vendor=sample.vendor)
    context = Context(statement=statement, face="contact", seed=sample.seed)
    found = [case for case in cases(context) if case.id != sample.without]
    return Plan(
        version="0.1",
        suite="card",
        seed=sample.seed,
        strict=sample.strict,
        statement=statement,
        keys=key_material(statement, found),
        clauses=CLAUSES,
        cases=tuple(
            PlannedCase(
                case=case,
                excluded="option psam is not claimed" if case.option else "",
                withheld="it destroys the card: --destructive runs it" if case.destructive else "",
            )
            for case in found
        ),
        expected_failures=sample.expected,
        today=sample.today,
    )


@cache
def bundle_bytes_of(sample: Sample) -> bytes:
    def make(personality: str, case: str) -> PoweredCard:
        card = reference_card(VERSION, personality, seed=sample.seed, case=case)
        return Wrong(card, dict(sample.lies))  # type: ignore[return-value]

    plan = plan_of(sample)
    port = InProcessPort(f"virtual:{VERSION}", make, faces=frozenset(("contact",)))
    result = run_plan(plan, port)
    return make_bundle(
        plan=plan,
        result=result,
        total=total_of(plan, result.judged),
        statement_bytes=reference_source(VERSION),
        iut=f"virtual:{VERSION}",
    )


@cache
def bundle_of(sample: Sample) -> Bundle:
    return decode_bundle(bundle_bytes_of(sample))
