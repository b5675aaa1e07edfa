"""``onecard serve``: the group of commands that serve actors of the world to other programs."""

from __future__ import annotations

from onecard.cli.commands import group_of

SERVE_COMMANDS = {
    "settlement": "Serve tiers of the settlement network over HTTP, with a database behind them.",
}

serve = group_of("serve", SERVE_COMMANDS)
