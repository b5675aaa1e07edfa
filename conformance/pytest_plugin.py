"""The suites as a pytest plugin, and the project's parts as fixtures for a vendor's own tests.

``pytest --onecard-iut virtual:3.00`` adds one test item for each case of the plan, after the tests collected
otherwise. A case that fails shows rule, clause, expected, got and the frames; what the statement excludes is
skipped with its reason; what needs a person is skipped with its question. The session fails if the total
verdict is not pass, whatever pytest's own count says.

Only pytest is imported here: the rest comes when an option or a fixture asks for it.
"""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from onecard.conformance.adapters.port import CardPort
    from onecard.conformance.pytest_suite import Suite
    from onecard.virtual_cards.readers.in_process import PoweredCard, Reader

__all__ = [
    "onecard_card",
    "onecard_pcsc",
    "onecard_port",
    "onecard_reader",
    "pytest_addoption",
    "pytest_collection_finish",
    "pytest_collection_modifyitems",
    "pytest_configure",
    "pytest_sessionfinish",
    "pytest_terminal_summary",
]

_SUITE: pytest.StashKey[Suite] = pytest.StashKey()
_OPTIONS = "onecard.conformance.pytest_suite"
_DEFAULTS: dict[str, object] = {
    "--onecard-statement": None,
    "--onecard-seed": "1",
    "--onecard-through": "in-process",
    "--onecard-destructive": False,
    "--onecard-expected": None,
    "--onecard-today": None,
    "--onecard-bundle": None,
}


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options."""
    group = parser.getgroup("onecard", "OneCard conformance")
    group.addoption(
        "--onecard-iut", metavar="IUT", help="implementation under test: virtual:3.00, pcsc:READER …"
    )
    group.addoption("--onecard-statement", metavar="FILE", help="what it claims (TOML); virtual: has its own")
    group.addoption("--onecard-seed", metavar="N", default="1", help="seed of every draw; default: 1")
    group.addoption(
        "--onecard-through",
        metavar="TRANSPORT",
        default="in-process",
        help="of a virtual card: in-process (the default), tcp, pcsc",
    )
    group.addoption(
        "--onecard-destructive",
        action="store_true",
        help="run what locks, blocks or leaves traces, as the statement names",
    )
    group.addoption("--onecard-expected", metavar="FILE", help="overlay of expected failures")
    group.addoption(
        "--onecard-today", metavar="DATE", help="day that their expiry is held against; default: today"
    )
    group.addoption("--onecard-bundle", metavar="FILE", help="write the evidence; its folder must be there")


def pytest_configure(config: pytest.Config) -> None:
    """Open the implementation, if one is named, and freeze the plan."""
    if config.getoption("--onecard-iut") is None:
        _refuse_options_of_nothing(config)
        return
    if not hasattr(config, "workerinput") and not config.option.collectonly:
        _refuse_workers(config)
    suite = import_module(_OPTIONS).suite_of(config)
    config.stash[_SUITE] = suite
    config.add_cleanup(suite.close)


def _refuse_options_of_nothing(config: pytest.Config) -> None:
    """Refuse what would be ignored: a session that judges nothing must not look like one that does."""
    for name, default in _DEFAULTS.items():
        if config.getoption(name) != default:
            raise pytest.UsageError(f"{name} says nothing without --onecard-iut")


def _refuse_workers(config: pytest.Config) -> None:
    if getattr(config.option, "numprocesses", None) or getattr(config.option, "tx", None):
        raise pytest.UsageError("--onecard-iut: one process talks to one implementation; leave -n away")


def pytest_collection_modifyitems(
    session: pytest.Session, config: pytest.Config, items: list[pytest.Item]
) -> None:
    """Add an item for each case of the plan."""
    suite = config.stash.get(_SUITE, None)
    if suite is not None:
        items += suite.items(session)


def pytest_collection_finish(session: pytest.Session) -> None:
    """Take note of which cases pytest's own options left."""
    suite = session.config.stash.get(_SUITE, None)
    if suite is not None:
        suite.select(session.items)


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Write the evidence; a total that is not pass fails the session."""
    suite = session.config.stash.get(_SUITE, None)
    if suite is not None:
        session.exitstatus = suite.finish(int(exitstatus))


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """Say the verdict."""
    suite = config.stash.get(_SUITE, None)
    if suite is not None:
        terminalreporter.section("OneCard conformance")
        for line in suite.summary():
            terminalreporter.write_line(line)


@pytest.fixture
def onecard_card(request: pytest.FixtureRequest) -> Callable[..., PoweredCard]:
    """Make virtual cards, powered: ``onecard_card("3.00")``; their challenges follow from the test's name."""
    make = import_module("onecard.conformance.personalities.cards").reference_card

    def card(
        version: str = "3.00", *, personality: str = "standard", contactless: bool = False
    ) -> PoweredCard:
        faces = import_module("onecard.virtual_cards.faces").FACES
        made: PoweredCard = make(version, personality, seed=1, case=request.node.nodeid)
        made.power_on(faces["contactless" if contactless else "contact"])
        return made

    return card


@pytest.fixture
def onecard_reader(onecard_card: Callable[..., PoweredCard]) -> Reader:
    """Give a reader in the process, with pyscard's verbs, and a card of 3.00 in it."""
    reader: Reader = import_module("onecard.virtual_cards.readers.in_process").Reader("OneCard 00 00")
    reader.insert(onecard_card())
    return reader


@pytest.fixture(scope="session")
def onecard_pcsc() -> Iterator[Any]:
    """Give a PC/SC stack of the session's own; where PC/SC is missing that is an error, no skip."""
    with import_module("onecard.conformance.pytest_stack").private_stack() as stack:
        yield stack


@pytest.fixture
def onecard_port(request: pytest.FixtureRequest) -> CardPort:
    """Give the port of ``--onecard-iut``, for tests of one's own on the implementation under test."""
    suite = request.config.stash.get(_SUITE, None)
    if suite is None:
        raise pytest.UsageError("the fixture onecard_port needs --onecard-iut")
    port: CardPort = suite.port
    return port


def path_option(config: pytest.Config, name: str) -> Path | None:
    """Return the path that an option gives, relative to where pytest was called."""
    text = config.getoption(name)
    if text == "":
        raise pytest.UsageError(f"{name}: an empty path")
    return None if text is None else config.invocation_params.dir / text
