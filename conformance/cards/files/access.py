"""Access conditions: every file before and after the PIN and its keys (facts: card.md §5.1, §5.8).

For each file: reading is tried with everything that must not be enough, then with everything that must;
writing likewise. What is written for a refusal is what stands there already, so a card that wrongly obeys
is not changed; of a cyclic file nothing is there to be written back, a wrongly taken record stays in its log.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from onecard.conformance.cards.files.access_other_application import other_application_cases
from onecard.conformance.cards.files.access_rights import (
    authenticate,
    builder_for,
    look,
    other_key,
    place,
    reach,
    rights_at_power_on,
    standard_files,
    usual,
)
from onecard.virtual_cards.layouts.access import PIN

if TYPE_CHECKING:
    from collections.abc import Iterator

    from onecard.conformance.cards.builder import CaseBuilder
    from onecard.conformance.cards.context import Context
    from onecard.conformance.model.case import Case, Effect
    from onecard.virtual_cards.layouts.access import Access
    from onecard.virtual_cards.layouts.layout import ElementaryFile

__all__ = ["cases"]

_REFUSED = "6982"


def cases(context: Context) -> Iterator[Case]:
    """Give the cases."""
    for file in standard_files(context):
        yield from _reading(context, file)
        yield from _writing(context, file)
    if context.version == "3.00":
        yield holder_data_after_pin_and_key(context)
    yield from other_application_cases(context)


def rule_of(context: Context, file: ElementaryFile, direction: str) -> str:
    """Return the clause that a file's condition belongs to."""
    access = file.read if direction == "read" else file.write
    if context.version == "3.00" and file.path[0] == "SSSE" and direction == "read":
        own = {"EF05": "issuer-data", "EF06": "holder-data"}.get(file.name)
        if own:
            return f"card/access/{own}"
    if access.text in ("free", "never"):
        form = access.text
    elif len(access.alternatives) > 1:
        form = "pin-or-key"
    else:
        form = {frozenset((PIN,)): "pin"}.get(access.rights, "pin-and-key" if PIN in access.rights else "key")
    first = "v1-" if context.version == "1.00" else ""
    return f"card/access/{first}{direction}-{form}"


def _case(
    context: Context,
    file: ElementaryFile,
    topic: str,
    number: int,
    purpose: str,
    *,
    effect: Effect = "none",
) -> CaseBuilder:
    what = f"{file.path[0]}/{file.name} ({file.english})"
    case = f"card/access/{place(file)}-{topic}/{number:02d}"
    return builder_for(context, file, case, f"{what}: {purpose}", effect=effect)


def _reading(context: Context, file: ElementaryFile) -> Iterator[Case]:
    access, held = file.read, rights_at_power_on(context)
    if not access.allows(held):
        yield reading_refused(context, file)
    rule = rule_of(context, file, "read")
    for number, alternative in enumerate(access.alternatives, start=2):
        earned = " and ".join(sorted(alternative)) or "nothing"
        c = _case(context, file, "read", number, f"read after {earned}.")
        reach(c, file, alternative)
        _read_allowed(c, file, rule)
        yield c.case()


def _read_allowed(c: CaseBuilder, file: ElementaryFile, rule: str) -> None:
    wanted = look(file)
    c.send(wanted.read)
    if file.cyclic:  # nobody may have written a record yet
        c.status("9000", "6A83", rule=rule)
        return
    c.status("9000", rule=rule)
    c.matches(wanted.form, rule=rule)


def _insufficient(context: Context, file: ElementaryFile, access: Access) -> Iterator[str]:
    """Give the keys that even together do not meet a condition, then the PIN if it does not."""
    held = tried = rights_at_power_on(context)
    named = sorted(access.rights - {PIN})
    other = other_key(context, file, access)
    for key in [*named, *([other] if other else [])]:
        if not access.allows(tried | {key}):
            tried |= {key}
            yield key
    if not held and not access.allows({PIN}):
        yield PIN


def reading_refused(context: Context, file: ElementaryFile) -> Case:
    """Read with nothing, and with each right that is not enough."""
    c = _case(context, file, "read", 1, "not read before its condition is met.")
    rule = rule_of(context, file, "read")
    reach(c, file, ())
    _refused(c, look(file).read, rule)
    for right in _insufficient(context, file, file.read):
        if right == PIN:
            c.reset()
            c.alive()
            reach(c, file, (PIN,))
            _refused(c, look(file).read, "card/access/holder-data-pin" if "holder" in rule else rule)
        else:
            authenticate(c, right)
            _refused(c, look(file).read, rule)
    return c.case()


def _refused(c: CaseBuilder, command: str, rule: str) -> None:
    c.send(command)
    c.status(_REFUSED, rule=rule, shows="forbidden")


def holder_data_after_pin_and_key(context: Context) -> Case:
    """Read the holder's data with the key, the PIN beside it."""
    file = context.layout.file("SSSE", "EF06")
    c = _case(context, file, "read", 3, "read after PIN and RKSSSE: the PIN takes nothing away.")
    reach(c, file, {PIN} | file.read.rights)
    _read_allowed(c, file, "card/access/holder-data-pin")
    return c.case()


def _writing(context: Context, file: ElementaryFile) -> Iterator[Case]:
    yield writing_refused(context, file)
    if file.write.alternatives:
        yield appending_allowed(context, file) if file.cyclic else writing_allowed(context, file)


def writing_refused(context: Context, file: ElementaryFile) -> Case:
    """Write, with nothing and with each right that is not enough, what stands there already."""
    never = not file.write.alternatives
    purpose = "written by no command." if never else "not written before its condition is met."
    c = _case(context, file, "write", 1, purpose)
    rule, at = rule_of(context, file, "write"), look(file)
    command = at.write + "F" * 2 * at.size
    if not file.cyclic:
        reach(c, file, usual(file.read))
        before = c.must(at.read)
        c.length(at.size)
        command = at.write + "{" + before + "}"
        c.reset()
        c.alive()
    reach(c, file, ())
    _refused(c, command, rule)
    tried = _every_right(context, file) if never else list(_insufficient(context, file, file.write))
    for right in (each for each in tried if each != PIN):
        authenticate(c, right)
        _refused(c, command, rule)
    if PIN in tried:
        reach(c, file, (PIN,), back=True)
        _refused(c, command, rule)
    if never:
        _read_allowed(c, file, rule)
    return c.case()


def _every_right(context: Context, file: ElementaryFile) -> list[str]:
    keys = context.layout.by_name[file.path[0]].keys
    return [key.name for key in keys if key.use == "external" and key.tries] + [PIN]


def writing_allowed(context: Context, file: ElementaryFile) -> Case:
    """Change one bit with the right key, look at it, bring it back."""
    c = _case(
        context, file, "write", 2, f"written after {file.write.text}, and brought back.", effect="restores"
    )
    rule, at = rule_of(context, file, "write"), look(file)
    reach(c, file, usual(file.read))
    before = c.must(at.read)
    c.length(at.size)
    changed = c.let("xor", "{" + before + "}", "00" * (at.size - 1) + "01")
    c.reset()
    c.alive()
    reach(c, file, usual(file.write))
    c.send(at.write + changed)
    c.status("9000", rule=rule)
    reach(c, file, usual(file.read) | usual(file.write), back=True, checked=False)
    c.send(at.read, name="changed")
    c.send(at.write + "{" + before + "}")
    c.send(at.read, name="restored")
    c.data(changed, rule=rule, at="changed")
    c.data("{" + before + "}", rule=rule, at="restored")
    return c.case()


def appending_allowed(context: Context, file: ElementaryFile) -> Case:
    """Append a record with the right key, and read it."""
    c = _case(context, file, "write", 2, f"a record is appended after {file.write.text}.", effect="alters")
    rule, at = rule_of(context, file, "write"), look(file)
    record = (context.random(place(file)) * at.size)[: 2 * at.size]
    reach(c, file, usual(file.write))
    c.send(at.write + record)
    c.status("9000", rule=rule)
    reach(c, file, usual(file.read), back=True)
    c.send(at.read)
    c.data(record, rule=rule)
    return c.case()
