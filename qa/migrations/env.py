"""Run by Alembic. The connection and its transaction are the caller's, so that a step holds whole or not at all."""

from __future__ import annotations

from alembic import context

from qa.store_schema import VERSION_TABLE, metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    version_table=VERSION_TABLE,
    render_as_batch=True,  # SQLite changes a column only by copying its table
)
context.run_migrations()
