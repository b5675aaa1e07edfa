"""The only transcendental functions of the world, through one module in every engine.

CPython's ``math`` and compiled code agree bit for bit on these six; ``numpy.log`` differs on some values,
so arrays are mapped element by element through the same functions (engines design, measured).
"""

from math import cos, exp, log, pow, sin, sqrt  # noqa: A004 - math.pow is meant, not the built-in

__all__ = ["cos", "exp", "log", "pow", "sin", "sqrt"]
