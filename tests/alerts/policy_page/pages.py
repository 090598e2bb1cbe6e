"""Two brands and their policy pages, whole. `python -m tests.alerts.policy_page.pages` writes the pages anew into
golden/; the difference is read like a text that goes to print."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import platforms
from alerts.policy_page import show
from alerts.policy_page.page import Page
from alerts.policy_page.write import write
from alerts.words import Words
from platforms.base import SourceOptions
from store.brand import Brand

GOLDEN = Path(__file__).with_name("golden")
TODAY = date(2026, 11, 28)
PAGES = [(name, lang) for name in ("rich", "bare") for lang in ("en", "it")]


def source(kind: str, **options: Any) -> SourceOptions:
    given = {"name": f"internal-{kind}", "type": kind, "brand": "aurora"} | options
    return platforms.get(kind).options.model_validate(given)


RICH = Brand.model_validate(
    {
        "key": "aurora",
        "name": "Caffè Aurora",
        "policy": {
            "hours": "mon-fri 09:00-13:00, mon-fri 14:00-18:00, sat 09:00-13:00, fri 22:00-02:00",
            "critical_hours": "always",
            "holidays": "IT-BZ",
            "absences": [
                {"from": "2026-12-24", "to": "2027-01-06", "note": "le ferie di Giulia"},
                {"from": "2026-12-07", "to": "2026-12-07"},
                {"from": "2026-08-01", "to": "2026-08-31", "note": "past"},
            ],
            "first_contact": {"critical": "15m", "high": "1h", "normal": "4h", "low": "none"},
            "contacts": {
                "default": "assistenza@aurora.example",
                "refund_payment": "+39 02 000000",
                "privacy_fraud": "https://aurora.example/privacy",
                "press": "stampa@aurora.example",
            },
            "clauses": {"spam": "3.1", "abuse": "3.2"},
            "escalation": ["@head-of-care"],
            "remedies": {"product_quality": "refund_replacement"},
        },
        "voice": {"signature": "Giulia, Caffè Aurora", "formality": {"it": "lei", "en": "informal"}},
    }
)
BARE = Brand(key="lumaca", name="Tè Lumaca")
SOURCES = (
    source("page", url="https://www.shop.aurora.example/one?token=hidden", publish=True),
    source("feed", url="https://news.example/feed.xml"),
    source("appstore", app_id="1"),
    source("mastodon", query="caffè aurora", account="@aurora", publish=False),
    source("mastodon", query="#aurora", account="aurora", publish=True),
    source("feed", url="https://other.example/feed.xml", brand="other"),
)


def page(brand: Brand, lang: str = "en", sources: tuple[SourceOptions, ...] = SOURCES) -> Page:
    kept = {"texts": timedelta(days=730), "authors": timedelta(days=365)}
    return write(brand, sources, **kept, words=Words(lang), today=TODAY)


def shown(name: str, lang: str) -> str:
    return show.markdown(page(RICH if name == "rich" else BARE, lang))


if __name__ == "__main__":
    for name, lang in PAGES:
        (GOLDEN / f"{name}.{lang}.md").write_text(shown(name, lang), encoding="utf-8")
