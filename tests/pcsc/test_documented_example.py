"""The example of the documentation reads a served card."""

import re
import sys
from pathlib import Path

from pcsc_samples import run_client

DOCS = Path(__file__).parents[2] / "docs"
SERVE = """
card.power_off()
print(read_the_serial(card).hex())
"""


def first_block(page: str) -> str:
    (block, *_) = re.findall(r"^```python\n(.*?)^```", (DOCS / page).read_text(encoding="utf-8"), re.M | re.S)
    return str(block)


def test_the_example_reads_the_card_of_the_other_page() -> None:
    program = first_block("card.md") + first_block("pcsc.md") + SERVE
    done = run_client({}, sys.executable, "-c", program)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.split() == ["000001ac"]
