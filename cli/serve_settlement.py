"""``onecard serve settlement``: tiers of the settlement network as HTTP servers."""

from __future__ import annotations

import datetime
import sys
from functools import partial
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer

from onecard.cli.card_options import AsJson
from onecard.cli.options import path_of, whole_number
from onecard.cli.output import say
from onecard.sim.errors import InputError
from onecard.sim.nation import NationModel
from onecard.sim.serving.clock import CHINA
from onecard.sim.serving.database import stored_world
from onecard.sim.serving.nation_tiers import NationTiers, city_models
from onecard.sim.serving.neighbours import read_route
from onecard.sim.serving.server import ServeOptions, run

if TYPE_CHECKING:
    from collections.abc import Sequence

    from onecard.sim.serving.server import Served

DATABASE = "sqlite:///onecard-settlement.db"
CITIES = "310000,510100"
MOST_PEOPLE = 10_000_000
LARGEST_SEED = 2**63


class _World(msgspec.Struct):
    """What is of interest here of the world of a database."""

    date: str


def serve_settlement(
    tier: Annotated[
        list[str] | None,
        typer.Option(
            metavar="ADDRESS", help="city/310000, province/31, ministry; again for more; default: all."
        ),
    ] = None,
    database: Annotated[
        str, typer.Option(metavar="URL", help="sqlite:///FILE or postgresql://USER@HOST:PORT/NAME.")
    ] = DATABASE,
    port: Annotated[
        str, typer.Option(metavar="N", help="Port of the first tier, the next ones follow; 0: any free ones.")
    ] = "8100",
    host: Annotated[str, typer.Option(metavar="ADDRESS", help="Where to listen.")] = "127.0.0.1",
    cities: Annotated[
        str,
        typer.Option(
            metavar="LIST", help="Division codes of the cities; 310000:shanghai-2023 names a policy."
        ),
    ] = CITIES,
    people: Annotated[str, typer.Option(metavar="N", help="How many are insured in each city.")] = "1000",
    seed: Annotated[
        str, typer.Option(metavar="N", help="Of the people, and of the published test keys.")
    ] = "7",
    date: Annotated[
        str | None,
        typer.Option(
            metavar="YYYY-MM-DD", help="The date of time zero; default: the database's, for a new one today."
        ),
    ] = None,
    signatures: Annotated[str, typer.Option(metavar="WORD", help="required or optional.")] = "optional",
    keys: Annotated[
        str | None,
        typer.Option(metavar="FILE", help="Real keys (TOML); the published test keys no longer count."),
    ] = None,
    gateway: Annotated[
        str, typer.Option(metavar="WORD", help="none, or x-tif: its headers are wanted.")
    ] = "none",
    clock: Annotated[
        str, typer.Option(metavar="WORD", help="wall, or message: it is the time that messages say.")
    ] = "wall",
    route: Annotated[
        list[str] | None,
        typer.Option(metavar="ADDRESS=URL", help="A tier in another process; again for more."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Serve until Ctrl-C or SIGTERM; messages under way are answered, and everything answered is kept."""
    begin = _date(date, database)
    routes = dict(map(read_route, route or ()))
    named = [] if tier in (None, [], ["all"]) else list(tier or ())
    model = NationModel(
        date=begin.isoformat(),
        seed=whole_number("--seed", seed, minimum=0, below=LARGEST_SEED),
        cities=city_models(
            cities, date=begin, people=whole_number("--people", people, minimum=1, below=MOST_PEOPLE + 1)
        ),
    )
    tiers = NationTiers(model, named)
    here = tuple(address for address in tiers.tiers if address not in routes)
    first = whole_number("--port", port, minimum=0, below=65536 - len(here))
    options = ServeOptions(
        tiers=here,
        build=partial(tiers.build, routes),
        start=tiers.start,
        world=tiers.world,
        database=database,
        host=host,
        port=first,
        seed=None if keys is not None else model.seed,
        keys=None if keys is None else path_of("--keys", keys, allowed="a TOML file"),
        signatures_required=_one_of("--signatures", signatures, "optional", "required"),
        x_tif=_one_of("--gateway", gateway, "none", "x-tif"),
        message_clock=_one_of("--clock", clock, "wall", "message"),
        routes=routes,
    )
    run(options, partial(_announce, as_json=as_json))
    if not as_json:
        say("stopped 已停止")


def _one_of(option: str, word: str, off: str, on: str) -> bool:
    if word not in (off, on):
        raise InputError("unknown word", where=option, value=word, allowed=f"{off}, {on}")
    return word == on


def _date(text: str | None, database: str) -> datetime.date:
    """Return the date of time zero: the option's, the database's, or today's in China."""
    if text is None:
        world = stored_world(database)
        if world is None:
            return datetime.datetime.now(CHINA).date()
        text = msgspec.json.decode(world, type=_World).date
    try:
        return datetime.date.fromisoformat(text)
    except ValueError:
        raise InputError("not a date", where="--date", value=text, allowed="YYYY-MM-DD") from None


def _announce(served: Sequence[Served], *, as_json: bool) -> None:
    """Print a line per tier when all of them take messages."""
    for each in served:
        say(msgspec.json.encode(each).decode() if as_json else f"{each.tier} {each.url}")
    sys.stdout.flush()
