"""Let the tests of this folder import the helpers beside them and those of the rooms that they build on."""

from __future__ import annotations

import sys
from pathlib import Path

HERE = Path(__file__).parent
for folder in (HERE, HERE.parent, HERE.parent / "settlement_messages"):
    sys.path.insert(0, str(folder))
