"""how many mentions came of each kind, and the spikes in them

Revision ID: 0009
Revises: 0008
Create Date: 2026-11-28 14:00:00
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("mention", sa.Column("counted", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_table(
        "series",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("brand", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("negative", sa.Boolean(), nullable=False),
        sa.Column("upto", MOMENT, nullable=False),
        sa.Column("waiting", sa.JSON(), nullable=False),
        sa.Column("state", sa.JSON(), nullable=False),
        sa.UniqueConstraint("brand", "kind", "name", "negative"),
    )
    op.create_index("ix_series_due", "series", ["brand", "upto"])
    op.create_table(
        "spike",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("brand", sa.String(), nullable=False),
        sa.Column("case_id", sa.Integer(), sa.ForeignKey("case.id"), nullable=False),
        sa.Column("negative", sa.Boolean(), nullable=False),
        sa.Column("began_at", MOMENT, nullable=False),
        sa.Column("last_at", MOMENT, nullable=False),
        sa.Column("over_at", MOMENT, nullable=True),
        sa.Column("looked_at", MOMENT, nullable=False),
        sa.Column("hours", sa.Integer(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("expected", sa.Float(), nullable=False),
        sa.Column("series", sa.JSON(), nullable=False),
        sa.Column("parts", sa.JSON(), nullable=False),
        sa.Column("phrases", sa.JSON(), nullable=False),
        sa.Column("examples", sa.JSON(), nullable=False),
    )
    op.create_index("ix_spike_brand", "spike", ["brand", "over_at"])
    op.create_index("ix_spike_case_id", "spike", ["case_id"])


def downgrade() -> None:
    op.drop_table("spike")
    op.drop_table("series")
    op.drop_column("mention", "counted")
