"""Hosts that serve actors for real: over HTTP, with a database behind them.

Nothing is imported here: the modules need the packages of the extra ``serve``, the rest of the project does
not.
"""
