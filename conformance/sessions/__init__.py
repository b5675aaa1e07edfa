"""From one request to the evidence: what command line and pytest plugin share."""
