"""A terminal: slots, a PSAM, limits, and dialogues run over them.

A terminal lives long and meets many cards. What belongs to the place stays in it: the PSAM with its
searched levels, the hot list, the date. What belongs to a card lives in a :class:`CardSession` from power-up
to power-off, on any error too. A dialogue never raises for what a card does: it ends in a return code of
the driver interface and, when it did not succeed, in a reason from a closed list.

Simulated time is what the frames took. The holder's typing is not in it: the result counts the PIN entries
and whoever runs the terminal adds the time that a person needs.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import NamedTuple

from onecard.sim.errors import InputError
from onecard.sim.terminals.card_session import CardSession, PinPad, PinPolicy
from onecard.sim.terminals.codes import TerminalError
from onecard.sim.terminals.dialogues import Dialogue, load_dialogues
from onecard.sim.terminals.result import BasicData, DialogueResult
from onecard.sim.terminals.security_module import SecurityModule
from onecard.sim.terminals.steps import ACTIONS, HotList, Situation
from onecard.sim.terminals.timing import Timing, load_timing
from onecard.sim.terminals.transport import LINK_ERRORS, Channel, Connection, Frame, Observer
from onecard.sim.validation import unknown_name
from onecard.virtual_cards.layouts import VERSIONS

__all__ = ["Slots", "Terminal"]

NO_CARD = -2
NO_ANSWER = -4
FACE_UNSUPPORTED = -13

_CONTACTLESS_ATR = bytes.fromhex("8001")
_PREFERENCES: Mapping[str, tuple[str, ...]] = {
    "contact": ("contact",),
    "contactless": ("contactless",),
    "auto": ("contact", "contactless"),
    "auto-contactless-first": ("contactless", "contact"),
}
"""``iType`` 1, 2, 3, 4 of the driver interface (terminal.md §3.2)."""


class Slots(NamedTuple):
    """The two user-card slots of a combined reader."""

    contact: Connection | None = None
    contactless: Connection | None = None


class Terminal:
    """A terminal.

    Args:
        card: the user-card slots, or one connection whose face its ATR tells.
        psam: the PSAM slot, or None when the terminal has none. Hand in a :class:`SecurityModule` to keep
            what it has learnt beyond this terminal object.
        prefer: ``"contact"``, ``"contactless"``, ``"auto"`` (contact first) or ``"auto-contactless-first"``.
        today: the terminal's date, ``YYYYMMDD``; may be set again when a day has passed.
        is_hot_listed: hot list: card identification code and card number to bool.
        pin_policy: limits of PIN entry.
        device_number: the maker's device number in the basic data.
        link_errors: exceptions by which the connections say that a card does not answer.
        observer: told of every frame: slot, command, response.
        timing: time tables of the slots.
        dialogues: by default those of the project.

    Raises:
        InputError: unknown preference, or a date that is not eight digits.
    """

    __slots__ = (
        "_dialogues",
        "_link_errors",
        "_observer",
        "_order",
        "_pin_policy",
        "_timing",
        "device_number",
        "is_hot_listed",
        "module",
        "slots",
        "today",
    )

    def __init__(
        self,
        card: Connection | Slots | None,
        psam: Connection | SecurityModule | None,
        *,
        today: str,
        prefer: str = "auto",
        is_hot_listed: HotList = lambda _card_id, _card_number: False,
        pin_policy: PinPolicy | None = None,
        device_number: str = "",
        link_errors: tuple[type[Exception], ...] = LINK_ERRORS,
        observer: Observer | None = None,
        timing: Timing | None = None,
        dialogues: Mapping[str, Dialogue] | None = None,
    ) -> None:
        if prefer not in _PREFERENCES:
            raise unknown_name("card face preference", prefer, list(_PREFERENCES), where="Terminal.prefer")
        if len(today) != 8 or not today.isdigit():
            raise InputError("not a date", where="Terminal.today", value=today, allowed="YYYYMMDD")
        self.slots = card
        self.today = today
        self.is_hot_listed = is_hot_listed
        self.device_number = device_number
        self._order = _PREFERENCES[prefer]
        self._pin_policy = pin_policy or PinPolicy()
        self._link_errors = link_errors
        self._observer = observer
        self._timing = timing or load_timing()
        self._dialogues = dialogues if dialogues is not None else load_dialogues()
        self.module = self._security_module(psam)

    def _security_module(self, psam: Connection | SecurityModule | None) -> SecurityModule | None:
        if psam is None or isinstance(psam, SecurityModule):
            return psam
        return SecurityModule(
            psam, timing=self._timing.psam, link_errors=self._link_errors, observer=self._observer
        )

    def run(
        self,
        dialogue: str,
        *,
        pin_pad: PinPad | None = None,
        values: Mapping[str, str] | None = None,
        card: Connection | Slots | None = None,
        card_info: str = "",
    ) -> DialogueResult:
        """Run a dialogue with the card in the slot.

        Args:
            dialogue: name in ``dialogues.toml``.
            pin_pad: asked for the PIN with the attempt's number, from 1; None from it cancels.
            values: texts for the dialogue's ``$name`` values.
            card: the card presented now, if it is not the one in the slot.
            card_info: ``card id|card number|`` of the card that the caller means (terminal.md §3.2); another
                card is -22. Empty for any card.

        Raises:
            InputError: no dialogue of this name.
        """
        script = self._dialogues.get(dialogue)
        if script is None:
            raise unknown_name("dialogue", dialogue, list(self._dialogues), where="Terminal.run")
        try:
            powered = self._power(card if card is not None else self.slots)
        except TerminalError as error:
            return _refused_without_card(dialogue, error)
        try:
            return self._converse(script, powered, pin_pad, values or {}, card_info)
        finally:
            with suppress(*self._link_errors):  # a card that has gone needs no power-off
                powered.connection.disconnect()

    def _power(self, card: Connection | Slots | None) -> _Powered:
        """Power the first card found in the order of preference; -2 when there is none."""
        if card is None:
            raise TerminalError(NO_CARD, "power")
        if not isinstance(card, Slots):
            powered = self._power_slot(card)
            if powered.face not in self._order:
                raise TerminalError(NO_CARD, "power")
            return powered
        for face in self._order:
            connection = getattr(card, face)
            if connection is not None:
                with suppress(TerminalError):  # an empty slot: the next one may hold a card
                    return self._power_slot(connection)
        raise TerminalError(NO_CARD, "power")

    def _power_slot(self, connection: Connection) -> _Powered:
        try:
            connection.connect()
        except self._link_errors as error:
            raise TerminalError(NO_CARD, "power") from error
        try:
            atr = connection.getATR()
        except self._link_errors as error:
            raise TerminalError(NO_ANSWER, "power") from error
        face = "contactless" if bytes(atr[2:4]) == _CONTACTLESS_ATR else "contact"
        return _Powered(face, connection, atr)

    def _converse(
        self,
        script: Dialogue,
        powered: _Powered,
        pin_pad: PinPad | None,
        values: Mapping[str, str],
        card_info: str,
    ) -> DialogueResult:
        module = self.module
        frames, time_us = (module.apdus, module.elapsed_us) if module is not None else (0, 0)
        timing = self._timing.contact if powered.face == "contact" else self._timing.contactless
        channel = Channel(
            powered.face,
            powered.connection,
            timing=timing,
            link_errors=self._link_errors,
            observer=self._observer,
        )
        channel.elapsed_us = timing.reset_us + timing.per_byte_us * len(powered.atr)
        card = CardSession(channel, module=module, pin_pad=pin_pad, pin_policy=self._pin_policy)
        situation = Situation(card, script, self.today, self.is_hot_listed, values, card_info)
        error = _perform(situation, powered)
        return DialogueResult(
            dialogue=script.name,
            face=powered.face,
            reason=error.reason if error is not None else None,
            return_code=error.return_code if error is not None else 0,
            step=error.step if error is not None else "",
            sw=error.sw if error is not None else None,
            data=card.data,
            basic=self._basic_data(card),
            spec_version=card.spec_version,
            apdus=channel.apdus + (module.apdus - frames if module is not None else 0),
            elapsed_us=channel.elapsed_us + (module.elapsed_us - time_us if module is not None else 0),
            pin_attempts=card.pin_attempts,
            tries_left=error.tries_left if error is not None else None,
        )

    def _basic_data(self, card: CardSession) -> BasicData | None:
        if not card.terminal_number:
            return None
        data = card.data
        return BasicData(
            area_code=card.area_code,
            social_security_number=data["08"],
            card_number=data["07"],
            card_id=card.card_id,
            name=data["09"] + data.get("4E", ""),
            reset_information=bytes(card.historical).hex().upper(),
            spec_version=card.spec_version,
            issue_date=data["05"],
            expiry_date=data["06"],
            terminal_number=card.terminal_number,
            device_number=self.device_number,
        )


class _Powered(NamedTuple):
    """A card that has answered to reset."""

    face: str
    connection: Connection
    atr: Frame


def _perform(at: Situation, powered: _Powered) -> TerminalError | None:
    """Do the dialogue's steps; the error that ended it, or None."""
    card, word = at.card, "power"
    try:
        card.take_reset_answer(powered.atr)
        if powered.face not in at.dialogue.faces:
            raise TerminalError(FACE_UNSUPPORTED)
        for step in at.dialogue.steps:
            word = step.word
            if len(step.versions) == len(VERSIONS) or card.catalogue.version in step.versions:
                ACTIONS[type(step)](at, step)
    except TerminalError as error:
        error.step = error.step or word
        return error
    return None


def _refused_without_card(dialogue: str, error: TerminalError) -> DialogueResult:
    return DialogueResult(
        dialogue, "", error.reason, error.return_code, error.step, None, {}, None, "", 0, 0, 0, None
    )
