"""Everything an application needs; the history refuses to be changed, and to be deleted unless its application was erased."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_GUARDED = ("application_history", "application_erasures")


def upgrade() -> None:
    """Goes up."""
    moment = sa.DateTime(timezone=True)
    digest = sa.LargeBinary(32)
    identity = sa.String(36)

    def of_application(nullable: bool = False, primary_key: bool = False, table: str = "") -> sa.Column:
        foreign_key = sa.ForeignKey("applications.id", name=f"fk_{table}_application_id")
        return sa.Column("application_id", identity, foreign_key, nullable=nullable, primary_key=primary_key)

    op.create_table(
        "applications",
        sa.Column("id", identity, primary_key=True),
        sa.Column("receipt_hash", digest, nullable=False),
        sa.Column("pin_hash", sa.Text, nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("wishes", sa.LargeBinary, nullable=False),
        sa.Column("contact", sa.LargeBinary),
        sa.Column("planned_month", sa.String(7)),
        sa.Column("created_at", moment, nullable=False),
        sa.Column("updated_at", moment, nullable=False),
        sa.Column("seen_at", moment, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("history_head", digest, nullable=False),
        sa.UniqueConstraint("receipt_hash", name="uq_applications_receipt_hash"),
    )
    op.create_index("ix_applications_state_seen_at", "applications", ["state", "seen_at"])
    op.create_table(
        "application_keys",
        of_application(primary_key=True, table="application_keys"),
        sa.Column("wrapped", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "application_history",
        of_application(primary_key=True, table="application_history"),
        sa.Column("sequence", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("who", sa.String(80), nullable=False),
        sa.Column("at", moment, nullable=False),
        sa.Column("before", sa.String(32)),
        sa.Column("to", sa.String(32), nullable=False),
        sa.Column("reason", sa.String(40), nullable=False),
        sa.Column("digest", digest, nullable=False),
    )
    op.create_table(
        "application_idempotency",
        sa.Column("key_hash", digest, primary_key=True),
        sa.Column("content_digest", digest, nullable=False),
        of_application(nullable=True, table="application_idempotency"),
        sa.Column("response", sa.LargeBinary),
        sa.Column("created_at", moment, nullable=False),
    )
    op.create_index("ix_application_idempotency_application_id", "application_idempotency", ["application_id"])
    op.create_index("ix_application_idempotency_created_at", "application_idempotency", ["created_at"])
    op.create_table(
        "application_attempts",
        sa.Column("subject", digest, primary_key=True),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("failures", sa.Text, nullable=False),
        sa.Column("in_row", sa.Integer, nullable=False),
        sa.Column("locked_until", moment),
        sa.Column("updated_at", moment, nullable=False),
        sa.CheckConstraint("kind IN ('receipt', 'caller')", name="ck_application_attempts_kind"),
    )
    op.create_index("ix_application_attempts_updated_at", "application_attempts", ["updated_at"])
    op.create_table(
        "application_ticks",
        of_application(primary_key=True, table="application_ticks"),
        sa.Column("mark", digest, primary_key=True),
        sa.Column("updated_at", moment, nullable=False),
    )
    op.create_table(
        "application_outbox",
        sa.Column("message_id", identity, primary_key=True),
        of_application(table="application_outbox"),
        sa.Column("notice", sa.String(32), nullable=False),
        sa.Column("status", sa.String(8), nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("due_at", moment, nullable=False),
        sa.Column("problem", sa.String(40)),
        sa.Column("created_at", moment, nullable=False),
        sa.Column("updated_at", moment, nullable=False),
        sa.CheckConstraint(
            "status IN ('waiting', 'sending', 'sent', 'dropped', 'dead')", name="ck_application_outbox_status"
        ),
    )
    op.create_index("ix_application_outbox_application_id", "application_outbox", ["application_id"])
    op.create_index("ix_application_outbox_status_due_at", "application_outbox", ["status", "due_at"])
    op.create_table(
        "application_links",
        sa.Column("conversation_hash", digest, primary_key=True),
        of_application(table="application_links"),
        sa.Column("created_at", moment, nullable=False),
    )
    op.create_index("ix_application_links_application_id", "application_links", ["application_id"])
    op.create_table(
        "application_one_time_links",
        sa.Column("token_hash", digest, primary_key=True),
        of_application(nullable=True, table="application_one_time_links"),
        sa.Column("conversation_hash", digest),
        sa.Column("created_at", moment, nullable=False),
        sa.Column("expires_at", moment, nullable=False),
        sa.Column("used", sa.Boolean, nullable=False),
        sa.CheckConstraint(
            "(application_id IS NULL) <> (conversation_hash IS NULL)", name="ck_application_one_time_links_one_purpose"
        ),
    )
    op.create_index("ix_application_one_time_links_application_id", "application_one_time_links", ["application_id"])
    op.create_index("ix_application_one_time_links_expires_at", "application_one_time_links", ["expires_at"])
    op.create_table(
        "application_erasures",
        sa.Column("application_id", identity, primary_key=True),
        sa.Column("erased_at", moment, nullable=False),
        sa.Column("reason", sa.String(40), nullable=False),
    )
    for statement in _sqlite_guards() if op.get_bind().dialect.name == "sqlite" else _postgresql_guards():
        op.execute(statement)


def downgrade() -> None:
    """Goes back: all applications are gone."""
    if op.get_bind().dialect.name == "sqlite":
        for table in _GUARDED:
            for deed in ("update", "delete"):
                op.execute(f"DROP TRIGGER {table}_no_{deed}")
    for table in (
        "application_erasures",
        "application_one_time_links",
        "application_links",
        "application_outbox",
        "application_ticks",
        "application_attempts",
        "application_idempotency",
        "application_history",
        "application_keys",
        "applications",
    ):
        op.drop_table(table)  # PostgreSQL drops its triggers with it
    if op.get_bind().dialect.name != "sqlite":
        op.execute("DROP FUNCTION application_append_only()")


def _sqlite_guards() -> list[str]:
    statements = []
    for table in _GUARDED:
        erased = (
            "WHEN NOT EXISTS (SELECT 1 FROM application_erasures e WHERE e.application_id = OLD.application_id)"
            if table == "application_history"
            else ""
        )
        refuse = f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
        statements.append(f"CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} {refuse}")
        statements.append(f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} {erased} {refuse}")
    return statements


def _postgresql_guards() -> list[str]:
    statements = [
        """
        CREATE FUNCTION application_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          IF TG_OP = 'DELETE' AND TG_TABLE_NAME = 'application_history' THEN
            IF EXISTS (SELECT 1 FROM application_erasures e WHERE e.application_id = OLD.application_id) THEN
              RETURN OLD;
            END IF;
          END IF;
          RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
        END $$
        """
    ]
    for table in _GUARDED:
        statements.append(
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION application_append_only()"
        )
        statements.append(
            f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION application_append_only()"
        )
    return statements
