"""OneCard: the ecosystem of China's social security card, simulated and judged.

Each room of the project is a sub-package: ``onecard.virtual_cards``, ``onecard.sim``,
``onecard.scenarios``, ``onecard.conformance``, ``onecard.reports``, ``onecard.bench``, ``onecard.cli``.
"""

from importlib.metadata import version as _distribution_version

__version__ = _distribution_version("onecard")
