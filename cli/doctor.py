"""``onecard doctor``: what is there, what is missing, and the command that gets it."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import platform
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from onecard import __version__
from onecard.cli.output import print_json
from onecard.sim.draws.self_check import differences

if TYPE_CHECKING:
    from collections.abc import Iterator

ENVIRONMENT_LACKS = 3
MINIMUM_PYTHON = (3, 11)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked for."""

    part: str
    need: str
    """What it is for: ``core``, ``tests`` or ``pcsc``."""
    present: bool
    detail: str
    remedy: str = ""


def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="Print for machines.")] = False,
) -> None:
    """Say what this machine has and lacks. Exit code 3 if the core lacks something."""
    findings = list(_findings())
    if as_json:
        print_json([{name: getattr(each, name) for name in Finding.__slots__} for each in findings])
    else:
        for each in findings:
            mark = "ok     " if each.present else "MISSING"
            typer.echo(f"{mark} {each.need:<6} {each.part}: {each.detail}")
            if not each.present:
                typer.echo(f"        to get it: {each.remedy}")
    if any(each.need == "core" and not each.present for each in findings):
        raise typer.Exit(ENVIRONMENT_LACKS)


def _findings() -> Iterator[Finding]:
    version = platform.python_version()
    yield Finding(
        "Python", "core", sys.version_info >= MINIMUM_PYTHON, version, "install Python 3.11 or newer"
    )
    yield from (_distribution(name) for name in _requirements())
    different = differences()
    yield Finding(
        "draws",
        "core",
        not different,
        f"differs in: {', '.join(different)}" if different else "a million values equal the recorded ones",
        "run on a platform with IEEE 754 doubles and a correct libm, or report it",
    )
    chromium = shutil.which("chromium")
    yield Finding(
        "Chromium", "tests", chromium is not None, chromium or "not found", "sudo apt-get install chromium"
    )
    fonts = sorted(Path("/usr/share/fonts").rglob("NotoSansCJK*"))
    yield Finding(
        "CJK fonts",
        "tests",
        bool(fonts),
        str(fonts[0]) if fonts else "not found",
        "sudo apt-get install fonts-noto-cjk",
    )
    yield from _pcsc()


def _requirements() -> Iterator[str]:
    """Names of the distributions that the installed onecard requires, extras left out."""
    for requirement in importlib.metadata.requires("onecard") or ():
        if "extra ==" not in requirement:
            yield requirement.split(";")[0].split(">")[0].split("=")[0].strip()


def _distribution(name: str) -> Finding:
    try:
        return Finding(name, "core", True, importlib.metadata.version(name))
    except importlib.metadata.PackageNotFoundError:
        return Finding(name, "core", False, "not installed", f"pip install 'onecard=={__version__}'")


def _pcsc() -> Iterator[Finding]:
    """Real PC/SC: not needed to run a city, needed to put cards into reader slots."""
    pcscd = shutil.which("pcscd", path="/usr/sbin:/usr/bin:/sbin:/bin")
    yield Finding("pcscd", "pcsc", pcscd is not None, pcscd or "not found", "sudo apt-get install pcscd")
    driver = Path("/usr/lib/pcsc/drivers/serial/libifdvpcd.so")
    yield Finding(
        "vpcd", "pcsc", driver.exists(), str(driver) if driver.exists() else "not found",
        "sudo apt-get install vsmartcard-vpcd",
    )  # fmt: skip
    pyscard = importlib.util.find_spec("smartcard") is not None
    yield Finding(
        "pyscard", "pcsc", pyscard, "importable" if pyscard else "not installed",
        "sudo apt-get install libpcsclite-dev swig gcc && pip install pyscard",
    )  # fmt: skip
