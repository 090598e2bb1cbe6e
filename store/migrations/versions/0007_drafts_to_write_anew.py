"""which drafts are to be written anew, as what the brand says to everybody in a storm has changed

Revision ID: 0007
Revises: 0006
Create Date: 2026-11-28 06:30:00
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("draft", sa.Column("outdated", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_index("ix_draft_outdated", "draft", ["outdated", "id"])


def downgrade() -> None:
    op.drop_index("ix_draft_outdated", table_name="draft")
    op.drop_column("draft", "outdated")
