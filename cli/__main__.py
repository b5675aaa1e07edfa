"""``python -m onecard.cli``: the onecard command."""

from onecard.cli.main import console

console()
