"""Let the tests of this folder import the helpers beside them and the small nation of the office's tests."""

from __future__ import annotations

import sys
from pathlib import Path

HERE = Path(__file__).parent
for folder in (HERE, HERE.parent / "settlement_office"):
    sys.path.insert(0, str(folder))
