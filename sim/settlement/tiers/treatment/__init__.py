"""What the place of treatment does: visits, fee lines, what it sends on, and what it keeps of the answer."""
