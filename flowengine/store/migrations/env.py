"""Alembic's way in: runs the steps over the connection that `schema.py` hands over, inside its transaction."""

from alembic import context

from flowengine.store import tables

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=tables.metadata,
    version_table=context.config.attributes["version_table"],
)
context.run_migrations()
