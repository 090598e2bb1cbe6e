"""what a host's robots.txt said, and which sources share one key's day

Revision ID: 0014
Revises: 0008
Create Date: 2026-11-28 14:00:00
"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "robots",
        sa.Column("origin", sa.String(300), primary_key=True),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.add_column("source", sa.Column("quota", sa.String(16), nullable=True))


def downgrade() -> None:
    op.drop_column("source", "quota")
    op.drop_table("robots")
