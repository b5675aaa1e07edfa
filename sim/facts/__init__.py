"""The world's figures: each with its unit, year, tag and source, in one place.

Theory of operation. A figure that reaches a model is a row of a TOML file in this folder, never a literal in
code. The tag says how sure it is: ``seed`` (the seed document), ``public-read`` (published, read in a copy
of the source), ``public-recalled`` (published, quoted from general knowledge of the source, to be checked
again before it is printed as a fact), ``derived`` (arithmetic on tagged figures), ``assumption`` (a
modelling choice, which a scenario parameter can override). Rows are checked when they are loaded.

>>> from onecard.sim import facts
>>> facts.value("population.male-share")
0.511
"""

from onecard.sim.facts.model import Fact, Province, Tag
from onecard.sim.facts.register import all_facts, fact, provinces, value, values

__all__ = ["Fact", "Province", "Tag", "all_facts", "fact", "provinces", "value", "values"]
