"""What programs of others print about our card, as the documentation shows it.

The card is that of ``onecard card serve --person 7 --layout 3.00 --payment``. Run this file to write
``docs/recorded`` anew::

    python tests/pcsc/recorded_outputs.py
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Mapping
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from pcsc_samples import run_client

from onecard.cli.card_source import CardRequest, card_of, issue
from onecard.virtual_cards.pcsc_stack.private_pcscd import PrivatePcscd
from onecard.virtual_cards.readers.pcsc import PcscReader
from onecard.virtual_cards.readers.slots import SlotHost

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "docs" / "recorded"
EMVTOOL = Path(os.environ.get("ONECARD_EMVTOOL", ROOT / ".tox" / "emv-reader" / "bin" / "emvtool"))
SELECT_SSSE = "00A404000F7378312E73682EC9E7BBE1B1A3D5CF00"
READ_CARD_NUMBER = "00B2072C0B"
ASK_PIN_TRIES = "0020000000"
READ_HOLDER = "00B2083414"

COMMANDS: Mapping[str, tuple[str, ...]] = {
    "opensc-tool-atr": ("opensc-tool", "--reader", "0", "--atr"),
    "opensc-tool-apdus": (
        "opensc-tool",
        "--reader",
        "0",
        *(
            word
            for apdu in (SELECT_SSSE, READ_CARD_NUMBER, ASK_PIN_TRIES, READ_HOLDER)
            for word in ("-s", apdu)
        ),
    ),
    "pcsc_scan": ("pcsc_scan", "-c"),
    "emvtool-listapps": ("emvtool", "listapps"),
    "emvtool-info": ("emvtool", "info"),
}
"""Name of the recording, and the command line in it."""

_DATE = re.compile(r"^[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d \d{4}$", re.MULTILINE)
_LINES = str.maketrans("lqkxtnumvjw", "┌─┐│├┼┤└┴┘┬")
"""DEC line drawing, which the EMV reader switches to with ``ESC ( 0``."""


def printed() -> dict[str, str]:
    """Serve the card, run every program, and return what it printed, without times and terminal codes."""
    assert EMVTOOL.exists(), "the EMV reader is not installed; to get it: tox -e emv-reader"
    memory, _ = issue(CardRequest(person="7", layout="3.00", payment=True))
    with PrivatePcscd(1) as daemon, SlotHost() as host:
        address = daemon.slots[0]
        host.open(address.port, name=address.reader).insert(card_of(memory, seed=7))
        _wait_for_card(daemon, address.reader)
        return {name: _run(daemon, command) for name, command in COMMANDS.items()}


def _wait_for_card(daemon: PrivatePcscd, reader: str) -> None:
    """Wait in another process: this one may be the client of another daemon."""
    if os.environ.get("PCSCLITE_CSOCK_NAME") in (None, str(daemon.socket_path)):
        daemon.use_here()
        PcscReader(reader).wait_for_card()
        return
    program = (
        "import sys; from onecard.virtual_cards.readers.pcsc import PcscReader;"
        " PcscReader(sys.argv[1]).wait_for_card()"
    )
    done = run_client(daemon.environment, sys.executable, "-c", program, reader)
    assert done.returncode == 0, done.stderr


def _run(daemon: PrivatePcscd, command: tuple[str, ...]) -> str:
    words = [str(EMVTOOL) if command[0] == "emvtool" else command[0], *command[1:]]
    done = run_client(daemon.environment, *words)
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    return f"$ {' '.join(command)}\n{_readable(done.stdout)}"


def _readable(text: str) -> str:
    drawn = re.sub(r"\x1b\(0(.*?)\x1b\(B", lambda found: found[1].translate(_LINES), text, flags=re.DOTALL)
    plain = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", drawn).replace("\r", "")
    dated = _DATE.sub("(date and time)", plain)
    return "\n".join(line.rstrip() for line in dated.splitlines()).strip("\n") + "\n"


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for recording, text in printed().items():
        (FOLDER / f"{recording}.txt").write_text(text, encoding="utf-8")
