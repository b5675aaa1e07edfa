"""DELIVERY SESSION KEY, CIPHER DATA, CREATE and CHANGE KEY of a PSAM (facts: card.md §9, §14)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from onecard.conformance.cards.applications.psam_steps import PsamCase

if TYPE_CHECKING:
    from collections.abc import Iterator

    from onecard.conformance.cards.context import Context
    from onecard.conformance.model.case import Case

__all__ = ["cases"]

_ORIGINAL = "1122334455667788"
_DATA = "0102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E1F20"
_BOTH, _ENCRYPTS, _AUTHENTICATES = "UKSSSE", "RKSSSE", "STK"
_LEVELS = (("RKSSSE", 3), ("UKSSSE", 1), ("UK6DF01", 2))
"""Keys whose roots need three, one, two factors as listed first in card.md §9.1."""
_FIRST, _MIDDLE, _LAST, _SINGLE = "80FA0700", "80FA0300", "80FA0100", "80FA0500"


def cases(context: Context) -> Iterator[Case]:
    """Give the cases."""
    for number, (key, levels) in enumerate(_LEVELS, 1):
        yield authentication_data(context, number, key, levels)
        yield wrong_number_of_factors(context, number, key, levels)
    yield unknown_key(context)
    yield nothing_without_a_key(context)
    yield mac_in_one_piece(context)
    yield mac_in_parts(context)
    yield key_does_what_its_type_allows(context)
    yield whole_blocks_only(context)
    yield selection_ends_the_session_key(context)
    yield keys_are_not_loaded_without_right(context)


def authentication_data(context: Context, number: int, key: str, levels: int) -> Case:
    """See that a session key of this root enciphers as the card does."""
    rule = "card/psam/session-key"
    c = PsamCase(f"{rule}/{number:02}", f"{key}: {levels} factors lead to the card's session key.", context)
    random = context.random(rule, number)
    c.deliver(key, random)
    c.status("9000", rule=rule)
    expected = c.let("authentication", random, _ORIGINAL, key=f"{key}/1")
    pad = "00" * (context.block_size - 8)
    answer = c.send(f"80FA0000{context.block_size:02X}{_ORIGINAL}{pad}00")
    if context.block_size == 8:
        c.data(expected, rule=rule)
        return c.case()
    c.length(16)
    folded = c.let("xor", f"{{{answer}[0:8]}}", f"{{{answer}[8:16]}}")
    c.send("0084000008")
    c.value_in(0, 8, expected, of=folded, rule=rule)
    return c.case()


def wrong_number_of_factors(context: Context, number: int, key: str, levels: int) -> Case:
    """Fewer or more factors than the root needs are 6A80."""
    rule = "card/psam/factors"
    c = PsamCase(f"{rule}/{number:02}", f"{key}: another number of factors than {levels} is 6A80.", context)
    random = context.random(rule, number)
    for other in sorted({1, 2, 3} - {levels}):
        c.deliver(key, random, factors=other)
        c.status("6A80", rule=rule, shows="forbidden")
        c.deliver(key, random, levels=other, factors=other)
        c.status("6A80", rule=rule, shows="forbidden")
    c.deliver(key, random)
    c.status("9000", rule=rule)
    c.send(f"80FA0000{context.block_size:02X}{_DATA[: 2 * context.block_size]}00")
    c.length(context.block_size, rule=rule)
    return c.case()


def unknown_key(context: Context) -> Case:
    """See that a key that no PSAM has is 6A88."""
    rule = "card/psam/unknown-key"
    c = PsamCase(f"{rule}/01", "A key id that the PSAM lacks is refused.", context)
    size = 24 + context.block_size
    c.send(f"BFDE 67 1F {size:02X} {c.factors(3)} {'00' * context.block_size}")
    c.status("6A88", rule=rule, shows="forbidden")
    c.deliver("RKSSSE", _ORIGINAL)
    c.status("9000", rule=rule)
    c.send(f"80FA0000{context.block_size:02X}{_DATA[: 2 * context.block_size]}00")
    c.length(context.block_size, rule=rule)
    return c.case()


def nothing_without_a_key(context: Context) -> Case:
    """CIPHER DATA needs a delivered key."""
    rule = "card/psam/cipher-needs-key"
    c = PsamCase(f"{rule}/01", "CIPHER DATA without a session key is refused.", context)
    command = f"80FA0000{context.block_size:02X}{_DATA[: 2 * context.block_size]}00"
    c.send(command)
    c.status("6985", rule=rule, shows="forbidden")
    c.deliver(_BOTH, _ORIGINAL)
    c.status("9000")
    c.send(command)
    c.length(context.block_size, rule=rule)
    return c.case()


def mac_in_one_piece(context: Context) -> Case:
    """See that a single MAC begins with its initial value."""
    rule = "card/psam/mac"
    c = PsamCase(f"{rule}/01", "CIPHER DATA 05 computes a MAC over one piece.", context)
    expected = c.let("mac", _ORIGINAL, _DATA, key=f"{_BOTH}/1")
    blocks = "00" * context.block_size + c.padded(_DATA, len(_DATA) // 2)
    c.deliver(_BOTH, _ORIGINAL)
    c.status("9000")
    c.send(f"{_SINGLE}{len(blocks) // 2:02X}{blocks}00")
    c.data(expected, rule=rule)
    return c.case()


def mac_in_parts(context: Context) -> Case:
    """First, next, last: the same MAC; a part without a first one is refused."""
    rule = "card/psam/mac-in-parts"
    size = context.block_size
    c = PsamCase(
        f"{rule}/01", "A MAC in parts is the MAC of the whole; it begins with its first part.", context
    )
    expected = c.let("mac", _ORIGINAL, _DATA, key=f"{_BOTH}/1")
    c.deliver(_BOTH, _ORIGINAL)
    c.status("9000")
    blocks = c.padded(_DATA, len(_DATA) // 2)
    parts = [blocks[at : at + 2 * size] for at in range(0, len(blocks), 2 * size)]
    c.send(f"{_LAST}{size:02X}{parts[0]}00")
    c.status("6985", rule=rule, shows="forbidden")
    c.send(f"{_FIRST}{2 * size:02X}{'00' * size}{parts[0]}")
    c.status("9000", rule=rule)
    for part in parts[1:-1]:
        c.send(f"{_MIDDLE}{size:02X}{part}")
        c.status("9000", rule=rule)
    c.send(f"{_LAST}{size:02X}{parts[-1]}00")
    c.data(expected, rule=rule)
    return c.case()


def key_does_what_its_type_allows(context: Context) -> Case:
    """See that a key for MACs does not encipher, one for encipherment makes no MACs."""
    rule = "card/psam/key-types"
    size = context.block_size
    c = PsamCase(f"{rule}/01", "A key is used for what its type allows only.", context)
    encrypt = f"80FA0000{size:02X}{_DATA[: 2 * size]}00"
    authenticate = f"{_SINGLE}{2 * size:02X}{'00' * size}{_DATA[: 2 * size]}00"
    c.deliver(_ENCRYPTS, _ORIGINAL)
    c.status("9000")
    c.send(authenticate)
    c.status("6985", rule=rule, shows="forbidden")
    c.send(encrypt)
    c.length(size, rule=rule)
    c.deliver(_AUTHENTICATES, _ORIGINAL)
    c.status("9000")
    c.send(encrypt)
    c.status("6985", rule=rule, shows="forbidden")
    c.send(authenticate)
    c.length(4, rule=rule)
    return c.case()


def whole_blocks_only(context: Context) -> Case:
    """CIPHER DATA takes whole blocks; padding is the caller's."""
    rule = "card/psam/whole-blocks"
    size = context.block_size
    c = PsamCase(f"{rule}/01", "CIPHER DATA takes whole blocks only.", context)
    c.deliver(_BOTH, _ORIGINAL)
    c.status("9000")
    c.send(f"80FA0000{size - 1:02X}{_DATA[: 2 * size - 2]}00")
    c.status("6700", rule=rule, shows="forbidden")
    c.send(f"80FA0000{2 * size:02X}{_DATA[: 4 * size]}00")
    c.length(2 * size, rule=rule)
    return c.case()


def selection_ends_the_session_key(context: Context) -> Case:
    """Another directory forgets the session key."""
    rule = "card/psam/selection-ends"
    size = context.block_size
    c = PsamCase(f"{rule}/01", "SELECT of an environment ends the session key.", context)
    c.deliver(_BOTH, _ORIGINAL)
    c.status("9000")
    c.send(f"80FA0000{size:02X}{_DATA[: 2 * size]}00")
    c.length(size, rule=rule)
    c.environment()
    c.must("00A4000002DF01")
    c.send(f"80FA0000{size:02X}{_DATA[: 2 * size]}00")
    c.status("6985", rule=rule, shows="forbidden")
    return c.case()


def keys_are_not_loaded_without_right(context: Context) -> Case:
    """CREATE and CHANGE KEY need a challenge and the master key's MAC; nothing is changed."""
    c = PsamCase("card/psam/key-loading/01", "Keys are not written without challenge and MAC.", context)
    size = 2 * context.block_size if context.block_size == 16 else 32
    data = "00" * size + "11223344"
    c.deliver("RKSSSE", _ORIGINAL)
    c.status("9000")
    command = f"80FA0000{context.block_size:02X}{_DATA[: 2 * context.block_size]}00"
    before = c.must(command)
    c.length(context.block_size)
    for p1 in ("00", "01"):
        c.send(f"84D4{p1}11{len(data) // 2:02X}{data}")
        c.status("6984", rule="card/psam/key-loading-challenge", shows="forbidden")
        c.must("0084000008")
        c.send(f"84D4{p1}11{len(data) // 2:02X}{data}")
        c.status("6988", rule="card/psam/key-loading", shows="forbidden")
    c.deliver("RKSSSE", _ORIGINAL)
    c.status("9000", rule="card/psam/key-loading")
    c.send(command)
    c.data(f"{{{before}}}", rule="card/psam/key-loading")
    return c.case()
