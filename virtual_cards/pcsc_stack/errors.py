"""What can go wrong around real PC/SC: one line each; the command line gives the base one exit code."""

from __future__ import annotations

__all__ = ["DaemonError", "PcscError", "PcscLacksError"]


class PcscError(Exception):
    """The PC/SC environment does not do what is needed."""


class PcscLacksError(PcscError):
    """Something must be installed, started or made writable first.

    Args:
        what: what is missing.
        remedy: the command that gets it.
    """

    def __init__(self, what: str, *, remedy: str) -> None:
        self.what, self.remedy = what, remedy
        super().__init__(f"{what}; to get it: {remedy}")


class DaemonError(PcscError):
    """A pcscd did not start, died, or came up without a reader."""
