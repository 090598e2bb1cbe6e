"""who is signed in to the inbox, and the index of its search

Revision ID: 0011
Revises: 0008
Create Date: 2026-11-28 13:45:00
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "web_key",
        sa.Column("id", sa.Integer(), primary_key=True, autoincrement=True),
        sa.Column("value", sa.String(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_table(
        "web_link",
        sa.Column("token", sa.String(64), primary_key=True),
        sa.Column("who", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_table(
        "web_visit",
        sa.Column("token", sa.String(64), primary_key=True),
        sa.Column("who", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("ix_web_visit_who", "web_visit", ["who"])


def downgrade() -> None:
    op.drop_table("web_visit")
    op.drop_table("web_link")
    op.drop_table("web_key")
