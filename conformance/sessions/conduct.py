"""From a request to the evidence, in the order of the pipeline."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

from onecard.conformance.adapters.opening import FORMS, open_card
from onecard.conformance.bundle.signing import sign
from onecard.conformance.bundle.write import make_bundle
from onecard.conformance.cards.suite import card_cases
from onecard.conformance.judging.total import Total, total_of
from onecard.conformance.planning.overlay import with_expected
from onecard.conformance.planning.plan import make_plan
from onecard.conformance.planning.selection import only_cases
from onecard.conformance.recheck.recheck import recheck
from onecard.conformance.running.parallel import run_parallel
from onecard.conformance.running.run import order_of, run_plan
from onecard.conformance.statements.loader import read_statement, reference_source
from onecard.conformance.statements.plausibility import refuse_implausible
from onecard.sim.errors import DefectError, InputError
from onecard.sim.validation import unknown_name
from onecard.virtual_cards.layouts import VERSIONS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from onecard.conformance.adapters.port import CardPort
    from onecard.conformance.model.plan import Plan
    from onecard.conformance.running.run import RunResult
    from onecard.conformance.sessions.request import Request

__all__ = ["Conducted", "Opened", "conduct", "iut_name", "opened"]

_FOREIGN = ("pcsc", "tcp", "tcp-listen", "cmd")
_NULL_VERSION = "3.00"


class Opened(NamedTuple):
    """An implementation with its frozen plan, before anything has run."""

    port: CardPort
    plan: Plan
    statement: bytes
    """The statement as it was given."""


class Conducted(NamedTuple):
    """A run with its evidence."""

    plan: Plan
    result: RunResult
    total: Total
    bundle: bytes


@contextmanager
def opened(request: Request) -> Iterator[Opened]:
    """Open what a request names and compute the plan; closes it in the end.

    Raises:
        InputError: string, statement, overlay or a case's name is wrong.
        EnvironmentLacksError: this machine lacks what the string needs.
    """
    source = _statement_source(request)
    statement = read_statement(source, where=str(request.statement or request.iut))
    destructive = (case.id for case in card_cases(statement, request.seed) if case.destructive)
    refuse_implausible(statement, destructive)
    port = open_card(request.iut, seed=request.seed, through=request.through)
    try:
        plan = make_plan(
            statement,
            port.traits,
            seed=request.seed,
            destructive=request.destructive,
            strict=request.strict,
        )
        if request.expected is not None:
            plan = with_expected(plan, request.expected, request.today)
        if request.cases:
            plan = only_cases(plan, request.cases)
        yield Opened(port, plan, source)
    finally:
        port.close()


def iut_name(request: Request) -> str:
    """Return what the evidence calls the implementation: its string, and another transport."""
    return request.iut if request.through == "in-process" else f"{request.iut} through {request.through}"


def _statement_source(request: Request) -> bytes:
    if request.statement is not None:
        try:
            return request.statement.read_bytes()
        except OSError as error:
            raise InputError("cannot be read", where=str(request.statement), value=error.strerror) from None
    kind, _, version = request.iut.partition(":")
    if kind == "null":
        return reference_source(_NULL_VERSION)
    if kind == "virtual":
        if version not in VERSIONS:
            raise unknown_name("version", version, list(VERSIONS), where="IUT virtual:")
        return reference_source(version)
    if kind not in _FOREIGN:
        raise InputError("unknown kind of implementation", where="IUT", value=request.iut, allowed=FORMS)
    raise InputError(
        "this implementation needs a statement of what it claims",
        where="--statement",
        allowed="a TOML file; onecard conformance statement prints one to begin with",
    )


def conduct(
    request: Request, advance: Callable[[float, int], None] = lambda _share, _cases: None
) -> Conducted:
    """Run a request to its evidence, and have the second evaluator agree with it.

    Args:
        request: what is asked for.
        advance: told the share of the cases run, and their number.

    Raises:
        InputError, EnvironmentLacksError: as :func:`opened`.
        DefectError: the two evaluators disagree.
    """
    sign(b"", request.sign_key)  # a key that is none is refused before the run, not after it
    with opened(request) as (port, plan, source):
        order = order_of(plan, shuffle=request.shuffle)
        done = 0

        def tell(cases: int) -> None:
            nonlocal done
            done += cases
            advance(done / len(order), done)

        if request.workers > 1 and port.traits.parallel:
            result = run_parallel(
                plan, request.iut, through=request.through, workers=request.workers, order=order, advance=tell
            )
        else:
            result = run_plan(plan, port, order=order, advance=tell)
        total = total_of(plan, result.judged)
        bundle = make_bundle(
            plan=plan,
            result=result,
            total=total,
            statement_bytes=source,
            iut=iut_name(request),
            sign_key=request.sign_key,
        )
    second = recheck(bundle)
    if not second.ok:
        raise DefectError(f"the two evaluators of onecard disagree: {second.refusal}")
    return Conducted(plan, result, total, bundle)
