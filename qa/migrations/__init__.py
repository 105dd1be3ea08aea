"""Alembic's steps from one shape of the store to the next; `qa.store_open` runs them."""
