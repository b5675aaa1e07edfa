"""Small plans, their bundles, and forgeries that are signed anew."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path
from typing import Any

import onecard.conformance.statements
from onecard.conformance.adapters.in_process import InProcessPort
from onecard.conformance.bundle.archive import pack, unpack
from onecard.conformance.bundle.documents import FIRST_CHAIN, canonical
from onecard.conformance.bundle.signing import sign
from onecard.conformance.bundle.write import make_bundle
from onecard.conformance.cards.builder import CaseBuilder
from onecard.conformance.cards.context import Context
from onecard.conformance.judging.total import total_of
from onecard.conformance.model.case import Case
from onecard.conformance.model.clause import Clause
from onecard.conformance.model.plan import ExpectedFailure, Plan, PlannedCase
from onecard.conformance.model.steps import Event, Model, Reset, Row, Send
from onecard.conformance.personalities.cards import reference_card
from onecard.conformance.planning.keys import key_material
from onecard.conformance.running.run import RunResult, run_plan
from onecard.conformance.statements.loader import reference_statement
from onecard.virtual_cards.readers.in_process import PoweredCard

SEED = 5
VERSION = "3.00"
RULE = "card/sample/rule"
STATEMENT = Path(onecard.conformance.statements.__file__).with_name(f"virtual-{VERSION}.toml").read_bytes()


def context() -> Context:
    return Context(statement=reference_statement(VERSION), face="contact", seed=SEED)


def finds_the_environment() -> Case:
    c = CaseBuilder("card/sample/found/01", "SELECT finds the SSSE.", context())
    c.send("00A404000F7378312E73682EC9E7BBE1B1A3D5CF")
    c.status("9000", rule=RULE)
    c.matches("6F*", rule=RULE)
    return c.case()


def does_not_find_another() -> Case:
    c = CaseBuilder("card/sample/found/02", "SELECT of an unknown name answers 6A82.", context())
    c.send("00A4040006F00000000001")
    c.status("6A82", rule=RULE, shows="forbidden")
    return c.case()


def authenticates() -> Case:
    c = CaseBuilder("card/sample/computed/01", "Values of functions go into commands.", context())
    challenge = c.must("0084000008", name="challenge")
    value = c.let("authentication", "{challenge}", "A1A2A3A4A5A6A7A8", key="RKSSSE/1", name="computed")
    c.send(f"0082000B10{value}{{{challenge}}}")
    c.status("9000", "6xxx", rule=RULE)
    return c.case()


def sweeps() -> Case:
    c = CaseBuilder("card/sample/swept/01", "Many commands that differ in a byte.", context())
    c.sweep("00{#}000000", "0102030405060708")
    c.swept("6xxx", rule=RULE)
    return c.case()


def fails() -> Case:
    c = CaseBuilder("card/sample/wrong/01", "The card cannot do what this wants.", context())
    c.send("00A4040006F00000000001")
    c.status("9000", rule=RULE)
    return c.case()


def stops() -> Case:
    c = CaseBuilder("card/sample/stopped/01", "A precondition does not hold.", context())
    c.must("00A4040006F00000000001")
    c.send("0084000008")
    c.status("9000", rule=RULE)
    return c.case()


def asks() -> Case:
    c = CaseBuilder("card/sample/asked/01", "A person must look.", context())
    c.send("0084000008")
    c.status("9000", rule=RULE)
    c.question("Is it random?", "是否随机?", rule=RULE)
    return c.case()


def walks(*, status: str = "9000") -> Case:
    c = CaseBuilder("card/sample/walked/01", "Events beside a model.", context())
    model = Model(
        initial="on",
        home=(Reset(name="home"),),
        events=(
            Event(name="challenge", steps=(Send(name="challenge", command="0084000008"),)),
            Event(name="reset", steps=(Reset(name="again"),)),
        ),
        rows=(
            Row(state="on", event="challenge", status=status, after="on"),
            Row(state="on", event="reset", status="ATR", after="on"),
        ),
    )
    c.walk(model, walks=4, longest=3)
    c.follows_model(rule=RULE)
    return c.case()


def takes_it_out() -> Case:
    c = CaseBuilder("card/sample/out/01", "A card that is taken out is gone.", context(), epilogue=False)
    c.remove()
    c.send("0084000008")
    c.status("9000", rule=RULE)
    return c.case()


EVERY_KIND = (
    finds_the_environment,
    does_not_find_another,
    authenticates,
    sweeps,
    fails,
    stops,
    asks,
    walks,
    takes_it_out,
)


def plan_with(cases: Iterable[Case], **changes: Any) -> Plan:
    built = tuple(cases)
    clause = Clause(id=RULE, source="a test", text="It is so.", certainty="S")
    settings: dict[str, Any] = {
        "version": "0.1.0",
        "suite": "card",
        "seed": SEED,
        "strict": True,
        "statement": reference_statement(VERSION),
        "keys": key_material(reference_statement(VERSION), built),
        "clauses": (clause,),
        "cases": tuple(PlannedCase(case=case) for case in built),
    }
    return Plan(**{**settings, **changes})


def port(around: Callable[[PoweredCard], PoweredCard] = lambda card: card) -> InProcessPort:
    def make(personality: str, case: str) -> PoweredCard:
        return around(reference_card(VERSION, personality, seed=SEED, case=case))

    return InProcessPort("virtual:3.00", make, faces=frozenset(("contact", "contactless")))


def bundle_of(plan: Plan, result: RunResult | None = None, **options: Any) -> bytes:
    ran = run_plan(plan, port()) if result is None else result
    return make_bundle(
        plan=plan,
        result=ran,
        total=total_of(plan, ran.judged),
        statement_bytes=options.pop("statement_bytes", STATEMENT),
        iut=options.pop("iut", "virtual:3.00"),
        **options,
    )


@cache
def small_bundle() -> bytes:
    """Two cases that pass."""
    return bundle_of(plan_with((finds_the_environment(), does_not_find_another())))


@cache
def large_bundle() -> bytes:
    """A case of every kind, some of which fail, stop, or ask."""
    expected = ExpectedFailure(case="card/sample/wrong/01", rule=RULE, reason="known", expires="2026-12-31")
    plan = plan_with((make() for make in EVERY_KIND), expected_failures=(expected,), today="2026-11-23")
    return bundle_of(plan)


Change = Callable[[Any], Any]


def forged(
    bundle: bytes,
    *,
    plan: Change = lambda tree: tree,
    records: Change = lambda tree: tree,
    verdicts: Change = lambda tree: tree,
    manifest: Change = lambda tree: tree,
    statement: Change = lambda content: content,
) -> bytes:
    """Change what a bundle says, and make every chain, hash and signature anew.

    Each change is given the content as JSON has it and returns what shall stand there; one that returns
    ``None`` has changed it in place. The manifest takes the total from the verdicts before its own change.
    """
    members = unpack(bundle)
    members["statement.toml"] = statement(members["statement.toml"])
    for name, change in (("plan.json", plan), ("verdicts.json", verdicts)):
        members[name] = canonical(_changed(change, json.loads(members[name])))
    lines = [json.loads(line) for line in members["history.jsonl"].splitlines()]
    said = json.loads(members["manifest.json"])
    said |= _chained(members, _changed(records, lines))
    total = json.loads(members["verdicts.json"])
    said |= {"verdict": total["verdict"], "counts": total["counts"]}
    said["files"] = {name: hashlib.sha256(members[name]).hexdigest() for name in said["files"]}
    members["manifest.json"] = canonical(_changed(manifest, said))
    members["signature.json"] = canonical(sign(members["manifest.json"], None))
    return pack(members)


def _changed(change: Change, tree: Any) -> Any:
    changed = change(tree)
    return tree if changed is None else changed


def _chained(members: dict[str, bytes], lines: list[dict[str, Any]]) -> dict[str, str]:
    chain, transcript, written = FIRST_CHAIN, hashlib.sha256(), []
    for line in lines:
        line.pop("chain", None)
        bare = canonical(line)
        transcript.update(bare + b"\n")
        chain = hashlib.sha256(chain.encode() + bare).hexdigest()
        written.append(canonical(line | {"chain": chain}) + b"\n")
    members["history.jsonl"] = b"".join(written)
    return {"history_head": chain, "transcript_sha256": transcript.hexdigest()}
