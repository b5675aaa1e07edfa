"""``onecard card show``: a readable picture of a card."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from onecard.cli.card_options import (
    AsJson,
    Extensions,
    LayoutVersion,
    Offline,
    Payment,
    PersonIndex,
    Pin,
    Population,
    Seed,
)
from onecard.cli.card_output import print_explanation
from onecard.cli.card_source import CardRequest, blamed_on, image_path, issue, open_image
from onecard.cli.output import print_json, say
from onecard.sim.errors import InputError
from onecard.virtual_cards.decoding.picture import explain_card
from onecard.virtual_cards.images import recovered

if TYPE_CHECKING:
    from collections.abc import Sequence

    from onecard.virtual_cards.decoding import Explanation


def card_show(
    image: Annotated[str | None, typer.Argument(help="A card image.")] = None,
    person: PersonIndex = None,
    layout: LayoutVersion = None,
    seed: Seed = None,
    population: Population = None,
    pin: Pin = None,
    offline: Offline = False,
    payment: Payment = None,
    extensions: Extensions = None,
    only: Annotated[
        list[str] | None,
        typer.Option("--only", metavar="NAME", help="An application or a file: DF01, SSSEEF05, PAYMENT."),
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="Also the records of blank files.")] = False,
    as_json: AsJson = False,
) -> None:
    """Show applications, files, records in both languages, who may read and write, counters, blocks."""
    request = CardRequest(
        person=person,
        layout=layout,
        seed=seed,
        population=population,
        pin=pin,
        offline=offline,
        payment=payment,
        extensions=tuple(extensions or ()),
    )
    if image is not None and person is not None:
        raise InputError("an image and a person", value=image, allowed="one of them")
    if image is not None:
        request.refuse_options("an image")
        path = image_path(image)
        memory, where = open_image(path), str(path)
    else:
        memory, _ = issue(request)
        where = f"person {person}"
    with blamed_on(where):
        picture = explain_card(recovered(memory), blank=every)
    if only:
        picture = _narrowed(picture, [name.upper() for name in only])
    if as_json:
        print_json({**picture.tree(), "interrupted_commit": bool(memory.journal)})
        return
    print_explanation(picture)
    if memory.journal:
        say("a write was cut short by power loss: shown as after power-on 掉电中断的写入：按上电恢复后显示")


def _narrowed(picture: Explanation, names: Sequence[str]) -> Explanation:
    """Keep the applications and files of these names; ``InputError`` for one that the card has not."""
    kept: list[Explanation] = []
    for name in names:
        found = [part for part in map(partial(_within, name=name), picture.parts) if part is not None]
        if not found:
            allowed = ", ".join(_name(part) for part in picture.parts if _name(part).isupper())
            raise InputError(
                "not on this card", where="--only", value=name, allowed=f"{allowed}, or with a file: SSSEEF05"
            )
        kept += found
    return replace(picture, parts=tuple(kept))


def _within(part: Explanation, *, name: str) -> Explanation | None:
    """Return an application whole, or with the one file that is named; ``None`` for another one."""
    if name == _name(part):
        return part
    files = tuple(file for file in part.parts if _name(part) + _name(file) == name)
    return replace(part, parts=files) if files else None


def _name(part: Explanation) -> str:
    return part.english.partition(" ")[0]
