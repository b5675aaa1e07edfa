"""Nothing but the path: the tests here share the helpers in ``money_world``."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
