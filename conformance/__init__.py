"""Clause registry, suites and verdicts (grows with the conformance issues)."""
