"""How a PSAM comes into being: identity, environments and keys in, a module out.

The real commands (CREATE / CHANGE KEY) are the PSAM issuer's business; here the contents are written whole.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from onecard.virtual_cards.psam.environments import ENVIRONMENTS
from onecard.virtual_cards.psam.files import PsamIdentity, application_files, environment_files
from onecard.virtual_cards.psam.keys import PsamKey, PsamKeyError, psam_keys
from onecard.virtual_cards.psam.module import Psam
from onecard.virtual_cards.psam.session import PsamContents

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from onecard.virtual_cards.psam.keys import RootSource

__all__ = ["issue_psam", "personalise_psam"]


def personalise_psam(
    keys: Iterable[PsamKey],
    *,
    area_code: str,
    serial: str = "1",
    terminal_number: str | None = None,
    environments: Sequence[str] = ("sx1", "sx3"),
) -> Psam:
    """Make a PSAM.

    Args:
        keys: key records, from :func:`psam_keys`; those of absent environments are left out.
        area_code: issuing area, 6 digits.
        serial: the PSAM's serial, up to 20 digits.
        terminal_number: 12 digits; by default area code and the last six digits of the serial.
        environments: labels of the algorithm environments it holds.

    Raises:
        ValueError: an identity field is malformed.
        PsamKeyError: an unknown environment, or two keys with one type and number.
    """
    known = {environment.label for environment in ENVIRONMENTS}
    for label in environments:
        if label not in known:
            raise PsamKeyError(f"PSAM environment {label!r} is not one of {', '.join(sorted(known))}")
    number = terminal_number if terminal_number is not None else area_code + serial.rjust(6, "0")[-6:]
    identity = PsamIdentity(area_code=area_code, serial=serial, terminal_number=number)
    present = tuple(environment for environment in ENVIRONMENTS if environment.label in environments)
    contents = PsamContents(
        environments=present,
        keys=_index(keys, {environment.algorithm.identifier for environment in present}),
        environment_files=environment_files(identity),
        application_files=application_files(identity),
    )
    return Psam(contents, historical_bytes=identity.historical_bytes())


def issue_psam(
    source: RootSource,
    *,
    area_code: str,
    serial: str = "1",
    terminal_number: str | None = None,
    environments: Sequence[str] = ("sx1", "sx3"),
    level: str = "listed",
    levels: Mapping[str, str] | None = None,
    without: Iterable[str] = (),
) -> Psam:
    """Make a PSAM with every key of the key table, in every environment.

    Args:
        source: the key hierarchy, :class:`onecard.virtual_cards.security.test_keys.PublishedKeys`.
        area_code: issuing area, 6 digits.
        serial: the PSAM's serial.
        terminal_number: as for :func:`personalise_psam`.
        environments: as for :func:`personalise_psam`.
        level: level of its roots, as for :func:`psam_keys`.
        levels: level per key name where it differs.
        without: names of keys this PSAM lacks.

    Raises:
        ValueError: as the two functions above.
    """
    algorithms = [environment.algorithm for environment in ENVIRONMENTS if environment.label in environments]
    absent = tuple(without)
    keys = [
        key
        for algorithm in algorithms
        for key in psam_keys(
            algorithm, source, area_code=area_code, level=level, levels=levels, without=absent
        )
    ]
    return personalise_psam(
        keys, area_code=area_code, serial=serial, terminal_number=terminal_number, environments=environments
    )


def _index(keys: Iterable[PsamKey], algorithms: set[int]) -> dict[tuple[int, int, int], PsamKey]:
    index: dict[tuple[int, int, int], PsamKey] = {}
    for key in keys:
        if key.algorithm.identifier not in algorithms:
            continue
        name = (key.algorithm.identifier, key.type, key.identifier)
        if name in index:
            raise PsamKeyError(f"PSAM key type {key.type} number {key.identifier:02X} is given twice")
        index[name] = key
    return index
