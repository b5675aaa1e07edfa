"""The onecard command: thin, one module per command."""
