"""Tests as calls: flowtest, simulator, pytest plugin."""
