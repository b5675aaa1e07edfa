"""``onecard card new``: make the card of a person, and save its image."""

from __future__ import annotations

from pathlib import Path
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
from onecard.cli.card_source import FILE_ALLOWED, CardRequest, blamed_on, issue, write_image_file
from onecard.cli.options import path_of
from onecard.cli.output import print_json, say
from onecard.sim.errors import InputError
from onecard.virtual_cards.images.document import content_of
from onecard.virtual_cards.security.pin import decode_pin


def card_new(
    person: PersonIndex = None,
    layout: LayoutVersion = None,
    seed: Seed = None,
    population: Population = None,
    pin: Pin = None,
    offline: Offline = False,
    payment: Payment = None,
    extensions: Extensions = None,
    out: Annotated[
        str | None, typer.Option(metavar="FILE", help="Where to save; default: card-PERSON-VERSION.json.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace a file that is there.")] = False,
    as_json: AsJson = False,
) -> None:
    """Make a card with published test keys and save its image."""
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
    target = path_of("--out", out, allowed=FILE_ALLOWED) if out is not None else None
    memory, holder = issue(request)
    target = target or Path(f"card-{holder.index}-{memory.layout.version}.json")
    with blamed_on(str(target), allowed=FILE_ALLOWED):
        is_taken = target.exists() and (not force or not target.is_file())
    if is_taken:
        raise InputError(
            "the file exists", where="--out", value=str(target), allowed=f"{FILE_ALLOWED}, or --force"
        )
    write_image_file(memory, target)
    told = {
        "image": str(target),
        "sha256": content_of(memory)["sha256"],
        "version": memory.layout.version,
        "person": holder.index,
        "name": holder.name,
        "card_number": holder.card_number,
        "pin": decode_pin(memory.pin),
        "purse": memory.purse is not None,
        "payment": memory.payment is not None,
        "synthetic": True,
        "published_test_keys": True,
    }
    if as_json:
        print_json(told)
        return
    say(f"card {target}")
    say(f"version 规范版本 {memory.layout.version}, card number 卡号 {holder.card_number}")
    say(f"holder 持卡人 {holder.name}, PIN 密码 {told['pin'] or 'not set 未设置'}")
    say("synthetic person, published test keys 虚构人员，公开测试密钥")
    say(f"show it: onecard card show {target}; serve it: onecard card serve {target}")
