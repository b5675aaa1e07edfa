"""``onecard conformance qualify``: the whole proof."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from onecard.conformance.clauses.registry import clauses_of
from onecard.conformance.defects.registry import card_defects
from onecard.conformance.model.verdict import Verdict
from onecard.conformance.qualify.battery import NullResult, null_battery, null_names
from onecard.conformance.qualify.deletion import silent_rules
from onecard.conformance.qualify.kill import Kill, kill, reference_plan
from onecard.conformance.qualify.tamper import TamperResult, small_bundle, tamper
from onecard.conformance.recheck.recheck import recheck
from onecard.conformance.sessions.conduct import conduct
from onecard.conformance.sessions.request import Request
from onecard.virtual_cards.layouts import VERSIONS

__all__ = ["Qualification", "ReferenceRun", "qualify"]

_NULL_VERSION = "3.00"


class ReferenceRun(NamedTuple):
    """A reference card through the whole pipeline."""

    version: str
    verdict: Verdict
    counts: dict[str, int]
    transcript_sha256: str
    agrees: bool
    """Whether the second evaluator comes to the same verdicts."""


class Qualification(NamedTuple):
    """What the proof found."""

    references: tuple[ReferenceRun, ...]
    nulls: tuple[NullResult, ...]
    kills: tuple[Kill, ...]
    silent: tuple[str, ...]
    tested: int
    """Number of tested rules."""
    tampered: TamperResult | None

    @property
    def holds(self) -> bool:
        """Whether all of it is as it must be."""
        return (
            all(run.verdict is Verdict.PASS and run.agrees for run in self.references)
            and not any(each.passed for each in self.nulls)
            and all(each.killed for each in self.kills)
            and not self.silent
            and not (self.tampered and self.tampered.accepted)
        )


def qualify(
    *, seed: int, bundles: bool = True, advance: Callable[[float, int], None] = lambda _share, _done: None
) -> Qualification:
    """Carry out the proof.

    Args:
        seed: of every draw.
        bundles: also run the references to their bundles, recheck those, and tamper with a small one.
        advance: told the share of the work, and how many parts are done.
    """
    nulls, defects = null_names(), tuple(card_defects().values())
    parts = len(nulls) + len(defects) + (len(VERSIONS) + 1) * bundles
    done = 0

    def step() -> None:
        nonlocal done
        done += 1
        advance(done / parts, done)

    plans = {version: reference_plan(version, seed) for version in VERSIONS}
    found_nulls = []
    for name in nulls:
        found_nulls.append(null_battery(name, plans[_NULL_VERSION]))
        step()
    kills = []
    for defect in defects:
        kills.append(kill(defect, plans[defect.version]))
        step()
    references = []
    for version in VERSIONS * bundles:
        references.append(_reference(version, seed))
        step()
    tampered = tamper(small_bundle(seed)) if bundles else None
    return Qualification(
        references=tuple(references),
        nulls=tuple(found_nulls),
        kills=tuple(kills),
        silent=silent_rules(kills),
        tested=sum(clause.tested for clause in clauses_of("card")),
        tampered=tampered,
    )


def _reference(version: str, seed: int) -> ReferenceRun:
    done = conduct(Request(iut=f"virtual:{version}", seed=seed, destructive=True))
    second = recheck(done.bundle)
    return ReferenceRun(
        version=version,
        verdict=done.total.verdict,
        counts=dict(done.total.counts),
        transcript_sha256=second.transcript_sha256,
        agrees=second.ok and second.verdict == done.total.verdict.value,
    )
