"""Fixtures for all tests."""

from tests.postgres import database_url, new_database_url, postgres, postgres_template, sqlite_template

__all__ = ["database_url", "new_database_url", "postgres", "postgres_template", "sqlite_template"]
