"""What PC/SC lacks, as an error of the environment: exit code 3, and the command that gets it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from onecard.sim.errors import EnvironmentLacksError
from onecard.virtual_cards.pcsc_stack.errors import PcscError, PcscLacksError

__all__ = ["blamed_on_environment"]


@contextmanager
def blamed_on_environment() -> Iterator[None]:
    """Turn a :class:`PcscError` into an :class:`EnvironmentLacksError`."""
    try:
        yield
    except PcscLacksError as error:
        raise EnvironmentLacksError(error.what, remedy=error.remedy) from error
    except PcscError as error:
        raise EnvironmentLacksError(str(error), remedy="onecard doctor says what is missing") from error
