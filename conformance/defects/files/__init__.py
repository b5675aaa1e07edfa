"""Files and records: defects."""
