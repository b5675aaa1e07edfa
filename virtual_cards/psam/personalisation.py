"""How a PSAM comes into being: identity, environments and keys in, a module out.

The contents are written whole; CREATE and CHANGE KEY can change the keys afterwards (see ``key_loading``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from onecard.virtual_cards.iso7816 import status
from onecard.virtual_cards.psam.contents import PsamContents
from onecard.virtual_cards.psam.environments import ENVIRONMENTS, Environment
from onecard.virtual_cards.psam.files import PsamIdentity, application_files, environment_files
from onecard.virtual_cards.psam.key_record import PsamKey, PsamKeyError, psam_own_keys
from onecard.virtual_cards.psam.keys import psam_keys
from onecard.virtual_cards.psam.module import Psam

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from onecard.virtual_cards.psam.key_record import KeyName
    from onecard.virtual_cards.psam.keys import RootSource

__all__ = ["issue_psam", "personalise_psam"]

_WRONG_MAC2 = (status.PURSE_MAC_WRONG, status.TRIES_LEFT | 0xF)
"""Ways in which PSAMs answer a wrong MAC2 (card.md §14)."""


def personalise_psam(
    keys: Iterable[PsamKey],
    *,
    area_code: str,
    serial: str = "1",
    terminal_number: str | None = None,
    environments: Sequence[str] = ("sx1", "sx3"),
    wrong_mac2: int = status.PURSE_MAC_WRONG,
    random_bytes: Callable[[int], bytes] | None = None,
) -> Psam:
    """Make a PSAM.

    Its own master and maintenance keys are the published ones unless ``keys`` has others.

    Args:
        keys: key records, from :func:`psam_keys`; those of absent environments are left out.
        area_code: issuing area, 6 digits.
        serial: the PSAM's serial, up to 20 digits.
        terminal_number: 12 digits; by default area code and the last six digits of the serial.
        environments: labels of the algorithm environments it holds.
        wrong_mac2: how it answers a wrong MAC2, ``0x9302`` or ``0x63CF``.
        random_bytes: source of challenges, see :class:`Psam`.

    Raises:
        ValueError: an identity field is malformed, or ``wrong_mac2`` is another status word.
        PsamKeyError: an unknown environment, or two keys with one type and number.
    """
    known = {environment.label for environment in ENVIRONMENTS}
    for label in environments:
        if label not in known:
            raise PsamKeyError(f"PSAM environment {label!r} is not one of {', '.join(sorted(known))}")
    if wrong_mac2 not in _WRONG_MAC2:
        raise ValueError(f"PSAM wrong_mac2 {wrong_mac2:04X}: 9302 or 63CF are allowed")
    number = terminal_number if terminal_number is not None else area_code + serial.rjust(6, "0")[-6:]
    identity = PsamIdentity(area_code=area_code, serial=serial, terminal_number=number)
    present = tuple(environment for environment in ENVIRONMENTS if environment.label in environments)
    contents = PsamContents(
        environments=present,
        keys=_records(keys, present),
        environment_files=environment_files(identity),
        application_files=application_files(identity),
        wrong_mac2=wrong_mac2,
    )
    return Psam(contents, historical_bytes=identity.historical_bytes(), random_bytes=random_bytes)


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


def _records(keys: Iterable[PsamKey], environments: Sequence[Environment]) -> dict[KeyName, bytes]:
    """Return the key records of these environments, with the published own keys where there are no others."""
    algorithms = [environment.algorithm for environment in environments]
    records: dict[KeyName, bytes] = {}
    for key in keys:
        if key.algorithm not in algorithms:
            continue
        if key.name in records:
            raise PsamKeyError(f"PSAM key type {key.type} number {key.identifier:02X} is given twice")
        records[key.name] = key.record()
    for algorithm in algorithms:
        for own in psam_own_keys(algorithm):
            records.setdefault(own.name, own.record())
    return records
