"""The examples of the documentation run."""

import re
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[1] / "docs"
EXAMPLES = [
    pytest.param(match[1], id=f"{page.stem}-{number}")
    for page in sorted(DOCS.glob("*.md"))
    for number, match in enumerate(
        re.finditer(r"^```python\n(.*?)^```", page.read_text(encoding="utf-8"), re.M | re.S)
    )
]


def test_there_are_examples() -> None:
    assert EXAMPLES


@pytest.mark.parametrize("source", EXAMPLES)
def test_python_examples_run(source: str) -> None:
    exec(compile(source, "example", "exec"), {"__name__": "example"})  # noqa: S102 - our own documentation
