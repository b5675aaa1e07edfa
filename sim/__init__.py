"""The world: people, places, services, institutions, engines and recording."""
