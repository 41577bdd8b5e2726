"""Fakes that behave: shipped, for tests."""
