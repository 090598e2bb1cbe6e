"""A reply goes out: what is asked first, what is kept, and that it is kept alike on either database."""

from datetime import datetime
from typing import Any

import pytest
from sqlmodel import Session, select

from alerts import cases, digest
from alerts.cases import Desk, Move
from alerts.digest import Period
from alerts.replies import sending
from alerts.replies.edits import UNTOLD, Changed
from alerts.replies.sending import ME, NO_READER, Sent
from alerts.replies.signing import needs_reader
from alerts.words import Words
from store.db import Database
from store.tables import Audit, Case
from tests.alerts.rows import BRAND, add_case, add_draft, add_mention

DRAFT = "Gentile Giulia, ci scusiamo. Verifichiamo subito.\n\nGiulia"
SENTENCES = [
    {"text": "Gentile Giulia, ci scusiamo.", "move": "open"},
    {"text": "Verifichiamo subito.", "move": "next"},
]
MARTA = "slack:U1:marta"


@pytest.mark.parametrize(
    ("lang", "reads", "gloss", "edited", "needed"),
    [
        ("it", "it", False, True, False),
        ("it-IT", "it", False, False, False),
        ("de", "it", True, False, False),
        ("de", "it", False, False, True),
        ("de", "it", True, True, True),  # the gloss is of the draft
        ("", "it", False, True, False),  # nobody knows which language it is
        ("de", "", False, False, False),  # nobody knows who reads
    ],
)
def test_who_must_have_read_it(lang: str, reads: str, gloss: bool, edited: bool, needed: bool) -> None:
    assert needs_reader(lang, reads, gloss=gloss, edited=edited) is needed


def add(session: Session, now: datetime, number: int = 1, **draft: Any) -> Case:
    mention = add_mention(session, now, number)
    case = add_case(session, mention, now)
    add_draft(session, case, mention, now, reply=DRAFT, sentences=SENTENCES, **draft)
    return case


def mark(session: Session, now: datetime, case: Case, told: Sent | None = None, reads: str = "it") -> Move:
    desk = Desk(session, {"aurora": BRAND}, (), now, reads=reads)
    return sending.mark_sent(desk, case.id or 0, MARTA, told)


def kept(session: Session) -> dict[str, Any]:
    return dict(session.exec(select(Audit).where(Audit.action == "mark_replied")).one().detail)


def test_nothing_goes_out_that_nobody_has_read(database: Database, now: datetime) -> None:
    with database.write() as session:
        case = add(session, now)
        move = mark(session, now, case, reads="en")
        assert (move.done, move.refused, case.status) == (False, NO_READER, "open")
        assert mark(session, now, case, Sent(read_by=" Chiara\n R. "), "en").done
        assert kept(session)["reader"] == {"who": "Chiara R.", "lang": "it"}
        late = mark(session, now, case, reads="en")
    assert (late.done, late.refused, late.by) == (False, None, MARTA)  # it has gone out: nobody is asked now


def test_whoever_marks_it_may_have_read_it(db: Database, now: datetime) -> None:
    with db.write() as session:
        assert mark(session, now, add(session, now), Sent(read_by=ME), "en").done
        assert kept(session)["reader"]["who"] == MARTA


def test_with_a_gloss_nobody_is_asked(db: Database, now: datetime) -> None:
    with db.write() as session:
        assert mark(session, now, add(session, now, gloss="Dear Giulia, we are sorry."), reads="en").done
        assert "reader" not in kept(session)


def test_without_a_draft_there_is_nothing_to_compare(db: Database, now: datetime) -> None:
    with db.write() as session:
        assert mark(session, now, add_case(session, add_mention(session, now), now), reads="en").done
        assert kept(session) == {}


@pytest.mark.parametrize(
    ("written", "told", "moves"),
    [
        (None, Sent(as_it_stands=True), {"open": 0, "next": 0, "signature": 0}),
        (DRAFT.replace("Gentile", "Cara"), Sent(), {"open": 0.167, "next": 0, "signature": 0}),
        (DRAFT, Sent(text="Verifichiamo subito."), {"open": 1, "next": 0, "signature": 1}),
    ],
)
def test_how_far_it_went_from_its_draft(
    db: Database, now: datetime, written: str | None, told: Sent, moves: dict[str, float]
) -> None:
    with db.write() as session:
        case = add(session, now)
        case.reply = written
        assert mark(session, now, case, told).done
        assert kept(session)["edits"]["moves"] == moves


def test_a_draft_that_was_copied_and_nothing_told_is_not_counted_as_unchanged(
    db: Database, now: datetime
) -> None:
    with db.write() as session:
        assert mark(session, now, add(session, now)).done
        assert kept(session)["edits"] == UNTOLD


def test_an_answer_seen_on_the_platform_is_compared_where_it_is_the_draft_s(
    db: Database, now: datetime
) -> None:
    with db.write() as session:
        case = add(session, now)
        draft = sending.draft_of(session, case)
        assert sending.seen_edits(draft, DRAFT)["edits"]["distance"] == 0
        assert sending.seen_edits(draft, DRAFT.replace("subito", "oggi"))["edits"]["moves"]["next"] > 0
        assert sending.seen_edits(draft, "Ciao, il negozio riapre domani alle nove.") == {}
        assert sending.seen_edits(None, DRAFT) == {}


def test_the_digest_counts_the_replies_of_the_period(database: Database) -> None:
    now = datetime.fromisoformat("2026-11-18T11:00:00+00:00")
    week = Period.parse("2026-W47", BRAND.zone)
    with database.write() as session:
        for number, told in enumerate(
            (Sent(as_it_stands=True), Sent(text=DRAFT.replace("Gentile", "Cara")), Sent())
        ):
            assert mark(session, now, add(session, now, number), told).done
        case = add(session, now, 9)
        seen = sending.seen_edits(sending.draft_of(session, case), DRAFT)
        desk = Desk(session, {"aurora": BRAND}, (), now)
        assert cases.reply_seen(desk, case.id or 0, "App Store", now, seen).done
        found = digest.measure(session, BRAND, week, now)
        before = digest.measure(session, BRAND, week.before(BRAND.zone), now)
    assert before.drafts.sent == 0
    assert (found.drafts.sent, found.drafts.unknown, found.drafts.unchanged) == (4, 1, 2)
    assert found.drafts.by_move["open"] == Changed(3, 1, 0.167)
    assert found.to_json()["drafts"] == {
        "sent": 4,
        "unknown": 1,
        "unchanged": 2,
        "median_distance": 0.1,
        "by_move": {
            "next": {"sent": 3, "changed": 0, "median_distance": None},
            "open": {"sent": 3, "changed": 1, "median_distance": 0.167},
            "signature": {"sent": 3, "changed": 0, "median_distance": None},
        },
        "by_language": {"it": {"sent": 3, "changed": 1, "median_distance": 0.1}},
    }
    said = digest.write(found, BRAND, Words("en")).paragraphs
    assert (
        "Of 3 replies whose words are known 2 went out as drafted; most changed: the opening (33 %); "
        "of 1 reply nobody told the words."
    ) in said


def test_a_case_that_was_answered_twice_counts_with_its_last_reply(db: Database) -> None:
    now = datetime.fromisoformat("2026-11-18T11:00:00+00:00")
    with db.write() as session:
        case = add(session, now)
        assert mark(session, now, case).done
        assert cases.reopen(Desk(session, {"aurora": BRAND}, (), now), case.id or 0, MARTA).done
        assert mark(session, now, case, Sent(as_it_stands=True)).done
        found = digest.measure(session, BRAND, Period.parse("2026-W47", BRAND.zone), now).drafts
    assert (found.sent, found.unknown, found.unchanged) == (1, 0, 1)


@pytest.mark.parametrize(
    ("text", "lang", "sentence"),
    [
        (
            "Ci dispiace. Le scriviamo entro domani alle 10. A presto.",
            "it",
            "Le scriviamo entro domani alle 10.",
        ),
        (
            "We are sorry. We will write to you within 24 hours.",
            "en",
            "We will write to you within 24 hours.",
        ),
        ("Nos ocupamos. Le respondemos antes del viernes.", "es", "Le respondemos antes del viernes."),
        ("Grazie, ci fa piacere. A presto!", "it", None),
        ("", "xx", None),
    ],
)
def test_what_a_reply_promises_until_when_is_found(text: str, lang: str, sentence: str | None) -> None:
    assert sending.promised(text, lang) == sentence
