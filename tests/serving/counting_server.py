"""Serves the counting tiers as a process of its own: ``python counting_server.py DATABASE``."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import msgspec
from counting_tiers import CITY, START, two_tiers

from onecard.sim.serving.server import Served, ServeOptions, run


def announce(served: Sequence[Served]) -> None:
    sys.stdout.buffer.write(msgspec.json.encode(served[0]) + b"\n")
    sys.stdout.flush()


if __name__ == "__main__":
    run(
        ServeOptions(
            tiers=(CITY,),
            build=two_tiers,
            start=START,
            world="counting",
            database=sys.argv[1],
            seed=1,
            message_clock=True,
        ),
        announce,
    )
