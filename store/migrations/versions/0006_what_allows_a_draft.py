"""what allows each sentence of a draft, the note for the profile, and what the brand says to everybody in a storm

Revision ID: 0006
Revises: 0005
Create Date: 2026-11-28 06:00:00
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Not in a batch: that makes the table anew on SQLite, where other tables hold on to its rows.
    op.add_column("draft", sa.Column("sentences", sa.JSON(), nullable=False, server_default="[]"))
    op.add_column("draft", sa.Column("status_note", sa.Text(), nullable=True))
    op.add_column("case", sa.Column("statements", sa.JSON(), nullable=False, server_default="{}"))


def downgrade() -> None:
    op.drop_column("case", "statements")
    op.drop_column("draft", "status_note")
    op.drop_column("draft", "sentences")
