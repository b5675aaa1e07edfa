"""The parts that real PC/SC is made of, where they are on this machine, and the command that gets each.

``onecard doctor`` lists them; whoever needs one asks :func:`require_pcscd` or :func:`require_driver`. Only
the standard library is needed.
"""

from __future__ import annotations

import importlib
import importlib.metadata
import os
import shutil
import sysconfig
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from onecard.virtual_cards.pcsc_stack.errors import PcscLacksError

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = [
    "Part",
    "parts",
    "require_driver",
    "require_pcscd",
    "require_pyscard",
    "require_run_folder",
]

INSTALL_PCSCD = "sudo apt-get install pcscd"
INSTALL_DRIVER = "sudo apt-get install vsmartcard-vpcd"
INSTALL_BUILD_PARTS = "sudo apt-get install libpcsclite-dev swig gcc python3-dev"
INSTALL_PYSCARD = (
    f"{INSTALL_BUILD_PARTS} && pip install setuptools && pip install --no-build-isolation pyscard"
)
"""Without isolation: pyscard asks for a ``swig`` from PyPI, where the distribution's is better."""
PREPARE_RUN_FOLDER = "sudo mkdir -p /run/pcscd"

SYSTEM_FOLDERS = "/usr/local/sbin:/usr/sbin:/sbin"
"""Where daemons are, beside the user's PATH, which often lacks them."""
DRIVERS = tuple(
    Path(folder) / "pcsc/drivers/serial/libifdvpcd.so"
    for folder in ("/usr/lib", "/usr/lib64", "/usr/local/lib", "/usr/local/lib64")
)
RUN_FOLDER = Path("/run/pcscd")
HEADERS = (Path("/usr/include/PCSC/winscard.h"), Path("/usr/local/include/PCSC/winscard.h"))


class Part(NamedTuple):
    """One part that was looked for."""

    name: str
    present: bool
    detail: str
    remedy: str


def find_pcscd() -> str | None:
    """Return the path of the PC/SC daemon, ``None`` if there is none."""
    return shutil.which("pcscd", path=f"{os.environ.get('PATH', '')}:{SYSTEM_FOLDERS}")


def find_driver() -> Path | None:
    """Return the path of the virtual reader driver, ``None`` if there is none."""
    return next((path for path in DRIVERS if path.exists()), None)


def run_folder_is_usable() -> bool:
    """Tell whether a pcscd that we start finds the folder without which it ends, or may make it.

    It need not be ours: what an ordinary user's daemon cannot write there, its process id, it does without.
    """
    return os.geteuid() == 0 or RUN_FOLDER.is_dir()


def require_pcscd() -> str:
    """Return the path of the PC/SC daemon or raise :class:`PcscLacksError`."""
    found = find_pcscd()
    if found is None:
        raise PcscLacksError("the PC/SC daemon pcscd is not installed", remedy=INSTALL_PCSCD)
    return found


def require_driver() -> Path:
    """Return the path of the driver or raise :class:`PcscLacksError`."""
    found = find_driver()
    if found is None:
        raise PcscLacksError(
            "the virtual reader driver libifdvpcd.so is not installed", remedy=INSTALL_DRIVER
        )
    return found


def require_pyscard() -> None:
    """Raise :class:`PcscLacksError` unless pyscard can be imported."""
    part = _pyscard()
    if not part.present:
        raise PcscLacksError(
            f"real PC/SC needs the Python package pyscard: {part.detail}", remedy=part.remedy
        )


def require_run_folder() -> None:
    """Raise :class:`PcscLacksError` unless a pcscd of ours can run."""
    if not run_folder_is_usable():
        raise PcscLacksError(
            f"pcscd needs the folder {RUN_FOLDER}, and only root can make it", remedy=PREPARE_RUN_FOLDER
        )


def parts() -> Iterator[Part]:
    """Look for every part, one after the other."""
    pcscd = find_pcscd()
    yield Part("pcscd", pcscd is not None, pcscd or "not found", INSTALL_PCSCD)
    driver = find_driver()
    yield Part("vpcd driver", driver is not None, str(driver or "not found"), INSTALL_DRIVER)
    usable = run_folder_is_usable()
    yield Part("/run/pcscd", usable, "usable" if usable else "not there", PREPARE_RUN_FOLDER)
    yield _pyscard()
    yield _build_parts()


def _pyscard() -> Part:
    try:
        importlib.import_module("smartcard.scard")
        version = importlib.metadata.version("pyscard")
    except ImportError as error:  # not there, or the PC/SC library that it loads is not
        return Part("pyscard", False, f"cannot be imported ({error})", INSTALL_PYSCARD)
    return Part("pyscard", True, version, INSTALL_PYSCARD)


def _build_parts() -> Part:
    headers = Path(sysconfig.get_paths()["include"]) / "Python.h"
    missing = [program for program in ("swig", "gcc") if shutil.which(program) is None]
    if not any(path.exists() for path in HEADERS):
        missing.append("winscard.h (libpcsclite-dev)")
    if not headers.exists():
        missing.append("Python.h (python3-dev)")
    return Part(
        "build of pyscard",
        not missing,
        f"missing: {', '.join(missing)}" if missing else "swig, gcc, headers are there",
        INSTALL_BUILD_PARTS,
    )
