"""From the history to outcomes and verdicts."""
