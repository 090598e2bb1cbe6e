"""pictures of notifications; what counting a week of mentions, cases and moves is found by

Revision ID: 0013
Revises: 0008
Create Date: 2026-11-28 14:00:00
"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "picture",
        sa.Column("claim", sa.String(36), nullable=True),
        sa.Column("claimed_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_try_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("error", sa.String(), nullable=True),
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column(
            "notification_id",
            sa.Integer(),
            sa.ForeignKey("notification.id", ondelete="CASCADE"),
            nullable=False,
        ),
        sa.Column("mark", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("file", sa.String(), nullable=True),
        sa.Column("shown", sa.String(), nullable=True),
        sa.Column("refused", sa.Integer(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.UniqueConstraint("notification_id"),
    )
    op.create_index("ix_picture_state", "picture", ["state", "id"])
    op.drop_index("ix_mention_brand_published", table_name="mention")
    op.create_index("ix_mention_brand_published", "mention", ["brand", "published_at", "revision", "id"])
    op.create_index("ix_case_brand_status", "case", ["brand", "status", "due_at"])
    op.create_index("ix_audit_action", "audit", ["action", "at"])
    op.create_index("ix_reason_kind", "reason", ["kind", "at"])


def downgrade() -> None:
    op.drop_index("ix_reason_kind", table_name="reason")
    op.drop_index("ix_audit_action", table_name="audit")
    op.drop_index("ix_case_brand_status", table_name="case")
    op.drop_index("ix_mention_brand_published", table_name="mention")
    op.create_index("ix_mention_brand_published", "mention", ["brand", "published_at"])
    op.drop_table("picture")
