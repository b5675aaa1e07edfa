"""Units of the world: int64 microseconds since the scenario's start, int64 fen (0.01 yuan)."""
