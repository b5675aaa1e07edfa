"""The readable engine: people, stations and hosted actors as SimPy processes."""
