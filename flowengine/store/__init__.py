"""The record: calls and their events."""
