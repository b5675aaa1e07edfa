"""``onecard card show``: a readable picture of a card."""

from __future__ import annotations

from typing import Annotated

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
    if as_json:
        print_json({**picture.tree(), "interrupted_commit": bool(memory.journal)})
        return
    print_explanation(picture)
    if memory.journal:
        say("a write was cut short by power loss: shown as after power-on 掉电中断的写入：按上电恢复后显示")
