"""Walks about one key's right: PUK, keys that open files, keys that block (facts: card.md §9.1, §11)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from onecard.conformance.cards.security_steps import observed_by
from onecard.conformance.cards.state.walk_events import WalkEvents
from onecard.conformance.cards.state.walk_models import NO_TRIES, Tries, last_try, walk_model
from onecard.conformance.cards.state.walked import RESET, walked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from onecard.conformance.cards.context import Context
    from onecard.conformance.cards.state.walk_events import Steps
    from onecard.conformance.model.case import Case

__all__ = ["cases"]

_THIS_KEY = "EXTERNAL AUTHENTICATE of this key"
_WRONG_KEY = f"{_THIS_KEY}, wrong"
_UNKNOWN_VERSION = f"{_THIS_KEY}, unknown version"
_FILE_KEYS = ("RKSSSE", "RK1DF03", "UK2DF01", "RK1DF04", "UKSSSE")
_BLOCKING_KEYS = ("BK", "LKDF03", "LKDF04")


def cases(context: Context) -> Iterator[Case]:
    """Give the cases; over the contactless face a sample, because the security state is one for both."""
    keys = [name for name in _FILE_KEYS if _opens_alone(context, name)]
    if context.face == "contactless":
        yield file_key(context, keys[0], 1)
        return
    yield unblocking_key(context)
    yield unblocking_key_with_failures(context)
    for number, name in enumerate(keys, 1):
        yield file_key(context, name, number)
    yield file_key(context, keys[-1], 1, failures=True)
    for number, name in enumerate(_BLOCKING_KEYS, 1):
        yield blocking_key(context, name, number)


def _key_events(at: WalkEvents, key: str) -> dict[str, Steps]:
    return {
        "reset": at.reset(),
        _THIS_KEY: at.authenticate(key),
        **at.bystanders(),
        "SELECT another application": at.there_and_back(),
        "GET CHALLENGE": at.challenge(),
        "EXTERNAL AUTHENTICATE": at.authenticate("PUK" if key != "PUK" else "UKSSSE"),
    }


def _key_tries(context: Context, *more_wrong: str) -> Tries:
    return Tries(
        limit=context.statement.card.facts.key_tries,
        wrong=last_try(_WRONG_KEY, *more_wrong),
        right=frozenset({_THIS_KEY, "PIN UNBLOCK", "PIN CHANGE under PUK"}),
    )


def unblocking_key(context: Context) -> Case:
    """Look at the PUK's right."""
    at = WalkEvents(context)
    events = _key_events(at, "PUK") | {"PIN UNBLOCK": at.unblock(right=False)}
    model = walk_model("unblocking key", home=at.reset(), events=events, statuses=RESET)
    purpose = "The PUK's right lasts until another application is selected or the power goes."
    return walked(context, "card/sequence/unblocking-key", purpose, model, effect="alters")


def unblocking_key_with_failures(context: Context) -> Case:
    """Look at the PUK's right and counter."""
    at = WalkEvents(context)
    events = _key_events(at, "PUK") | {
        _WRONG_KEY: at.authenticate("PUK", wrong=True),
        _UNKNOWN_VERSION: at.unknown_version("PUK"),
        "PIN UNBLOCK": at.unblock(right=False),
        "PIN CHANGE under PUK": at.set_pin(right=False),
        "PIN UNBLOCK with wrong MAC": at.unblock(right=False, wrong=True),
    }
    tries = _key_tries(context, "PIN UNBLOCK with wrong MAC")
    model = walk_model("unblocking key", home=at.reset(), events=events, statuses=RESET, tries=tries)
    purpose = "Right and counter of the PUK through wrong proofs and wrong MACs."
    return walked(context, "card/sequence/unblocking-key-failures", purpose, model, effect="destroys")


def _opens_alone(context: Context, key: str) -> bool:
    """Tell whether a key opens something without a right beside it, so that its own right is seen."""
    slot = context.layout.keys.get(key)
    if slot is None:
        return False
    opened = observed_by(context.layout.by_name[slot.scope], slot)
    return opened is not None and not (opened.needs or opened.look_needs or opened.appends)


def _under_the_right(at: WalkEvents, context: Context, key: str) -> Steps:
    application = context.layout.by_name[at.home]
    opened = observed_by(application, context.layout.keys[key])
    assert opened is not None  # noqa: S101 - the keys walked here open files
    look = at.plain(opened.look) if opened.look else ()
    return (*look, *at.plain(opened.command.replace("{look}", "{sent}")))


def file_key(context: Context, key: str, number: int, *, failures: bool = False) -> Case:
    """Look at the right of a key that opens a file."""
    home = context.layout.keys[key].scope
    at = WalkEvents(context, home)
    events = _key_events(at, key) | {"READ RECORD under the right": _under_the_right(at, context, key)}
    events.pop("VERIFY")  # the PIN opens the files of the DFs, too
    if failures:
        events[_WRONG_KEY] = at.authenticate(key, wrong=True)
        events[_UNKNOWN_VERSION] = at.unknown_version(key)
    tries = _key_tries(context) if failures else NO_TRIES
    model = walk_model("file key", home=at.reset(), events=events, statuses=RESET, tries=tries)
    return walked(
        context,
        f"card/sequence/file-key{'-failures' * failures}",
        f"The right of {key}{', its counter and its lock' * failures}.",
        model,
        number=number,
        effect="destroys" if failures else "restores",
    )


def blocking_key(context: Context, key: str, number: int) -> Case:
    """Look at the right of a key that blocks, with wrong MACs: a card that does not check them is lost."""
    home = context.layout.keys[key].scope
    at = WalkEvents(context, home)
    stk = next(slot.name for slot in context.layout.by_name[home].keys if slot.use == "mac")
    events = _key_events(at, key) | {
        "APPLICATION BLOCK with wrong MAC": at.secured("841E0001", key=stk, wrong=True),
        _WRONG_KEY: at.authenticate(key, wrong=True),
        _UNKNOWN_VERSION: at.unknown_version(key),
    }
    model = walk_model("blocking key", home=at.reset(), events=events, statuses=RESET)
    purpose = f"The right of {key}; failures take it away and lock nothing."
    rule = "card/sequence/blocking-key"
    return walked(context, rule, purpose, model, number=number, effect="destroys")
