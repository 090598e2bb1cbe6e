"""A configuration file as a person writes one, loaded; and what people choose beside it."""

from datetime import datetime
from pathlib import Path
from typing import Any

from configuration.changing import Edit, Saved, mark, read, save
from configuration.choosing import value_of
from settings import Settings, load
from store.db import Database

HOURS, FAQ, CONTACTS = (f"brands.aurora.policy.{key}" for key in ("hours", "faq", "contacts"))
TEXT = """
ui_language = "it"

[brands.aurora]
name = "Caffè Aurora"
exclude = ["aurora boreale"]

[brands.aurora.policy]
hours = "mon-fri 09:00-18:00"
holidays = "IT"
absences = [{ from = 2026-12-24, to = 2027-01-06, note = "chiusura \\"natalizia\\"" }]
first_contact = { critical = "15m", low = "none" }
contacts = { default = { it = "il modulo", en = "the form" }, refund_payment = "rimborsi@aurora.example" }
[[brands.aurora.policy.faq]]
question = "Siete aperti la domenica?"
answer = "Sì, dalle 9\\nalle 13."

[[sources]]
name = "notizie"
type = "feed"
brand = "aurora"
url = "https://news.example/feed?format=rss&token=t0ps3cret"

[slack]
alerts = "#reputation"
[[slack.rules]]
brand = "aurora"
severity = "critical"
channel = "#crisis"

[service]
heartbeat_url = "https://watch.example/ping/5ecr3t-pl4ce"
"""


def written(folder: Path, text: str = TEXT) -> Settings:
    path = folder / "ascolto.toml"
    path.write_text(text, encoding="utf-8")
    return load(path)


def choose(
    db: Database, file: Settings, now: datetime, name: str, value: Any, who: str = "slack:U1:Marta"
) -> Saved:
    """What somebody chooses who has looked just now."""
    return save(db, file, {name: Edit(value, seen(db, file, name))}, who, now)


def seen(db: Database, file: Settings, name: str) -> str:
    """The mark of what counts now."""
    with db.read() as session:
        return mark(value_of(read(session, file).settings.tables, name))
