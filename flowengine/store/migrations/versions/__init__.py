"""The steps, in order. Each says `schema_version` too, so that a database can be judged without Alembic."""
