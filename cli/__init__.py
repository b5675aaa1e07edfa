"""The onecard command."""
