"""The cards that a fuzzing run uses: what differs between them, and how they are made.

A recipe is small and can be compared, so a failure names its card, and the card can be made again. Memories
are made once per recipe and copied.
"""

from __future__ import annotations

import dataclasses
from functools import lru_cache
from typing import TYPE_CHECKING, ClassVar

import msgspec

from onecard.virtual_cards.card import CardMemory
from onecard.virtual_cards.faces import FACES
from onecard.virtual_cards.personalisation import CardProfile, Holder, personalise
from onecard.virtual_cards.personalisation.payment import PaymentProfile, equip_payment
from onecard.virtual_cards.personalisation.purse import equip_purse
from onecard.virtual_cards.purse.state import PurseState

if TYPE_CHECKING:
    from random import Random

    from onecard.virtual_cards.chip.nonvolatile import Change
    from onecard.virtual_cards.faces import Face

__all__ = ["Challenges", "Recipe", "WatchedMemory", "draw_recipe", "make_memory"]

_FACES = (("1.00", "contact"), ("2.00", "contact"), ("3.00", "contact"), ("3.00", "contactless"))
_PINS = ("123456", "123456", "123456", "12345", "987654321098", "")
_PIN_LIMITS = (3, 3, 6, 15)
_UNBLOCKS = (None, None, 2)
_PURSE_IN_USE = PurseState(balance=1_000_000, load_counter=0xFFFD, purchase_counter=0xFFF0)
_PURSES = (None, None, PurseState(), _PURSE_IN_USE)
_ACCOUNT = PaymentProfile(
    pan="6228480000000000018", expiry="20350601", effective="20250601", name="TEST", balance_fen=80_000
)
_ACCOUNTS = (None, _ACCOUNT, dataclasses.replace(_ACCOUNT, electronic_cash=False, balance_fen=0))
_SM4_ACCOUNT = dataclasses.replace(_ACCOUNT, algorithm="SM4")
_WORN_COUNTER = 0xFFF8
_EXTENSIONS: tuple[tuple[str, ...], ...] = ((), (), ("local",), ("account-only",))


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """One kind of card, and how it is used."""

    version: str
    face: str
    pin: str = "123456"
    pin_limit: int = 3
    unblocks: int | None = None
    purse: PurseState | None = None
    account: PaymentProfile | None = None
    """The bank application."""
    payments: int = 0
    """Payments that it has made before."""
    extensions: tuple[str, ...] = ()

    @property
    def interface(self) -> Face:
        """The face in use."""
        return FACES[self.face]


def draw_recipe(rng: Random) -> Recipe:
    """Draw a recipe."""
    version, face = rng.choice(_FACES)
    accounts = {"1.00": (None,), "2.00": _ACCOUNTS}.get(version, (*_ACCOUNTS, _SM4_ACCOUNT))
    return Recipe(
        version=version,
        face=face,
        pin=rng.choice(_PINS),
        pin_limit=rng.choice(_PIN_LIMITS),
        unblocks=rng.choice(_UNBLOCKS),
        purse=rng.choice(_PURSES),
        account=rng.choice(accounts),
        payments=rng.choice((0, 0, 0, _WORN_COUNTER)),
        extensions=rng.choice(_EXTENSIONS),
    )


class WatchedMemory(CardMemory):
    """A memory that remembers what was committed, for the invariants to look at."""

    __slots__ = ("begun", "committed")

    def __init__(self, **fields: object) -> None:
        super().__init__(**fields)  # type: ignore[arg-type]  # the fields of another memory
        self.committed: list[tuple[Change, ...]] = []
        self.begun: tuple[Change, ...] = ()
        """Changes of a commit that has not ended: power failed in it."""

    def commit(self, *changes: Change) -> None:
        """Write, and remember it."""
        self.begun = changes
        super().commit(*changes)
        self.begun = ()
        self.committed.append(changes)


class Challenges:
    """Random bytes that are known beforehand: the n-th of a cycle."""

    __slots__ = ("at",)

    CYCLE: ClassVar[tuple[bytes, ...]] = tuple(
        bytes((number * 0x11 + at) & 0xFF for at in range(16)) for number in range(1, 8)
    )

    def __init__(self) -> None:
        self.at = 0
        """How many have been given."""

    def __call__(self, size: int) -> bytes:
        """Return the next one, cut to size."""
        self.at += 1
        return self.CYCLE[self.at % len(self.CYCLE)][:size]


@lru_cache(maxsize=4096)
def _blueprint(recipe: Recipe) -> WatchedMemory:
    profile = CardProfile(
        version=recipe.version,
        issuing_area="519900",
        serial=bytes.fromhex("000001AC"),
        card_number="A00000011",
        issue_date="20250601",
        valid_until="20350601",
        pin=recipe.pin,
        pin_limit=recipe.pin_limit,
        extensions=recipe.extensions,
    )
    memory = personalise(profile, Holder(social_security_number="519900199001010015", name="测试甲"))
    memory.pin_unblocks_left = recipe.unblocks
    if recipe.purse is not None:
        equip_purse(memory, recipe.purse)
    if recipe.account is not None:
        equip_payment(memory, recipe.account)
        if memory.payment is not None:
            memory.payment = msgspec.structs.replace(memory.payment, transaction_counter=recipe.payments)
    fields = {field.name: getattr(memory, field.name) for field in dataclasses.fields(CardMemory)}
    return WatchedMemory(**fields)


def make_memory(recipe: Recipe) -> WatchedMemory:
    """Make the memory of a new card."""
    blueprint = _blueprint(dataclasses.replace(recipe, face="contact"))
    return dataclasses.replace(blueprint, contents=dict(blueprint.contents), key_failures={})
