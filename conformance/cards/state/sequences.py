"""Random walks beside the closed state tables (facts: card.md §11; ``virtual_cards/states``).

The walks of ``/01`` of a region lock nothing and lose nothing; those of ``/02`` also try what is wrong, up to
the last try, and obey the tables in what the facts leave open.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from onecard.conformance.cards.state import sequences_keys
from onecard.conformance.cards.state.walk_events import WalkEvents
from onecard.conformance.cards.state.walk_models import Tries, last_try, walk_model
from onecard.conformance.cards.state.walked import RESET, walked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from onecard.conformance.cards.context import Context
    from onecard.conformance.cards.state.walk_events import Steps
    from onecard.conformance.model.case import Case

__all__ = ["cases"]


def cases(context: Context) -> Iterator[Case]:
    """Give the cases."""
    yield selection(context)
    yield pin(context)
    yield challenge(context)
    if context.habits.waits_with_61:
        yield waiting_answer(context)
    if context.face == "contact":  # the security state is one for both faces: a sample is enough of the other
        yield pin_with_failures(context)
        yield purse(context)
    yield from sequences_keys.cases(context)


def selection(context: Context) -> Case:
    """Look at what is current, by the files that can be reached."""
    at = WalkEvents(context)
    home = (*at.reset(), *at.verify(), *at.plain("00A40000023F0000"))
    events = {
        "reset": home,
        "SELECT the MF": at.plain("00A40000023F0000"),
        "SELECT SSSE by name": at.select("SSSE"),
        "SELECT a DF by name": at.select("DF01"),
        "SELECT a DF by identifier": at.plain("00A4000002DF0100"),
        "SELECT an EF": at.plain("00A4020002EF05"),
        "SELECT what does not exist": at.plain("00A4020002EF7F"),
        "READ RECORD": at.plain("00B2012C00"),
        "READ RECORD of the current EF": at.plain("00B2010400"),
        "READ BINARY of the current EF": at.plain("00B0000001"),
        "GET CHALLENGE": at.challenge(),
        "GET RESPONSE": at.plain("00C0000001"),
    }
    model = walk_model("selection", home=home, events=events, statuses=RESET)
    return walked(context, "card/sequence/selection", "Whatever is selected in whatever order.", model)


def _pin_events(at: WalkEvents) -> dict[str, Steps]:
    return {
        "reset": at.reset(),
        **at.bystanders(),
        "VERIFY without data": at.asked_tries(),
        "READ RECORD under the right": (*at.select("DF01"), *at.plain("00B2012C00")),
        "SELECT another application": at.select("DF02"),
        "SELECT an EF": (*at.select("SSSE"), *at.plain("00A4020002EF05")),
        "GET CHALLENGE": at.challenge(),
        "EXTERNAL AUTHENTICATE": at.authenticate("UKSSSE"),
    }


def _pin_tries(context: Context) -> Tries:
    return Tries(
        limit=context.statement.card.facts.pin_tries,
        wrong=last_try("VERIFY wrong", "CHANGE PIN wrong"),
        right=frozenset({"VERIFY", "CHANGE PIN", "PIN UNBLOCK", "PIN CHANGE under PUK"}),
        shown=frozenset({"VERIFY without data"}),
    )


def pin(context: Context) -> Case:
    """Look at the PIN's right, with right PINs only."""
    at = WalkEvents(context)
    events = _pin_events(at)
    home = (*at.reset(), *at.verify(), *at.reset())
    model = walk_model("pin", home=home, events=events, statuses=RESET, tries=_pin_tries(context))
    return walked(context, "card/sequence/pin", "The PIN's right lasts until the power goes.", model)


def pin_with_failures(context: Context) -> Case:
    """Look at the PIN's right and counter, with wrong PINs and the PUK."""
    at = WalkEvents(context)
    events = _pin_events(at) | {
        "VERIFY wrong": at.verify(wrong=True),
        "CHANGE PIN": at.change_pin(),
        "CHANGE PIN wrong": at.change_pin(wrong=True),
        "PIN UNBLOCK": at.unblock(),
        "PIN UNBLOCK with wrong MAC": at.unblock(wrong=True),
        "PIN CHANGE under PUK": at.set_pin(),
    }
    home = (*at.reset(), *at.set_pin(), *at.reset())
    model = walk_model("pin", home=home, events=events, statuses=RESET, tries=_pin_tries(context))
    purpose = "Right and counter of the PIN through wrong PINs, CHANGE PIN and the PUK."
    return walked(context, "card/sequence/pin-failures", purpose, model, effect="destroys")


def challenge(context: Context) -> Case:
    """Look at the challenge, seen by EXTERNAL AUTHENTICATE and a MAC."""
    at = WalkEvents(context)
    right = at.authenticate("UKSSSE")
    size = 2 + context.layout.file("SSSE", "EF05").items[0].length
    # What is read is written back: a card that takes the wrong MAC is none the worse for it.
    read, update = (
        at.plain("00B2012C00"),
        at.secured("04DC012C", "{sent}", size=size, key="STK", wrong=True, fresh=False),
    )
    lost = (*at.there_and_back(), *right)
    events = {
        "reset": (*at.reset(), *right),
        **at.bystanders(),
        "GET CHALLENGE": at.challenge(),
        "EXTERNAL AUTHENTICATE": at.authenticate("UKSSSE", fresh=False),
        "UPDATE RECORD with wrong MAC": (*read, *update),
        "SELECT another application": lost,
        "SELECT an EF": at.plain("00A4020002EF05"),
        "READ RECORD": at.plain("00B2012C00"),
    }
    model = walk_model("challenge", home=(*at.reset(), *right), events=events, statuses=RESET)
    return walked(
        context, "card/sequence/challenge", "A challenge serves once, where it was asked for.", model
    )


def waiting_answer(context: Context) -> Case:
    """Look at the answer behind 61xx."""
    at = WalkEvents(context)
    ssse = context.layout.environment.aid.hex().upper()
    bystanders = at.bystanders()
    events = {
        "SELECT without Le": at.plain(f"00A404000F{ssse}", raw=True),
        "GET RESPONSE of a part": at.plain("00C0000001", raw=True),
        "GET RESPONSE of too many bytes": at.plain("00C00000FF", raw=True),
        "reset": at.reset(),
        **{name: steps for name, steps in bystanders.items() if name != "GET RESPONSE"},
        "GET CHALLENGE": at.challenge(),
        "READ RECORD": at.plain("00B2012C00"),
    }
    model = walk_model("answer", home=at.reset(), events=events, statuses=RESET)
    purpose = "An answer waits until it is fetched, or another command comes."
    return walked(context, "card/sequence/answer", purpose, model)


def purse(context: Context) -> Case:
    """Look at a transaction of the purse that is begun and not finished."""
    at = WalkEvents(context, "DF04")
    terminal = context.statement.card.facts.issuing_area + "000042"
    begun = (*at.reset(), *at.verify())
    time = "20250701093015"
    bystanders = at.bystanders()
    events = {
        "INITIALIZE FOR LOAD": at.plain(f"B02800010B01{100:08X}{terminal}00"),
        "INITIALIZE FOR PURCHASE": at.plain(f"B02801011301{'00' * 12}{terminal}00"),
        "CREDIT FOR LOAD with wrong MAC": at.plain(f"B02A00000B{time}0000000000"),
        "DEBIT FOR PURCHASE with wrong MAC": at.plain(f"B02C01000F00000107{time}0000000000"),
        "GET BALANCE": at.plain("B026000104"),
        "GET STARTING DAY": at.plain("B056010002"),
        "reset": begun,
        **bystanders,
        "READ RECORD": at.plain("00B2012C00"),
        "GET CHALLENGE": at.challenge(),
        "SELECT another application": at.there_and_back(),
    }
    model = walk_model("purse", home=begun, events=events, statuses=RESET)
    return walked(
        context,
        "card/sequence/purse",
        "A transaction that was begun ends with the next command of the purse that does not belong to it.",
        model,
        effect="alters",
        option="purse",
        personality="off-line",
    )
