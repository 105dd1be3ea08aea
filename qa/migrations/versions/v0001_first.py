"""Conversations, turns, shares, kept documents, clients.

The tables are written out, not taken from `qa.store_schema`: that one moves on, this step stays.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision: str | None = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    moment = sa.DateTime(timezone=op.get_bind().dialect.name != "sqlite")
    _conversations(moment)
    op.create_table(
        "youju_shares",
        sa.Column("token", sa.String(32), primary_key=True),
        sa.Column(
            "conversation",
            sa.String(32),
            sa.ForeignKey("youju_conversations.id", ondelete="CASCADE"),
            nullable=False,
            unique=True,
        ),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("turns", sa.Text, nullable=False),
        sa.Column("created", moment, nullable=False),
    )
    op.create_table(
        "youju_documents",
        sa.Column("sha256", sa.String(64), primary_key=True),
        sa.Column("snapshot", sa.Text, nullable=False),
        sa.Column("created", moment, nullable=False),
    )
    op.create_table(
        "youju_clients",
        sa.Column("kind", sa.String(8), primary_key=True),
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("secret", sa.Text, nullable=False),
        sa.Column("created", moment, nullable=False),
    )
    op.create_index("youju_clients_secret", "youju_clients", ["kind", "secret"])


def _conversations(moment: sa.DateTime) -> None:
    op.create_table(
        "youju_conversations",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("owner", sa.Text, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("created", moment, nullable=False),
        sa.Column("updated", moment, nullable=False),
    )
    op.create_index("youju_conversations_owner", "youju_conversations", ["owner", "updated"])
    op.create_index("youju_conversations_updated", "youju_conversations", ["updated"])
    op.create_table(
        "youju_turns",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("conversation", sa.String(32), sa.ForeignKey("youju_conversations.id", ondelete="CASCADE"), nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("question", sa.Text, nullable=False),
        sa.Column("status", sa.String(8), nullable=False),
        sa.Column("created", moment, nullable=False),
        sa.Column("filters", sa.Text, nullable=False),
        sa.Column("earlier", sa.Text, nullable=False),
        sa.Column("record", sa.Text),
        sa.Column("problem", sa.Text, nullable=False),
        sa.Column("replaced", moment),
        sa.Column("rating", sa.String(4)),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("rated", moment),
    )
    shown = sa.text("replaced IS NULL")
    op.create_index("ix_youju_turns_conversation", "youju_turns", ["conversation"])
    op.create_index(
        "youju_turns_shown",
        "youju_turns",
        ["conversation", "number"],
        unique=True,
        sqlite_where=shown,
        postgresql_where=shown,
    )
    op.create_index("youju_turns_rated", "youju_turns", ["rated", "id"])
    op.create_index("youju_turns_status", "youju_turns", ["status", "created"])
