"""The two evaluators share nothing and agree: on functions, templates, checks, cases, defects."""

from __future__ import annotations

import random
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, get_args

import msgspec
import pytest
from bundle_samples import EVERY_KIND, SEED, bundle_of, context, large_bundle, plan_with, port

import onecard.conformance.statements
from onecard.conformance.cards.builder import CaseBuilder
from onecard.conformance.defects.registry import card_defects
from onecard.conformance.judging import contents
from onecard.conformance.judging.evidence import Evidence
from onecard.conformance.judging.judge import EVALUATORS
from onecard.conformance.model import checks, steps
from onecard.conformance.model.case import Case
from onecard.conformance.model.history import StepRecord
from onecard.conformance.model.plan import KeyMaterial, Plan
from onecard.conformance.model.statement import Statement
from onecard.conformance.planning.selection import only_cases
from onecard.conformance.qualify.kill import port_for, reference_plan
from onecard.conformance.recheck import functions as second
from onecard.conformance.recheck import templates as second_templates
from onecard.conformance.recheck.forms import FORMS
from onecard.conformance.recheck.looks import Record, Seen
from onecard.conformance.recheck.plan_forms import CHECKS, STATEMENT
from onecard.conformance.recheck.recheck import recheck
from onecard.conformance.recheck.refusal import RefusedError, UnknownValueError
from onecard.conformance.recheck.vocabulary import ASPECTS, VOCABULARY, outcome_of
from onecard.conformance.running.run import run_plan
from onecard.conformance.statements.loader import reference_statement
from onecard.conformance.values import functions as first
from onecard.conformance.values import templates as first_templates
from onecard.sim.recording.canonical import tree_of
from onecard.virtual_cards.layouts import VERSIONS
from onecard.virtual_cards.readers.in_process import PoweredCard

ATR = bytes.fromhex("3B6D000000814A44468660519900" + "0001AC")
SIZES = (0, 1, 3, 4, 7, 8, 9, 12, 15, 16, 17, 24, 31, 32, 33, 255, 256)
ROUNDS = 150


def chance_of(name: object) -> random.Random:
    return random.Random(str(name))  # noqa: S311 - inputs of a test


def values(atr: bytes = ATR) -> second_templates.Values:
    found = second_templates.Values(second_templates.Work())
    found.learn_reset("reset1", atr)
    return found


# Functions


def payment_arguments(chance: random.Random) -> tuple[str, ...]:
    account = f"5A0A{chance.randrange(10**18):018d}FF5F3401{chance.randrange(100):02d}"
    record = chance.choice((f"70{len(account) // 2:02X}{account}", f"70{len(account) // 2 + 1:02X}{account}"))
    algorithm = chance.choice(("01", "04", "02"))
    last = chance.randbytes(8).hex(), chance.choice(("3030", "00", "3030303030303030", "00" * 9))
    return record, chance.randbytes(chance.choice((2, 2, 1, 3))).hex(), algorithm, *last


def test_both_tables_of_functions_have_the_same_names_and_shapes() -> None:
    assert {name: each[:2] for name, each in second.FUNCTIONS.items()} == {
        name: (each.takes_key, each.arguments) for name, each in first.FUNCTIONS.items()
    }


def first_value(step: steps.Let, keys: KeyMaterial) -> bytes | None:
    known = first_templates.Known()
    known.answered("reset1", ATR, reset=True)
    try:
        return first.compute(step, known, keys)
    except first_templates.NotKnownError:
        return None


def second_value(step: steps.Let, keys: KeyMaterial) -> bytes | None:
    plain = {"name": step.name, "function": step.function, "key": step.key, "arguments": list(step.arguments)}
    try:
        return second.value_of(plain, values(), tree_of(keys))
    except UnknownValueError:
        return None


@pytest.mark.parametrize("algorithm", ["3DES", "SM4"])
@pytest.mark.parametrize("name", first.FUNCTIONS)
def test_a_function_gives_both_evaluators_the_same_bytes(name: str, algorithm: str) -> None:
    function, chance = first.FUNCTIONS[name], chance_of(f"{name} {algorithm}")
    computed = 0
    for _ in range(ROUNDS):
        keys = KeyMaterial(
            algorithm=algorithm,
            issuing_area="519900",
            city_keys={"CITY/1": chance.randbytes(16).hex()},
            card_keys={"CARD/1": chance.randbytes(16).hex()},
        )
        arguments = tuple(chance.randbytes(chance.choice(SIZES)).hex() for _ in range(function.arguments))
        if name.startswith("payment") and chance.random() < 0.8:
            arguments = payment_arguments(chance)[: function.arguments]
        key = chance.choice(("CITY/1", "CARD/1", "NONE/1")) if function.takes_key else ""
        step = steps.Let(name="let1", function=name, key=key, arguments=arguments)
        mine = first_value(step, keys)
        if name == "halves" and len(arguments[0]) not in (16, 32):
            assert second_value(step, keys) is None  # it is for one block; the facts say nothing of others
            continue
        assert second_value(step, keys) == mine, step
        computed += mine is not None
    assert computed >= ROUNDS // 30


def test_the_vectors_of_the_facts_come_out_of_the_second_evaluator() -> None:
    for algorithm, key, code in (
        ("3DES", "91FA66C7FAEBB77353E749A57FD42676", "32C9EA55F919CCA8"),
        ("SM4", "0BE536BFB1C839EA4B3F501265A146E2", "3AFE64499857ED5E"),
    ):
        keys = KeyMaterial(algorithm=algorithm, issuing_area="519900", card_keys={"RK/1": key})
        step = steps.Let(
            name="let1",
            function="authentication",
            key="RK/1",
            arguments=("1122334455667788", "A1A2A3A4A5A6A7A8"),
        )
        assert second_value(step, keys) == bytes.fromhex(code)


# Templates

TEMPLATES = (
    "",
    "00A4",
    " 00 a4 ",
    "{reset1}",
    "{reset1[0:2]}{factor}",
    "{historical[11:]}",
    "{historical[:13]}00",
    "{historical[12:14]}",
    "{historical[5:4]}",
    "{atr}{send1.sw}",
    "{send1}",
    "{send1.sw[1:]}",
    "{unknown}",
    "0",
    "0G",
    "{",
    "{}",
    "{a b}",
    "{1a}",
    "{reset1[1]}",
    "{reset1[-1:]}",
    "..",
    "*",
    "00*",
    "*00",
    "00..01",
    "}",
    "{#}",
)


@pytest.mark.parametrize("template", TEMPLATES)
def test_a_template_means_the_same_to_both(template: str) -> None:
    known, other = first_templates.Known(), values()
    known.answered("reset1", ATR, reset=True)
    known.answered("send1", bytes.fromhex("AABB9000"))
    other.learn("send1", bytes.fromhex("AABB9000"))
    try:
        wanted: bytes | str = first_templates.fill(template, known)
    except first_templates.NotKnownError:
        wanted = "unknown"
    except first_templates.TemplateError:
        wanted = "no template"
    try:
        found: bytes | str = second_templates.fill(template, other)
    except UnknownValueError:
        found = "unknown"
    except RefusedError:
        found = "no template"
    # ``#`` is the place of a sweep's byte, which is cut out before anything is filled.
    assert found == ("no template" if template == "{#}" else wanted)


# Checks


def test_both_know_every_check_of_the_vocabulary_and_its_fields() -> None:
    kinds = {kind.__struct_config__.tag: kind for kind in get_args(checks.Check)}
    assert set(kinds) == set(CHECKS) == {*VOCABULARY, "question"}
    assert set(EVALUATORS) == set(kinds.values())
    for tag, kind in kinds.items():
        fields = {field.encode_name for field in msgspec.structs.fields(kind)}
        with pytest.raises(RefusedError, match="'other' means nothing here"):
            CHECKS[tag](sample_of(kind, "s") | {"other": 1})
        read = CHECKS[tag](sample_of(kind, "s"))
        assert fields == set(read)


def sample_of(kind: type[Any], step: str) -> dict[str, Any]:
    """Return the fields of a check without those that have defaults."""
    filled = {"words": ["9000"], "values": [""], "records": [], "path": ["6F"], "since": step, "length": 1}
    filled |= {"value": "", "pattern": "*", "least": 0, "most": 1, "start": 0, "end": 1, "tag": "01", "by": 0}
    filled |= {"aspect": "form", "text": "?", "chinese": "?"}
    needed = [field.name for field in msgspec.structs.fields(kind) if field.required]
    return {name: filled[name] for name in needed if name != "step"} | {"step": step}


def test_both_know_every_aspect_and_every_content() -> None:
    assert set(ASPECTS) == set(get_args(checks.Aspect))
    assert set(FORMS) == set(get_args(checks.Content))


ANSWERS = (
    "",
    "9000",
    "6A82",
    "90",
    "63C2",
    "63C1",
    "0102039000",
    "0400000190009000",
    "6F1084067378312E7368A5069F0C030A0B0C9000",
    "6F0384019000",
    "8401AA8401BB9000",
    "1F0501AA9F81019000",
    "0104" + "20250601" + "9000",
    "0104" + "FFFFFFFF" + "9000",
    "0104" + "20251301" + "9000",
    "0709" + b"A00000011".hex().upper() + "9000",
    "0709" + b"A00000012".hex().upper() + "9000",
    "0812" + b"519900199001010015".hex().upper() + "9000",
    "0812" + b"519900199001010016".hex().upper() + "9000",
    "0106" + "测试卡".encode("gbk").hex().upper() + "9000",
    "0104B2E2CA009000",
    "01020F1F9000",
    "010212FF9000",
    "0206010112020144039000",
)


def checks_on(step: str) -> Iterator[checks.Check]:
    for words in (("9000",), ("6Axx", "63Cx"), ("90",), ()):
        yield checks.StatusIs(step=step, words=words)
    for value in ("", "010203", "{before}", "{before.sw}", "{nothing}"):
        yield checks.DataIs(step=step, value=value)
        yield checks.DataDiffers(step=step, value=value)
        yield checks.DataIsOneOf(step=step, values=("FF", value))
        yield checks.ValueIn(step=step, start=0, end=2, values=("0102", value))
        yield checks.ValueIn(step=step, start=0, end=2, values=("0102", value), of="{before}")
        yield checks.TlvHas(step=step, path=("84",), value=value)
    for pattern in ("", "*", "01*", "....", "6F..84*", "{nothing}", "FF{nothing}", "{before}*"):
        yield checks.DataMatches(step=step, pattern=pattern)
    for bounds in ((0, 0), (3, 3), (1, 16)):
        yield checks.DataLength(step=step, least=bounds[0], most=bounds[1])
    for tag, length in (("01", 4), ("07", 9), ("08", 18), ("01", 6), ("01", 2), ("02", 6)):
        yield checks.RecordsAre(step=step, records=((tag, length),))
        for content in get_args(checks.Content):
            yield checks.RecordIs(step=step, tag=tag, length=length, content=content)
    yield checks.RecordsAre(step=step, records=())
    for path in (("6F",), ("6F", "84"), ("6F", "A5", "9F0C"), ("84",), ("1F05",), ()):
        yield checks.TlvHas(step=step, path=path)
        yield checks.TlvHas(step=step, path=path, absent=True)
    for by in (-1, 0, 1):
        yield checks.CounterMoves(step=step, since="before", by=by)
    yield checks.NoAnswer(step=step)
    yield checks.SweepStatus(step=step, words=("9000",))
    yield checks.SweepStatus(step=step, words=("6xxx",), others={"01": ("9000",), "02": ()})
    yield checks.Question(step=step, text="?", chinese="?")
    for aspect in get_args(checks.Aspect):
        yield checks.AtrHas(step=step, aspect=aspect)


ATRS = (
    "",
    "3B",
    ATR.hex().upper(),
    "3F6D000000814A444686605199000001AC",
    "3B6D000000814A44468660519900AC",
    "3B8D800100814A44468660519900000001AC46",
    "3B8D800100814A444686605199000001AC46",
    "3BED000000811F0300814A444686605199000001AC00",
    "3B9D9680",
    "3B00",
    "3B0D00814A444686605199000001AC",
    "3B80010000",
    "3B800181",
    "3B2D0100814A444686605199000001AC",
)


def both_outcomes(
    step: steps.Step, frames: tuple[tuple[str, str], ...], before: str
) -> Iterator[tuple[Any, str, str]]:
    evidence, seen = Evidence(KeyMaterial(algorithm="SM4", issuing_area="519900")), Seen(values())
    evidence.known.answered("reset1", ATR, reset=True)
    for each, shown in ((steps.Send(name="before", command="00"), (("00", before),)), (step, frames)):
        evidence.take(each, (StepRecord(case="c", step=each.name, frames=shown),))
        seen.take(tree_of(each), [Record("c", each.name, list(shown), "", "", [], [])])
    for check in checks_on(step.name):
        if isinstance(check, checks.SweepStatus) and not isinstance(step, steps.Sweep):
            continue  # a plan with that is refused
        try:
            mine = EVALUATORS[type(check)](check, evidence).outcome.value
        except first_templates.NotKnownError:
            mine = "unknown"
        form = CHECKS[check.__struct_config__.tag or ""]
        plain = tree_of(check)
        tag = plain.pop("is")
        yield check, mine, outcome_of(form(plain) | {"is": tag}, seen)


@pytest.mark.parametrize("before", ["63C3", "01029000", ""])
def test_every_check_comes_to_the_same_on_every_answer(before: str) -> None:
    send, found = steps.Send(name="looked-at", command="00"), set()
    for response in ANSWERS:
        for check, mine, other in both_outcomes(send, (("00", response),), before):
            assert other == mine, (response, check)
            found.add((check.__struct_config__.tag, other))
    reset = steps.Reset(name="looked-at")
    for response in ATRS:
        for check, mine, other in both_outcomes(reset, (("", response),), before):
            assert other == mine, (response, check)
            found.add((check.__struct_config__.tag, other))
    sweep = steps.Sweep(name="looked-at", command="00{#}", values="0102")
    for frames in ((("0001", "9000"), ("0002", "6A82")), (("0001", "6D00"), ("0002", "")), ()):
        for check, mine, other in both_outcomes(sweep, frames, before):
            assert other == mine, (frames, check)
            found.add((check.__struct_config__.tag, other))
    seen_both_ways = {tag for tag in VOCABULARY if {(tag, "holds"), (tag, "differs")} <= found}
    assert seen_both_ways >= set(VOCABULARY) - {"follows model", "counter"}


def test_an_answer_in_pieces_is_put_together_alike() -> None:
    send = steps.Send(name="looked-at", command="00")
    for frames in (
        (("00", "AABB6102"), ("00C0000002", "CCDD9000")),
        (("00", "6C02"), ("0002", "CCDD9000")),
        (("00", "AABB6102"), ("00C0000002", "")),
    ):
        for check, mine, other in both_outcomes(send, frames, "9000"):
            assert other == mine, (frames, check)


def test_contents_are_judged_alike_whatever_the_bytes() -> None:
    chance = chance_of(7)
    for name, form in FORMS.items():
        for _ in range(300):
            alphabet = chance.choice(
                (bytes(range(256)), b"0123456789X", b"\x12\x34\x9f\xff\x20\x19", b"AZ09X")
            )
            value = bytes(chance.choices(alphabet, k=chance.choice((0, 1, 2, 4, 9, 18))))
            assert form(value) == contents.fits(name, value), (name, value.hex())


# Statements


@pytest.mark.parametrize("version", VERSIONS)
def test_a_statement_has_the_same_defaults_for_both(version: str) -> None:
    whole = tree_of(reference_statement(version))
    assert STATEMENT(whole) == whole
    facts = {"issuing_area": "519900"}
    card = {"specification": version, "algorithm": "3DES", "facts": facts}
    least = {"kind": "card", "vendor": "a", "product": "b", "version": "c", "card": card}
    assert STATEMENT(least) == tree_of(msgspec.convert(least, Statement))


# Whole cases


def test_a_case_of_every_kind_is_judged_alike() -> None:
    found = recheck(large_bundle())
    assert found.ok, found.refusal
    assert found.cases == len(EVERY_KIND)
    verdicts = {name: number for name, number in found.counts.items() if number}
    assert verdicts == {"pass": 5, "review": 1, "inconclusive": 2, "expected failures": 1}


class _Odd:
    """A card that answers now and then in an odd way."""

    def __init__(self, card: PoweredCard, chance: random.Random) -> None:
        self._card, self._chance = card, chance

    def power_on(self, *face: Any) -> bytes:
        atr = self._card.power_on(*face)
        return self._chance.choice((atr, atr, atr, atr, atr[:-1], b""))

    def power_off(self) -> None:
        self._card.power_off()

    def transmit(self, command: bytes) -> bytes:
        response = self._card.transmit(command)
        odd = ("", "90", "6102", "6C10", "AA6110", "9000", "6A82", "63C2")
        return bytes.fromhex(self._chance.choice(odd)) if self._chance.random() < 0.15 else response


@pytest.mark.parametrize("number", range(40))
def test_a_card_that_answers_oddly_is_judged_alike(number: int) -> None:
    plan = plan_with(make() for make in EVERY_KIND)
    result = run_plan(plan, port(lambda card: _Odd(card, chance_of(number))))
    found = recheck(bundle_of(plan, result))
    assert found.ok, found.refusal


def tears() -> Case:
    c = CaseBuilder("card/sample/torn/01", "A card without power is silent.", context(), epilogue=False)
    c.tear("0084000008", 0)
    c.silent(rule="card/sample/rule", at="tear1")
    return c.case()


def test_a_torn_command_is_judged_alike() -> None:
    found = recheck(bundle_of(plan_with((tears(),))))
    assert found.ok, found.refusal


@cache
def plan_of(version: str) -> Plan:
    return reference_plan(version, SEED)


@pytest.mark.parametrize("name", card_defects())
def test_the_case_that_finds_a_defect_is_judged_alike(name: str) -> None:
    defect = card_defects()[name]
    plan = only_cases(plan_of(defect.version), (defect.case,))
    result = run_plan(plan, port_for(defect, defect.version, plan.seed))
    file = Path(onecard.conformance.statements.__file__).with_name(f"virtual-{defect.version}.toml")
    found = recheck(bundle_of(plan, result, statement_bytes=file.read_bytes()))
    assert found.ok, f"{defect.lie}: {found.refusal}"
    assert found.verdict not in ("", "pass")
