"""The tables of the LINE channel; migration 0002 makes them."""

from __future__ import annotations

from sqlalchemy import BigInteger, CheckConstraint, Column, Index, LargeBinary, MetaData, String, Table

from bot.applications.tables import UtcTime

metadata = MetaData()

inbox = Table(
    "line_inbox",
    metadata,
    Column("event", LargeBinary(32), primary_key=True),  # keyed hash of LINE's event id
    Column("conversation", LargeBinary(32)),  # keyed hash: whose late answers go when somebody leaves
    Column("message", LargeBinary(32)),  # keyed hash of the message's id: what an unsent message is found by
    Column("state", String(8), nullable=False),
    Column(
        "payload", LargeBinary
    ),  # the event, or an answer that waits to be collected; encrypted, gone when done (a late answer after its hour)
    Column("owner", String(32)),
    Column("lease_until", UtcTime),
    Column("received_at", UtcTime, nullable=False),
    CheckConstraint("state IN ('open', 'replying', 'late', 'ready', 'done', 'closed')", name="ck_line_inbox_state"),
    Index("ix_line_inbox_state_lease_until", "state", "lease_until"),
    Index("ix_line_inbox_conversation", "conversation"),
    Index("ix_line_inbox_message", "message"),
    Index("ix_line_inbox_received_at", "received_at"),
)

health = Table(
    "line_health",
    metadata,
    Column("name", String(48), primary_key=True),
    Column("count", BigInteger, nullable=False),
    Column("at", UtcTime, nullable=False),
)
