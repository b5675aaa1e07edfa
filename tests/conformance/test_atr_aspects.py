"""Properties of an answer to reset, each on one that has it and on one that lacks it."""

from __future__ import annotations

from functools import reduce
from operator import xor

import pytest

from onecard.conformance.judging.evidence import Evidence
from onecard.conformance.judging.outcome import Outcome
from onecard.conformance.judging.structure_checks import atr_has
from onecard.conformance.model.checks import Aspect, AtrHas
from onecard.conformance.model.history import StepRecord
from onecard.conformance.model.plan import KeyMaterial
from onecard.conformance.model.steps import Reset
from onecard.virtual_cards.iso7816.atr import contact_atr

HISTORICAL = bytes.fromhex("00814A444686605199000001AC")
PLAIN = contact_atr(HISTORICAL)
WITH_SUPPLY = contact_atr(HISTORICAL, supply=0x43)
_BODY = bytes.fromhex("ED00008001") + HISTORICAL
WITH_T1 = "3B" + (_BODY + bytes((reduce(xor, _BODY),))).hex()


def outcome(aspect: Aspect, atr: bytes) -> Outcome:
    evidence = Evidence(KeyMaterial(algorithm="SM4", issuing_area="519900"))
    evidence.take(
        Reset(name="reset1"), (StepRecord(case="c", step="reset1", frames=(("", atr.hex().upper()),)),)
    )
    return atr_has(AtrHas(step="reset1", aspect=aspect), evidence).outcome


@pytest.mark.parametrize("atr", [PLAIN, WITH_SUPPLY], ids=["plain", "with supply told"])
@pytest.mark.parametrize("aspect", ["format byte", "no TA1", "TB1 zero", "clock stop and class", "no TCK"])
def test_a_right_answer_has_the_property(aspect: Aspect, atr: bytes) -> None:
    assert outcome(aspect, atr) is Outcome.HOLDS


@pytest.mark.parametrize(
    ("aspect", "atr"),
    [
        ("format byte", "3B4D00" + HISTORICAL.hex()),
        ("no TA1", "3B7D110000" + HISTORICAL.hex()),
        ("TB1 zero", "3B6D2500" + HISTORICAL.hex()),
        ("clock stop and class", "3BED000000" + HISTORICAL.hex()),
        ("T=0 only", WITH_T1),
    ],
    ids=["TB1 missing", "a rate", "a voltage", "TD1 for nothing", "T=1"],
)
def test_a_wrong_answer_lacks_it(aspect: Aspect, atr: str) -> None:
    assert outcome(aspect, bytes.fromhex(atr)) is Outcome.DIFFERS
