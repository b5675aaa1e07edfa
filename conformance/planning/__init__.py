"""From statement and suite to the frozen plan."""
