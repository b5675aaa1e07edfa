"""Power failure in the middle of writing: defects."""
