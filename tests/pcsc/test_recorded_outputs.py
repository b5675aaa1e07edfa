"""The documentation shows what programs of others print about our card today."""

from __future__ import annotations

import re

import pytest
from recorded_outputs import COMMANDS, FOLDER, printed

AGAIN = "to record again: python tests/pcsc/recorded_outputs.py"
HEX_PAIRS = re.compile(r"\b[0-9A-Fa-f]{2}[ :][0-9A-Fa-f]{2}\b|SW1=")


@pytest.fixture(scope="module")
def outputs() -> dict[str, str]:
    return printed()


def card_lines(text: str) -> list[str]:
    """Return the lines with the card's bytes: the rest is the program's, and its versions differ."""
    return [line.strip() for line in text.splitlines() if HEX_PAIRS.search(line)]


@pytest.mark.parametrize("name", COMMANDS)
def test_the_documentation_shows_what_is_printed(name: str, outputs: dict[str, str]) -> None:
    recorded = (FOLDER / f"{name}.txt").read_text(encoding="utf-8")
    assert card_lines(recorded), name
    assert card_lines(outputs[name]) == card_lines(recorded), AGAIN


@pytest.mark.parametrize("name", [name for name in COMMANDS if name.startswith("emvtool")])
def test_the_emv_reader_prints_every_line_as_recorded(name: str, outputs: dict[str, str]) -> None:
    """Its version is ours to choose, so the whole output is compared."""
    assert outputs[name] == (FOLDER / f"{name}.txt").read_text(encoding="utf-8"), AGAIN


def test_nothing_else_is_recorded() -> None:
    assert {path.stem for path in FOLDER.iterdir()} == set(COMMANDS)
