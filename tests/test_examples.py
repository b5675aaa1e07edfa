"""The examples of the documentation run, and print what the page shows after them."""

import contextlib
import io
import re
import shlex
import shutil
from pathlib import Path

import pytest

from onecard.cli.main import main

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
EXAMPLES = {
    page.stem: re.findall(
        r"^```python\n(.*?)^```\n(?:\n```text\n(.*?)^```)?", page.read_text(encoding="utf-8"), re.M | re.S
    )
    for page in sorted(DOCS.glob("*.md"))
}


@pytest.mark.parametrize("page", [page for page, blocks in EXAMPLES.items() if blocks])
def test_python_examples_of_a_page_run_one_after_the_other(page: str) -> None:
    names: dict[str, object] = {"__name__": "example"}
    for block, shown in EXAMPLES[page]:
        with contextlib.redirect_stdout(io.StringIO()) as printed:
            exec(compile(block, f"{page}.md", "exec"), names)  # noqa: S102 - our own documentation
        assert not shown or printed.getvalue() == shown


def test_there_are_examples() -> None:
    assert EXAMPLES["card"]


COMMAND = re.compile(r"^(?:\.venv/bin/)?onecard (.*?)(?:\s+#.*)?$", re.M)
PAGES = [
    ROOT / "README.md",
    ROOT / "README.zh-CN.md",
    *(
        DOCS / f"{page}.md"
        for page in ("getting-started", "scenarios", "card-command", "pcsc", "conformance")
    ),
]
SMALL = {("run",): ("--people", "40"), ("conformance", "card"): ("--case", "card/select/*")}
"""What makes a command quick enough for a test."""
LOG = DOCS / "recorded" / "opensc-tool-apdus.txt"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_commands_of_a_page_run_one_after_the_other(
    page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = page.read_text(encoding="utf-8")
    commands = [
        shlex.split(line)
        for block in re.findall(r"^```sh\n(.*?)^```", text, re.M | re.S)
        for line in COMMAND.findall(block)
    ]
    assert commands
    monkeypatch.chdir(tmp_path)
    for name, content in toml_files(text):
        (tmp_path / name).write_text(content, encoding="utf-8")
    shutil.copy(LOG, tmp_path / "session.log")
    (tmp_path / "lines").write_text("quit\n", encoding="utf-8")
    for command in commands:
        small = [*command, *SMALL.get(tuple(command[: 1 + (command[0] == "conformance")]), ())]
        with (tmp_path / "lines").open(encoding="utf-8") as lines:
            monkeypatch.setattr("sys.stdin", lines)  # `card serve` ends when it reads "quit"
            assert main(small) == 0, command


def toml_files(text: str) -> list[tuple[str, str]]:
    """Return the files of a page: the scenario that its commands name, and its TOML block."""
    names = re.findall(r"onecard run (\S+\.toml)", text)
    if not names:
        return []
    return list(zip(names, re.findall(r"^```toml\n(.*?)^```", text, re.M | re.S), strict=True))


def test_the_two_readmes_show_the_same_commands() -> None:
    english, chinese = (
        (ROOT / name).read_text(encoding="utf-8") for name in ("README.md", "README.zh-CN.md")
    )
    assert COMMAND.findall(english) == COMMAND.findall(chinese)
