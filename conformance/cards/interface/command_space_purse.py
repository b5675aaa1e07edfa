"""Forms of the purse's commands (facts: card.md §10, §13); see ``command_space_table``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from onecard.conformance.cards.interface.command_space_table import Form

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["purse_forms"]


def purse_forms() -> Iterator[Form]:
    """Give the commands of the purse, which lie in DF04."""
    terminal = "000000000001"
    no_state = ("6901", "6985")
    yield Form(
        name="initialize-load",
        head="B028",
        p1="00",
        p2="01",
        data=f"0100000001{terminal}",
        application="DF04",
        right=("9000",),
        wrong_p1="02FF",
        wrong_p2="0002FF",
        wrong_data=("01" * 10, "01" * 12),
    )
    yield Form(
        name="initialize-purchase",
        head="B028",
        p1="01",
        p2="01",
        data=f"01{'00' * 12}{terminal}",
        application="DF04",
        right=("9000", "9401", "6985"),
        wrong_p2="0002FF",
        wrong_data=("01" * 18, "01" * 20),
    )
    yield Form(
        name="credit-for-load",
        head="B02A",
        p1="00",
        p2="00",
        data="00" * 11,
        application="DF04",
        right=no_state,
        guarded=True,
        wrong_p1="01FF",
        wrong_p2="01FF",
        wrong_data=("00" * 10, "00" * 12),
    )
    yield Form(
        name="debit-for-purchase",
        head="B02C",
        p1="01",
        p2="00",
        data="00" * 15,
        application="DF04",
        right=no_state,
        guarded=True,
        wrong_p1="0002FF",
        wrong_p2="01FF",
        wrong_data=("00" * 14, "00" * 16),
    )
    yield Form(
        name="get-balance",
        head="B026",
        p1="00",
        p2="01",
        le="04",
        application="DF04",
        right=("9000",),
        wrong_p1="01FF",
        wrong_p2="0004FF",
    )
    yield Form(
        name="get-proof",
        head="B02E",
        p1="00",
        p2="31",
        data="0001",
        application="DF04",
        right=("9000", "9406", "6985"),
        guarded=True,
        wrong_p1="01FF",
        wrong_data=("00", "000001"),
    )
    yield Form(
        name="get-starting-day",
        head="B056",
        p1="01",
        p2="00",
        le="02",
        application="DF04",
        right=("9000",),
        wrong_p1="02FF",
        wrong_p2="01FF",
    )
    yield Form(
        name="update-starting-day",
        head="B056",
        p1="00",
        p2="00",
        data="0101",
        application="DF04",
        right=("6982",),
        safe=False,
        guarded=True,
        wrong_data=("01", "010101"),
    )
