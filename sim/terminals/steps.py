"""What each word of a dialogue does, and the checks a terminal makes itself (card.md §12.1).

One small function per step structure; :data:`ACTIONS` is the whole vocabulary.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from onecard.sim.terminals import dialogues
from onecard.sim.terminals.card_session import CardSession
from onecard.sim.terminals.codes import TerminalError

__all__ = ["ACTIONS", "HotList", "Situation"]

HotList = Callable[[str, str], bool]
"""``is_hot_listed(card_id, card_number)``: card identification code (32 digits) and card number."""

VERSION_UNSUPPORTED = -13
ANOTHER_CARD = -22


@dataclass(slots=True)
class Situation:
    """Everything a step may look at.

    Args:
        card: the session with the card.
        dialogue: the running dialogue.
        today: the terminal's date, ``YYYYMMDD``.
        is_hot_listed: the terminal's hot list.
        values: the caller's values for ``$name`` texts.
        card_info: what the caller expects of the card, ``card id|card number|``; empty for any card.
    """

    card: CardSession
    dialogue: dialogues.Dialogue
    today: str
    is_hot_listed: HotList
    values: Mapping[str, str]
    card_info: str = ""

    def resolve(self, text: str) -> str:
        """Replace ``$name`` by the caller's value, else the default; a default may name a built-in value."""
        if not text.startswith("$"):
            return text
        name = text[1:]
        if name in ("today", "area"):
            return self.today if name == "today" else self.card.area_code
        if name in self.values:
            return self.values[name]
        return self.resolve(self.dialogue.defaults[name])


def _select(at: Situation, _step: dialogues.Select) -> None:
    at.card.select_environment()


def _identify(at: Situation, _step: dialogues.Identify) -> None:
    at.card.identify()
    if at.card_info and at.card_info != f"{at.card.card_id}|{at.card.data['07']}|":
        raise TerminalError(ANOTHER_CARD)
    if at.card.catalogue.version not in at.dialogue.versions:
        raise TerminalError(VERSION_UNSUPPORTED)


def _authenticate_card(at: Situation, _step: dialogues.AuthenticateCard) -> None:
    at.card.authenticate_card()


def _check_hot_list(at: Situation, _step: dialogues.CheckHotList) -> None:
    if at.is_hot_listed(at.card.card_id, at.card.data["07"]):
        raise TerminalError(0, reason="card-lost")


def _check_validity(at: Situation, _step: dialogues.CheckValidity) -> None:
    """Compare the dates of EF05 with today; an empty date is no limit."""
    data = at.card.data
    if "05" not in data or "06" not in data:
        at.card.read("SSSEEF05", ("05", "06"))
    if data["05"] and at.today < data["05"]:
        raise TerminalError(0, reason="card-not-yet-valid")
    if data["06"] and at.today > data["06"]:
        raise TerminalError(0, reason="card-expired")


def _read_basic_data(at: Situation, _step: dialogues.ReadBasicData) -> None:
    at.card.read_basic_data()


def _authorise(at: Situation, step: dialogues.Authorise) -> None:
    at.card.authorise(step.key)


def _read(at: Situation, step: dialogues.Read) -> None:
    at.card.read(step.file, step.items, by=step.by)


def _verify_pin(at: Situation, _step: dialogues.VerifyPin) -> None:
    at.card.verify_pin()


def _update(at: Situation, step: dialogues.Update) -> None:
    at.card.update(step.file, {name: at.resolve(text) for name, text in step.values.items()})


def _append(at: Situation, step: dialogues.Append) -> None:
    at.card.append(step.file, [at.resolve(text) for text in step.fields])


ACTIONS: dict[type[dialogues.Step], Callable[[Situation, Any], None]] = {
    dialogues.Select: _select,
    dialogues.Identify: _identify,
    dialogues.AuthenticateCard: _authenticate_card,
    dialogues.CheckHotList: _check_hot_list,
    dialogues.CheckValidity: _check_validity,
    dialogues.ReadBasicData: _read_basic_data,
    dialogues.Authorise: _authorise,
    dialogues.Read: _read,
    dialogues.VerifyPin: _verify_pin,
    dialogues.Update: _update,
    dialogues.Append: _append,
}
