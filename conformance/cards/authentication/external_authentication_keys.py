"""Every key that EXTERNAL AUTHENTICATE takes, one case each (facts: card.md §5.1, §9.1).

The clause is that of the key's source, because a wrong identifier may only fail a card if it is known well.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from onecard.conformance.cards.builder import CaseBuilder
from onecard.conformance.cards.context import option_of
from onecard.conformance.cards.security_steps import (
    authenticate,
    external_keys,
    gain,
    key_number,
    observed_by,
    select,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from onecard.conformance.cards.context import Context
    from onecard.conformance.cards.security_steps import Opened
    from onecard.conformance.model.case import Case
    from onecard.virtual_cards.layouts.layout import DedicatedFile, KeySlot

__all__ = ["cases"]

_SEEN_ELSEWHERE = frozenset(("UK4DF03", "UK5DF03", "UK6DF03", "UK7DF03"))
"""Keys that one card has under other identifiers (card.md §9.1), so several sources do not agree on them."""


def cases(context: Context) -> Iterator[Case]:
    """Give the cases."""
    for application, slot in external_keys(context):
        yield a_key(context, application, slot)


def rule_of(slot: KeySlot) -> str:
    """Return the clause under which a key's identifier stands: by the weakest mark of its row."""
    marks = slot.mark.split()
    if "?" in marks:
        return "card/external/keys-inferred"
    if slot.name in _SEEN_ELSEWHERE:
        return "card/external/keys-seen-once"
    if "S-d" in marks:
        return "card/external/keys-of-the-draft"
    return "card/external/keys-seen" if "M" in marks else "card/external/keys-seen-once"


def a_key(context: Context, application: DedicatedFile, slot: KeySlot) -> Case:
    """Prove one key rightly, see what it opens, and wrongly."""
    rule, opened = rule_of(slot), observed_by(application, slot)
    c = CaseBuilder(
        f"{rule}/{key_number(slot.name):02}",
        f"The key {slot.name} is proved under identifier {slot.key_id:02X} of {application.name}.",
        context,
        option=option_of(application.name),
        effect="alters" if opened is not None and opened.appends else "restores",
    )
    if application.name != "SSSE":
        select(c, application.name)
    if opened is not None:
        _closed(c, opened, application.name)
    authenticate(c, slot)
    c.status("9000", rule=rule)
    c.status("9000")  # nothing wrong is tried on a key that the right proof does not fit
    if opened is not None:
        c.send(opened.command)
        c.status("9000", rule=rule)
    authenticate(c, slot, wrong=True)
    c.status("63Cx", rule=rule, shows="forbidden")
    authenticate(c, slot)
    c.status("9000")
    return c.case()


def _closed(c: CaseBuilder, opened: Opened, application: str) -> None:
    """See that without the key the command is refused, all else given."""
    if opened.look:
        gain(c, opened.look_needs)
        c.must(opened.look, name="look")
        c.length(opened.size)
    gain(c, opened.needs)
    c.must(opened.command, "6982")
