"""A refusal with data beside it is no refusal: neither evaluator takes it for one, in a case or in a walk."""

from __future__ import annotations

import pytest
from conformance_samples import RIGHT, UNKNOWN_NAME, bundle_bytes_of, bundle_of

from onecard.conformance.adapters.in_process import InProcessPort
from onecard.conformance.defects.wrong import WrongCard
from onecard.conformance.judging.evidence import Evidence
from onecard.conformance.judging.outcome import Outcome
from onecard.conformance.judging.structure_checks import tlv_has
from onecard.conformance.judging.walk_check import given_by
from onecard.conformance.model.checks import TlvHas
from onecard.conformance.model.history import StepRecord
from onecard.conformance.model.plan import KeyMaterial
from onecard.conformance.model.steps import Send
from onecard.conformance.model.verdict import Verdict
from onecard.conformance.personalities.cards import reference_card
from onecard.conformance.qualify.kill import reference_plan
from onecard.conformance.recheck.recheck import recheck
from onecard.conformance.recheck.walks import given_by as given_again
from onecard.conformance.reporting.view import view_of
from onecard.conformance.running.one_case import run_case
from onecard.virtual_cards.readers.in_process import PoweredCard

GIVING = RIGHT._replace(lies=(("00A4040006F0", "6F006A82"),))
HUGE = RIGHT._replace(lies=(("0084", "00" * 60_000 + "9000"),))
ACCESS = "card/access/df01-ef05-read/01"


class Giving(WrongCard):
    """Refuses with the right word, and gives sixteen bytes with it."""

    def after(self, command: bytes, response: bytes) -> bytes:
        return bytes(16) + response if response == b"\x69\x82" else response


def test_both_evaluators_fail_a_refusal_that_has_data_beside_it() -> None:
    case = next(each for each in view_of(bundle_of(GIVING)).cases if each.case.id == UNKNOWN_NAME)
    assert case.verdict == "fail"
    assert case.complaints[0].told.got == "6A82 with 2 bytes of data"
    assert recheck(bundle_bytes_of(GIVING)).ok


def test_an_answer_that_no_reader_gives_breaks_the_case_and_does_not_fill_the_evidence() -> None:
    told = view_of(bundle_of(HUGE)).total
    assert (told.verdict, told.counts["pass"]) == (Verdict.ERROR, 0)
    assert len(bundle_bytes_of(HUGE)) < 1 << 18
    assert recheck(bundle_bytes_of(HUGE)).ok


def test_an_access_condition_that_gives_what_it_refuses_fails() -> None:
    plan = reference_plan("3.00", 5)
    case = next(each.case for each in plan.cases if each.case.id == ACCESS)

    def make(personality: str, name: str) -> PoweredCard:
        return Giving(reference_card("3.00", personality, seed=5, case=name))

    port = InProcessPort("a card", make, faces=frozenset(("contact",)))
    judged = run_case(case, port, plan, {clause.id: clause for clause in plan.clauses}).judged
    assert judged.verdict is Verdict.FAIL


@pytest.mark.parametrize(
    ("response", "given"),
    [("6982", "6982"), ("006982", "006982"), ("009000", "9000"), ("0063C1", "63C1"), ("", "")],
)
def test_a_walk_takes_a_refusal_with_data_for_no_word_of_a_model(response: str, given: str) -> None:
    frames = [("0020000003123456", response)]
    assert given_by(frames) == given_again(frames) == given


@pytest.mark.parametrize(("response", "outcome"), [("", Outcome.DIFFERS), ("9000", Outcome.HOLDS)])
def test_silence_does_not_show_that_an_object_is_absent(response: str, outcome: Outcome) -> None:
    evidence = Evidence(KeyMaterial(algorithm="SM4", issuing_area="519900"))
    record = StepRecord(case="card/x/01", step="send1", frames=(("00A40400", response),))
    evidence.take(Send(name="send1", command="00A40400"), (record,))
    assert tlv_has(TlvHas(step="send1", path=("6F", "88"), absent=True), evidence).outcome is outcome
