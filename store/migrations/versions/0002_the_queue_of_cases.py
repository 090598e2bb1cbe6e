"""the queue of cases: indexes that give its order

Revision ID: 0002
Revises: 0001
Create Date: 2026-11-26 16:20:00
"""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("case", schema=None) as batch_op:
        batch_op.create_index("ix_case_queue", ["status", "urgency", "due_at", "id"], unique=False)
        batch_op.create_index("ix_case_status", ["status", "id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("case", schema=None) as batch_op:
        batch_op.drop_index("ix_case_status")
        batch_op.drop_index("ix_case_queue")
