"""who is signed in to the inbox, and the index of its search

Revision ID: 0011
Revises: 0008
Create Date: 2026-11-28 13:45:00
"""

import sqlite3

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


# As store.search says it on 2026-11-28: an index is only used by a query that says the same.
ACCENTS = "àáâãäåāçčćèéêëēėęìíîïīñňńòóôõöøōùúûüūůýÿžźżšśřßğışțţłđ"
PLAIN = "aaaaaaaccceeeeeeeiiiiinnnooooooouuuuuuyyzzzssrsgisttld"
DOCUMENT = (
    "to_tsvector('simple', translate(lower(coalesce(title, '') || ' ' || text || ' ' || coalesce(author, '')), "
    f"'{ACCENTS}', '{PLAIN}'))"
)
OLD = "INSERT INTO mention_search (mention_search, rowid, title, text, author) "
OLD += "VALUES ('delete', old.id, old.title, old.text, old.author);"
NEW = "INSERT INTO mention_search (rowid, title, text, author) VALUES (new.id, new.title, new.text, new.author);"
TRIGGERS = {
    "mention_search_new": f"AFTER INSERT ON mention BEGIN {NEW} END",
    "mention_search_gone": f"AFTER DELETE ON mention BEGIN {OLD} END",
    "mention_search_edited": f"AFTER UPDATE OF title, text, author ON mention BEGIN {OLD} {NEW} END",
}


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
    if op.get_bind().dialect.name == "postgresql":
        op.execute(f"CREATE INDEX ix_mention_search ON mention USING gin ({DOCUMENT})")
        return
    op.execute(
        "CREATE VIRTUAL TABLE mention_search USING fts5(title, text, author, content='mention', content_rowid='id', "
        'tokenize="unicode61 remove_diacritics 2")'
    )
    if sqlite3.sqlite_version_info >= (3, 42):  # what is erased is overwritten at once, not at the next merge
        op.execute("INSERT INTO mention_search (mention_search, rank) VALUES ('secure-delete', 1)")
    for name, what in TRIGGERS.items():
        op.execute(f"CREATE TRIGGER {name} {what}")
    op.execute("INSERT INTO mention_search (mention_search) VALUES ('rebuild')")


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.drop_index("ix_mention_search", table_name="mention")
    else:
        for name in TRIGGERS:
            op.execute(f"DROP TRIGGER {name}")
        op.execute("DROP TABLE mention_search")
    op.drop_table("web_visit")
    op.drop_table("web_link")
    op.drop_table("web_key")
