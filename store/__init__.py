"""The belt: tables, sessions, queries, claims, migrations, clock, errors. It knows no stage."""
