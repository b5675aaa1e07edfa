"""OneCard: the ecosystem of China's social security card, simulated and judged.

Each room of the project is a sub-package: ``onecard.virtual_cards``, ``onecard.sim``,
``onecard.scenarios``, ``onecard.conformance``, ``onecard.reports``, ``onecard.bench``, ``onecard.cli``.
"""

__version__: str


def __getattr__(name: str) -> str:
    """Look the version up when it is asked for: reading the distribution's metadata costs 20 ms."""
    if name != "__version__":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib.metadata import version  # noqa: PLC0415 - for the same reason

    return version("onecard")
