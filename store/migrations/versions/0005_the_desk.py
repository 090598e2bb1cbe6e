"""clocks as rows, exclusions, switches, samples; where a rule sends a message, and which message tells of several

Revision ID: 0005
Revises: 0004
Create Date: 2026-11-27 17:30:00
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None
_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "clock",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("started_at", _MOMENT, nullable=False),
        sa.Column("due_at", _MOMENT, nullable=False),
        sa.Column("rings_at", _MOMENT, nullable=True),
        sa.Column("rung", sa.Integer(), nullable=False),
        sa.Column("set_by", sa.String(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("clock", schema=None) as batch_op:
        batch_op.create_index("ix_clock_case_id", ["case_id"], unique=False)
        batch_op.create_index("ix_clock_rings", ["rings_at", "id"], unique=False)
    op.create_table(
        "exclusion",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("brand", sa.String(), nullable=False),
        sa.Column("phrase", sa.String(), nullable=False),
        sa.Column("added_by", sa.String(), nullable=False),
        sa.Column("added_at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("brand", "phrase"),
    )
    op.create_table(
        "switch",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("until", _MOMENT, nullable=True),
        sa.Column("set_by", sa.String(), nullable=False),
        sa.Column("set_at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "sample",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("brand", sa.String(), nullable=False),
        sa.Column("mention_id", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("drawn_at", _MOMENT, nullable=False),
        sa.Column("said", sa.String(), nullable=True),
        sa.Column("said_by", sa.String(), nullable=True),
        sa.Column("said_at", _MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["mention_id"], ["mention.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("mention_id"),
    )
    with op.batch_alter_table("sample", schema=None) as batch_op:
        batch_op.create_index("ix_sample_brand_drawn", ["brand", "drawn_at"], unique=False)
    # Not in a batch: that makes the table anew on SQLite, where other tables hold on to its rows.
    op.add_column("case", sa.Column("storm", sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table("notification", schema=None) as batch_op:
        batch_op.add_column(sa.Column("routed_to", sa.String(), nullable=True))
        batch_op.add_column(sa.Column("bundle", sa.String(), nullable=True))
        batch_op.create_index("ix_notification_bundle", ["bundle"], unique=False)
    # What waits for its first answer, or was taken and has none yet, goes on waiting.
    op.execute(
        """
        INSERT INTO clock (case_id, kind, started_at, due_at, rings_at, rung, set_by)
        SELECT id, CASE status WHEN 'open' THEN 'contact' ELSE 'reply' END,
            coalesce(acknowledged_at, opened_at), due_at, due_at,
            (SELECT count(*) FROM audit WHERE audit.case_id = "case".id AND audit.action = 'overdue'), 'ascolto'
        FROM "case" WHERE status IN ('open', 'acknowledged') AND due_at IS NOT NULL
        """
    )


def downgrade() -> None:
    with op.batch_alter_table("notification", schema=None) as batch_op:
        batch_op.drop_index("ix_notification_bundle")
        batch_op.drop_column("bundle")
        batch_op.drop_column("routed_to")
    op.drop_column("case", "storm")
    for table in ("sample", "switch", "exclusion", "clock"):
        op.drop_table(table)
