"""A new PIN that was not used yet stands beside the old one, so that an answer lost on the way shuts nobody out."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Goes up."""
    op.add_column("applications", sa.Column("next_pin_hash", sa.Text))
    op.add_column("applications", sa.Column("next_pin_at", sa.DateTime(timezone=True)))


def downgrade() -> None:
    """Goes down; of two PINs the one made last stays, as it would have without this."""
    op.execute("UPDATE applications SET pin_hash = next_pin_hash WHERE next_pin_hash IS NOT NULL")
    op.drop_column("applications", "next_pin_at")
    op.drop_column("applications", "next_pin_hash")
