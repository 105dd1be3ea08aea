"""Processes that answer questions, and which of them writes a turn."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision: str | None = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "youju_processes",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("place", sa.Text, nullable=False),
        sa.Column("task", sa.Text, nullable=False),
        sa.Column("seen", sa.DateTime(timezone=op.get_bind().dialect.name != "sqlite"), nullable=False),
    )
    op.add_column("youju_turns", sa.Column("process", sa.String(32)))
