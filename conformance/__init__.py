"""Conformance: judge real cards, terminals and platforms, with evidence that anybody can compute again.

The pipeline, one room for each step (``design.md`` has the account):

=================  ===================================================================================
``model``          what everything here is made of: clauses, statements, cases, checks, history, verdicts
``clauses``        the clause registry: every requirement known, as data, with its disposition
``statements``     what an implementation claims, and whether that can be true
``cards``          the card suite: cases as data
``planning``       statement + suite → frozen plan
``adapters``       one string → an implementation under test
``running``        plan + implementation → history
``judging``        history → outcomes → verdicts
``bundle``         all of it in one signed file
``recheck``        the second evaluator: a bundle → the same verdicts, without one line of the above
``defects``        implementations that are wrong in one named way
``qualify``        the proof that the harness works
=================  ===================================================================================
"""
