"""Files and records: cases."""
