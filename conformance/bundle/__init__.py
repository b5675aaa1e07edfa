"""The evidence of a run in one signed file: written once, read by reports, checked again by ``recheck``."""
