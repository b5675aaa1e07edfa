"""The verdict for machines: one JSON object."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from onecard.conformance.reporting.view import NOT_GOOD

if TYPE_CHECKING:
    from onecard.conformance.reporting.view import CaseView, View

__all__ = ["document_of"]


def document_of(view: View, *, bundle: str = "") -> dict[str, Any]:
    """Return the verdict as plain values.

    Args:
        view: the run.
        bundle: where its bundle lies, or its hash; empty: it is not kept.
    """
    manifest = view.bundle.manifest
    return {
        "verdict": view.total.verdict.value,
        "counts": dict(view.total.counts),
        "transcript_sha256": manifest.transcript_sha256,
        "bundle": bundle,
        "suite": manifest.suite,
        "version": manifest.version,
        "iut": manifest.iut,
        "seed": manifest.seed,
        "strict": manifest.strict,
        "partial": manifest.partial,
        "complaints": list(view.total.complaints),
        "cases": [_case(each) for each in view.cases if each.verdict in NOT_GOOD],
    }


def _case(case: CaseView) -> dict[str, Any]:
    return {
        "case": case.case.id,
        "verdict": case.verdict,
        "status": case.told.status,
        "expected": case.expected,
        "reason": case.told.reason,
        "checks": [
            {
                "step": each.check.step,
                "rule": each.check.rule,
                "verdict": each.told.verdict,
                "expected": each.told.expected,
                "got": each.told.got,
            }
            for each in case.complaints
        ],
    }
