"""Conversations that last: one row each, in which everything that is said is encrypted."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Goes up."""
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "conversations",
        sa.Column("id", sa.LargeBinary(32), primary_key=True),
        sa.Column("version", sa.BigInteger, nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.Column("draft", sa.LargeBinary),
        sa.Column("saved_at", moment, nullable=False, server_default=sa.func.now()),
    )
    op.create_index("ix_conversations_saved_at", "conversations", ["saved_at"])
    # Rows are changed at every message and gone within hours: space is made free soon, and what was in it overwritten soon.
    op.execute(
        "ALTER TABLE conversations SET (autovacuum_vacuum_scale_factor = 0.02, toast.autovacuum_vacuum_scale_factor = 0.02)"
    )


def downgrade() -> None:
    """Goes back; conversations begin anew."""
    op.drop_table("conversations")
