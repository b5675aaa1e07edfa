"""What follows from a refusal: the table ``remedies.toml``."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources

import msgspec

from onecard.sim.services import Label
from onecard.sim.terminals import reasons
from onecard.sim.validation import convert

__all__ = ["REMEDY_LABELS", "Remedy", "reason_labels", "remedy_for"]

REMEDY_LABELS: dict[str, tuple[str, str]] = {
    "report-loss": ("loss reported by telephone", "电话挂失"),
    "apply-replacement": ("replacement applied for", "申请补换卡"),
    "apply-pin-reset": ("PIN reset applied for", "申请密码重置"),
}


class Remedy(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One row: the consequences of a refusal reason."""

    title: Label
    e_card: bool = True
    """The e-card may be shown instead, where the service takes it."""
    remedy: str = ""
    """What the person does about it: a key of :data:`REMEDY_LABELS`, or nothing."""
    visit: str = ""
    """A service of the catalogue visited because of it, later today."""
    gives_up: str = ""
    """``"card"``: the holder shows the card no more today; ``"pin"``: not where the PIN is asked for."""


@cache
def _remedies() -> dict[str, Remedy]:
    text = resources.files(__package__).joinpath("remedies.toml").read_text(encoding="utf-8")
    return convert(tomllib.loads(text), dict[str, Remedy], where="remedies.toml")


def remedy_for(reason: str) -> Remedy:
    """Return the consequences of a reason; a terminal's own fault has none.

    Raises:
        KeyError: the reason is neither in the table nor one of the terminals' closed list.
    """
    known = _remedies().get(reason)
    return known if known is not None else Remedy(title=Label(*_terminal_labels()[reason]))


@cache
def _terminal_labels() -> dict[str, tuple[str, str]]:
    return {reason: (label.en, label.zh) for reason, label in reasons().items()}


def reason_labels() -> dict[str, tuple[str, str]]:
    """Return English and Chinese labels of every reason."""
    return _terminal_labels() | {name: (row.title.en, row.title.zh) for name, row in _remedies().items()}
