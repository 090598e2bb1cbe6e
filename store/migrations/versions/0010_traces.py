"""what mentions of one matter have in common

Revision ID: 0010
Revises: 0008
Create Date: 2026-11-28 14:00:00
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "trace",
        sa.Column("week", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("key", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("slot", sa.SmallInteger(), primary_key=True, autoincrement=False),
        sa.Column(
            "mention_id", sa.Integer(), sa.ForeignKey("mention.id", ondelete="CASCADE"), nullable=False
        ),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_trace_mention_id", "trace", ["mention_id"])


def downgrade() -> None:
    op.drop_table("trace")
