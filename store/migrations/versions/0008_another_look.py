"""when a young mention is looked at again, and what a source has used of its day

Revision ID: 0008
Revises: 0007
Create Date: 2026-11-28 10:00:00
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("mention", sa.Column("look_again_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index("ix_mention_look", "mention", ["source", "look_again_at"])
    op.add_column("source", sa.Column("spent", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("source", sa.Column("spent_on", sa.String(10), nullable=True))


def downgrade() -> None:
    op.drop_column("source", "spent_on")
    op.drop_column("source", "spent")
    op.drop_index("ix_mention_look", table_name="mention")
    op.drop_column("mention", "look_again_at")
