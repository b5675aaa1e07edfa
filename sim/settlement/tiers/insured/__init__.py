"""What the insured place does: persons, filings, visits anywhere, the computation, funds and accounts."""
