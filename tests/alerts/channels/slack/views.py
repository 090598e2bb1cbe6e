"""One of every kind of modal and App Home, as plain values; the golden files beside show what each becomes.
`python -m tests.alerts.channels.slack.views` writes them anew."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from alerts.card import Proposal
from alerts.channels.slack import home, menu, modals, trace, writers
from alerts.channels.slack.forms import (
    edit,
    false_alarm,
    not_about_us,
    note,
    outcome,
    replied,
    report,
    resolve,
    statement,
)
from alerts.channels.slack.forms.not_about_us import Counted
from alerts.channels.slack.forms.statement import Known
from alerts.channels.slack.home import Home
from alerts.replies.profile_notes import ProfileNote
from alerts.replies.statements import Spoken
from alerts.replies.writers import Writer, Writers
from alerts.words import Words
from store.status import SourceStatus
from store.tables import Draft
from tests.alerts.channels.kinds import CRITICAL, KINDS, MARTA, NORMAL, NOW, REPLY, ROME, STORM

GOLDEN = Path(__file__).with_name("golden")
TAKEN = replace(CRITICAL, status="acknowledged", owner=MARTA, acknowledged_by=MARTA, acknowledged_at=NOW)
RESOLVED = KINDS["resolved"]
AWAY = "Siamo chiusi fino a mercoledì 2 dicembre: leggiamo tutto e rispondiamo da giovedì. Grazie della pazienza."
LONG = "\n\n".join(f"{number}. Gentile Giulia, {'parola ' * 150}" for number in range(5))
HOME = Home(
    NOW,
    ROME,
    mine=(TAKEN,),
    mine_total=1,
    team=(
        replace(CRITICAL, case_id=11),
        replace(NORMAL, case_id=14),
        replace(NORMAL, case_id=13, channel="praise", due_at=None),
    ),
    team_total=18,
    lately=(replace(CRITICAL, case_id=9, status="resolved", resolved_by=MARTA, resolved_at=NOW),),
    sources=(
        SourceStatus("app", "ok", NOW - timedelta(minutes=4)),
        SourceStatus("mastodon-aurora", "down", NOW - timedelta(hours=4), "HTTP 503"),
        SourceStatus("feed", "new"),
    ),
    paused=("Caffè Aurora is paused until today at 14:00",),
    notes=(ProfileNote("Caffè Aurora", "it", AWAY),),
)
UNREAD = replace(NORMAL, draft=Proposal("ja", "申し訳ございません。", used=10, limit=500))
NEXT = "Verifichiamo la spedizione e Le scriviamo all'indirizzo che trova qui."
DRAFT = Draft(
    case_id=12,
    mention_id=34,
    revision=2,
    brand="aurora",
    lang="it",
    reply=f"Gentile Giulia, ci scusiamo per il ritardo. {NEXT}\n\nCaffè Aurora",
    private_reply="Come state ora?\n\nCaffè Aurora",
    remedy="apology_fix",
    sentences=[
        {
            "text": "Gentile Giulia, ci scusiamo per il ritardo.",
            "gloss": "Dear Giulia, we are sorry for the delay.",
            "grounds": ["mention.author", "mention.topics.delivery", "policy.faq.2"],
            "move": "open",
        },
        {
            "text": NEXT,
            "gloss": None,
            "grounds": ["policy.contacts.delivery", "policy.first_contact.high", "voice.song"],
            "move": "invite",
        },
        {"text": "Come state ora?", "gloss": "How are you now?", "grounds": [], "move": "private"},
    ],
    created_at=NOW,
)
SAID = Known(
    {"it": "Da stamattina alcuni addebiti risultano doppi: li stiamo annullando uno per uno."},
    Spoken((("it", 940), ("en", 38), ("de", 11)), 1, 280),
    (MARTA, "@legal"),
    ("help@aurora.example",),
)
WRITERS = Writers(
    NOW,
    ROME,
    (
        Writer(
            "piero",
            "Mastodon",
            None,
            "high",
            NOW - timedelta(minutes=10),
            "Bolletta addebitata due volte.",
            "https://social.example/35",
            "it",
            Proposal(
                "it",
                "Buongiorno Piero, ci scusiamo. Li stiamo annullando uno per uno.\n\nCaffè Aurora",
                gloss="Good morning Piero, we are sorry. We are reversing them one by one.",
                checks=(("tone", "!"),),
                used=74,
                limit=500,
            ),
        ),
        Writer(
            "",
            "App Store",
            1.0,
            None,
            NOW,
            "",
            None,
            "it",
            Proposal("it", "Ciao.", "Scriva qui."),
            answered=True,
        ),
        Writer(
            "健一",
            "App Store",
            1.0,
            "high",
            NOW,
            "二重請求。",
            None,
            "ja",
            Proposal("ja", "申し訳ございません。"),
        ),
        Writer(
            "Anna B.",
            "App Store",
            2.0,
            "normal",
            NOW,
            "Doppio.",
            None,
            "it",
            Proposal("it", None, waits=True),
        ),
        Writer(
            "Ugo", "App Store", 2.0, "normal", NOW, "Doppio.", None, "it", Proposal("it", None, failed=True)
        ),
    ),
    number=2,
    pages=3,
    total=13,
)
SPAM = menu.Past(frozenset({"warn", "report"}), unfair=True)
VIEWS: dict[str, Callable[[Words], dict[str, Any]]] = {
    "loading": modals.loading,
    "edit": lambda words: edit.view(CRITICAL, REPLY, words),
    "edit_long": lambda words: edit.view(CRITICAL, LONG, words),
    "edit_foreign": lambda words: edit.view(KINDS["foreign"], "Dear Sabine, thank you.", words),  # type: ignore[arg-type]
    "resolve": lambda words: resolve.view(CRITICAL, words),
    "replied": lambda words: replied.view(CRITICAL, words),
    "false_alarm": lambda words: false_alarm.view(CRITICAL, words),
    "not_about_us": lambda words: not_about_us.view(CRITICAL, Counted("aurora boreale", 14), words),
    "not_about_us_ours": lambda words: not_about_us.view(CRITICAL, Counted("caffè", 1_400, 12), words),
    "not_about_us_unknown": lambda words: not_about_us.view(CRITICAL, None, words),
    "replied_unread": lambda words: replied.view(UNREAD, words),
    "replied_storm": lambda words: replied.view(STORM, words, ("de", "ja")),
    "words": lambda words: trace.view(DRAFT, None, words),
    "words_edited": lambda words: trace.view(DRAFT, f"Cara Giulia! {NEXT}", words),
    "words_unknown": lambda words: trace.view(None, None, words),
    "profile": lambda words: trace.profile(AWAY, words),
    "profile_over": lambda words: trace.profile(None, words),
    "note": lambda words: note.view(CRITICAL, words),
    "report": lambda words: report.view(CRITICAL, words),
    "outcome": lambda words: outcome.view(CRITICAL, words),
    "statement": lambda words: statement.view(STORM, SAID, words),
    "statement_first": lambda words: statement.view(STORM, Known({}, Spoken((("it", 990),))), words),
    "writers": lambda words: writers.view(STORM, WRITERS, words),
    "menu_storm": lambda words: menu.view(STORM, menu.Past(), words),
    "menu_open": lambda words: menu.view(CRITICAL, menu.Past(), words),
    "menu_away": lambda words: menu.view(NORMAL, menu.Past(profile=True), words),
    "menu_spam": lambda words: menu.view(replace(TAKEN, category="spam"), SPAM, words),
    "menu_praise": lambda words: menu.view(KINDS["praise"], menu.Past(), words),  # type: ignore[arg-type]
    "menu_resolved": lambda words: menu.view(RESOLVED, menu.Past(), words),  # type: ignore[arg-type]
    "menu_erased": lambda words: menu.view(KINDS["erased"], menu.Past(), words),  # type: ignore[arg-type]
    "home": lambda words: home.view(HOME, words, "luca was faster, today at 12:00."),
    "home_empty": lambda words: home.view(Home(NOW, ROME), words),
}


def files() -> dict[Path, str]:
    """Each golden file with what it should hold."""
    return {
        GOLDEN / f"{kind}.{lang}.json": json.dumps(make(Words(lang)), ensure_ascii=False, indent=1) + "\n"
        for kind, make in VIEWS.items()
        for lang in ("en", "it")
    }


if __name__ == "__main__":
    GOLDEN.mkdir(exist_ok=True)
    for path, content in files().items():
        path.write_text(content, encoding="utf-8")
