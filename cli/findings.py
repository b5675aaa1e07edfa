"""What this machine has and lacks. Only the standard library is needed to say so."""

from __future__ import annotations

import importlib
import importlib.metadata
import json
import platform
import re
import shlex
import shutil
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from onecard import __version__
from onecard.virtual_cards.pcsc_stack.errors import PcscError, PcscLacksError
from onecard.virtual_cards.pcsc_stack.parts import parts
from onecard.virtual_cards.pcsc_stack.private_pcscd import PrivatePcscd
from onecard.virtual_cards.pcsc_stack.system_pcscd import START, SystemPcscd

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["ENVIRONMENT_LACKS", "Finding", "findings", "remedy_for_module", "show_findings"]

ENVIRONMENT_LACKS = 3
MINIMUM_PYTHON = (3, 11)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked for."""

    part: str
    need: str
    """What it is for: ``core``, ``serve``, ``tests`` or ``pcsc``."""
    present: bool
    detail: str
    remedy: str = ""
    optional: bool = False
    """Nothing lacks without it: worth knowing all the same."""


def show_findings(*, as_json: bool) -> int:
    """Print what there is; return the exit code, 3 if the core lacks something."""
    found = list(findings())
    if as_json:
        print(json.dumps([asdict(each) for each in found], indent=2))  # noqa: T201 - no package is needed
    else:
        for each in found:
            mark = "ok     " if each.present else "note   " if each.optional else "MISSING"
            print(f"{mark} {each.need:<6} {each.part}: {each.detail}")  # noqa: T201
            if not each.present:
                print(f"        to get it: {each.remedy}")  # noqa: T201
    lacks = any(each.need == "core" and not each.present for each in found)
    return ENVIRONMENT_LACKS if lacks else 0


def findings() -> Iterator[Finding]:
    """Look for everything, one after the other."""
    version = platform.python_version()
    yield Finding(
        "Python", "core", sys.version_info >= MINIMUM_PYTHON, version, "install Python 3.11 or newer"
    )
    yield from (_package(name, lowest) for name, lowest in _requirements())
    yield _serving()
    yield _draws()
    yield _program("Chromium", "chromium", "chromium")
    fonts = sorted(Path("/usr/share/fonts").rglob("NotoSansCJK*"))
    yield Finding(
        "CJK fonts",
        "tests",
        bool(fonts),
        str(fonts[0]) if fonts else "not found",
        "sudo apt-get install fonts-noto-cjk",
    )
    yield _program("pcsc_scan", "pcsc_scan", "pcsc-tools")
    yield _program("opensc-tool", "opensc-tool", "opensc")
    yield _program("vicc", "vicc", "vsmartcard-vpicc python3-pycryptodome")
    yield from _pcsc()


def _program(part: str, program: str, package: str) -> Finding:
    """Look for a program that the tests run."""
    path = shutil.which(program)
    return Finding(part, "tests", path is not None, path or "not found", f"sudo apt-get install {package}")


def _requirements() -> Iterator[tuple[str, str]]:
    """Give name and lowest version of the packages that onecard requires, extras left out."""
    for requirement in importlib.metadata.requires("onecard") or ():
        found = re.match(r"([A-Za-z0-9._-]+)\s*(?:>=\s*([0-9.]+))?", requirement)
        if found is not None and "extra ==" not in requirement:
            yield found[1], found[2] or "0"


def _module_of(package: str) -> str:
    return package.lower().replace("-", "_")


def _install_command(package: str, lowest: str) -> str:
    return f"pip install '{package}>={lowest}'"


def remedy_for_module(module: str) -> str:
    """Return the command that installs the package of a module."""
    for package, lowest in _requirements():
        if _module_of(package) == module:
            return _install_command(package, lowest)
    extra = _extra_of(module)
    return _extra_command(extra) if extra else f"pip install 'onecard=={__version__}'"


def _extra_command(extra: str) -> str:
    """Return the command that installs the packages of an extra beside this very onecard.

    It names the interpreter: the pip of another environment would look for onecard in an index.
    """
    return f"{shlex.quote(sys.executable)} -m pip install 'onecard[{extra}]=={__version__}'"


def _serving() -> Finding:
    """Look for the packages that serving needs, and nothing else does."""
    try:
        importlib.import_module("onecard.sim.serving.server")
    except ImportError as error:
        detail = f"cannot be imported ({error}); only 'onecard serve settlement' and its benchmark need it"
        return Finding("serving", "serve", False, detail, _extra_command("serve"), optional=True)
    return Finding("serving", "serve", True, "onecard serve settlement can start")


def _extra_of(module: str) -> str:
    """Return the extra that requires the package of a module; empty for none."""
    for requirement in importlib.metadata.requires("onecard") or ():
        name = re.match(r"[A-Za-z0-9._-]+", requirement)
        extra = re.search(r"""extra == ["']([a-z]+)["']""", requirement)
        if name is not None and extra is not None and _module_of(name[0]) == module:
            return extra[1]
    return ""


def _package(package: str, lowest: str) -> Finding:
    """Look whether a package can be imported and is new enough."""
    remedy = _install_command(package, lowest)
    try:
        importlib.import_module(_module_of(package))
        version = importlib.metadata.version(package)
    except ImportError as error:
        return Finding(package, "core", False, f"cannot be imported ({error})", remedy)
    if _release(version) < _release(lowest):
        return Finding(package, "core", False, f"{version} is older than {lowest}", remedy)
    return Finding(package, "core", True, version, remedy)


def _release(version: str) -> list[int]:
    return [int(number) for number in re.findall(r"[0-9]+", version)]


def _draws() -> Finding:
    """Compare the draws of this platform with the recorded ones."""
    remedy = "run on a platform with IEEE 754 doubles and a correct libm, or report it"
    try:
        from onecard.sim.draws.self_check import differences  # noqa: PLC0415 - numpy may be missing
    except ImportError as error:
        return Finding("draws", "core", False, f"cannot be checked ({error})", "the packages above")
    different = differences()
    detail = (
        f"differs in: {', '.join(different)}" if different else "a million values equal the recorded ones"
    )
    return Finding("draws", "core", not different, detail, remedy)


def _pcsc() -> Iterator[Finding]:
    """Real PC/SC: not needed to run a city, needed to put cards into reader slots."""
    for part in parts():
        yield Finding(part.name, "pcsc", part.present, part.detail, part.remedy)
    yield from _private_daemon()
    yield _system_daemon()


def _private_daemon() -> Iterator[Finding]:
    """Start a daemon for a moment: the one proof that the parts work together, and where they listen."""
    try:
        with PrivatePcscd() as daemon:
            names, warning = [slot.reader for slot in daemon.slots], daemon.warning
    except PcscLacksError as error:
        yield Finding("private pcscd", "pcsc", False, error.what, error.remedy)
    except (PcscError, OSError) as error:
        yield Finding("private pcscd", "pcsc", False, str(error), "read what pcscd says, and report it")
    else:
        yield Finding("private pcscd", "pcsc", True, f"starts, with the readers {', '.join(names)}")
        yield Finding(
            "slots closed to the network",
            "pcsc",
            not warning,
            warning or "the driver listens on this machine's own address only",
            "a firewall rule for the ports, while cards are served; nothing listens when no card is",
            optional=True,
        )


def _system_daemon() -> Finding:
    """Tell about the system's daemon. Nobody needs it: a private one is started where there is none."""
    system = SystemPcscd()
    if system.listening:
        shown = ", ".join(f"{slot.reader} at TCP port {slot.port}" for slot in system.slots)
        warning = f"; {system.warning}" if system.warning else ""
        return Finding("system pcscd", "pcsc", True, f"runs, with the virtual readers {shown}{warning}")
    if system.waits_for_clients:
        return Finding("system pcscd", "pcsc", True, "runs or is started on demand; no virtual reader is up")
    detail = "does not run; only --system needs it, a private one is started otherwise"
    return Finding("system pcscd", "pcsc", False, detail, START, optional=True)
