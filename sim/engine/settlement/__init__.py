"""The settlement network in the simulated world: cities, provinces, ministry, institutions, outages."""
