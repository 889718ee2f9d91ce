"""The inbox of the LINE channel, and what staff see of its state."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Goes up."""
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "line_inbox",
        sa.Column("event", sa.LargeBinary(32), primary_key=True),
        sa.Column("conversation", sa.LargeBinary(32)),
        sa.Column("message", sa.LargeBinary(32)),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("payload", sa.LargeBinary),
        sa.Column("owner", sa.String(32)),
        sa.Column("lease_until", moment),
        sa.Column("received_at", moment, nullable=False),
        sa.CheckConstraint(
            "state IN ('open', 'replying', 'late', 'ready', 'done', 'closed')", name="ck_line_inbox_state"
        ),
    )
    op.create_index("ix_line_inbox_state_lease_until", "line_inbox", ["state", "lease_until"])
    op.create_index("ix_line_inbox_conversation", "line_inbox", ["conversation"])
    op.create_index("ix_line_inbox_message", "line_inbox", ["message"])
    op.create_index("ix_line_inbox_received_at", "line_inbox", ["received_at"])
    op.create_table(
        "line_health",
        sa.Column("name", sa.String(48), primary_key=True),
        sa.Column("count", sa.BigInteger, nullable=False),
        sa.Column("at", moment, nullable=False),
    )


def downgrade() -> None:
    """Goes back: what was received and not answered yet is lost."""
    op.drop_table("line_health")
    op.drop_table("line_inbox")
