"""an index that finds mentions by their address

Revision ID: 0004
Revises: 0003
Create Date: 2026-11-27 09:10:00
"""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    if (
        op.get_bind().dialect.name == "postgresql"
    ):  # whose indexes hold no more; until now it was so many characters
        op.execute("UPDATE mention SET url = NULL WHERE octet_length(url) > 2000")
    with op.batch_alter_table("mention", schema=None) as batch_op:
        batch_op.create_index("ix_mention_url", ["url"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("mention", schema=None) as batch_op:
        batch_op.drop_index("ix_mention_url")
