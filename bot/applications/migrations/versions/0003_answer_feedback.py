"""Counts of how helpful an answer was: which answer, which version, which reason, which day. Nothing about who said so."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Goes up."""
    op.create_table(
        "answer_feedback",
        sa.Column("answer_id", sa.String(64), nullable=False),
        sa.Column("version", sa.String(64), nullable=False),
        sa.Column("code", sa.String(32), nullable=False),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("count", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("answer_id", "version", "code", "day", name="pk_answer_feedback"),
    )


def downgrade() -> None:
    """Goes down."""
    op.drop_table("answer_feedback")
