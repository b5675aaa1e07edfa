"""Settings of all tests."""

from hypothesis import settings

# A deadline per example would make the tests depend on how busy the machine is.
settings.register_profile("onecard", deadline=None)
settings.load_profile("onecard")
