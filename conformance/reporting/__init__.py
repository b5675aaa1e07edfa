"""From a bundle to what people and machines read: console, JUnit, JSON, coverage, difference of two runs.

Everything here is a pure function of the bundle's content; nothing is judged again.
"""
