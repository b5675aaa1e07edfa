"""From plan and implementation to the history."""
