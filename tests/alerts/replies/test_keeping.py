"""A draft as a row holds all that the person who signs it may ask about, on either database."""

from datetime import datetime, timedelta

from sqlmodel import select

from alerts.drafts.compose import compose
from alerts.replies.keeping import row_of
from store.db import Database
from store.tables import Draft
from tests.alerts.drafts.requests import brand, request
from tests.alerts.rows import add_case, add_mention

SUNDAY = datetime.fromisoformat("2026-11-29T10:00:00+00:00")


def test_a_draft_is_kept_with_its_sentences_and_the_note(database: Database, now: datetime) -> None:
    asked = request(
        "My order arrived two weeks late.", lang="en", author="Anna Smith", now=SUNDAY, brand=brand()
    )
    draft = compose(asked, "it")
    with database.write() as session:
        mention = add_mention(session, now)
        session.add(row_of(add_case(session, mention, now), mention, draft, now))
    with database.read() as session:
        kept = session.exec(select(Draft)).one()
    assert [(one["text"], one["gloss"], tuple(one["grounds"]), one["move"]) for one in kept.sentences] == [
        (one.text, one.gloss, one.grounds, one.move) for one in draft.sentences
    ]
    assert {"mention.author", "mention.text"} <= {
        ground for one in kept.sentences for ground in one["grounds"]
    }
    assert [one["move"] for one in kept.sentences][:2] == ["open", "feel"]
    assert all(one["text"] in (kept.reply or "") for one in kept.sentences)
    assert kept.status_note == draft.status_note
    assert kept.status_note


def test_a_new_wording_takes_the_place_of_the_one_before(db: Database, now: datetime) -> None:
    first = compose(request(now=SUNDAY))
    then = compose(request(seed="another", recent=(first.moves,)))
    with db.write() as session:
        mention = add_mention(session, now)
        case = add_case(session, mention, now)
        row = row_of(case, mention, first, now)
        session.add(row)
        session.flush()
        later = now + timedelta(hours=1)
        assert row_of(case, mention, then, later, row) is row
        assert row.created_at == later
        assert [one["text"] for one in row.sentences] == [one.text for one in then.sentences]
        assert row.sentences[0]["text"] not in str(first.reply)
        assert row.status_note is None  # somebody is there again
