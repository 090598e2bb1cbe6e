"""What each kind of notification shows, read from the rows at sending time."""

from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlmodel import Session, select

from alerts import cases, clocks, deeds, notices, telling
from alerts.card import Card, Why
from alerts.checks import check_sources
from alerts.views import LISTED, Line, Reminder, Report, Said, SourceNotice, StartList, View, load_view
from alerts.words import Words
from store.db import Database
from store.retention import forget
from store.tables import Case, Clock, Mention, Notification, NotificationKind, SourceRow
from tests.alerts.rows import (
    BRAND,
    TEXT,
    add_case,
    add_mention,
    add_reason,
    add_source,
    alert,
    desk,
    notification,
)

BRANDS = {"aurora": BRAND}
MARTA = "slack:U0MARTA:marta"


def view(db: Database, key: str, now: datetime, **options: Any) -> View:
    with db.read() as session:
        return load_view(session, notification(session, key), options.pop("brands", BRANDS), now, **options)


def add_line(session: Session, now: datetime, kind: str, detail: list[str], **body: Any) -> Mention:
    """A mention that joins case 1 with a reason, and the line about it."""
    mention = add_mention(session, now, 2, text="E allora?", url="javascript:alert(1)")
    case = session.get_one(Case, 1)
    reason = add_reason(session, case, mention, now, kind, detail)
    notices.line(session, case, "news", ["slack"], now, reason_id=reason.id, **body)
    return mention


@pytest.mark.parametrize("kind", NotificationKind)
def test_only_a_digest_is_left_to_others(db: Database, now: datetime, kind: NotificationKind) -> None:
    left = []

    def report(_: Session, row: Notification, __: datetime) -> Report:
        left.append(row.kind)
        return Report("", ())

    row = Notification(key="k", kind=kind, channel="slack", created_at=now)
    with db.read() as session, suppress(LookupError):  # what most of them tell of is not there
        load_view(session, row, BRANDS, now, report)
    assert left == ([kind] if kind == NotificationKind.DIGEST else [])


def test_a_case_is_its_card_as_it_is_now(db: Database, now: datetime) -> None:
    with db.write() as session:
        alert(session, now)
        cases.acknowledge(desk(session, now), 1, "slack:U0MARTA:marta")
    card = view(db, "case:1:slack", now + timedelta(minutes=3))
    assert isinstance(card, Card)
    assert (card.status, card.version, card.quote, card.now) == (
        "acknowledged",
        2,
        TEXT,
        now + timedelta(minutes=3),
    )


def test_a_brand_that_is_not_configured_any_more_is_shown_all_the_same(db: Database, now: datetime) -> None:
    with db.write() as session:
        alert(session, now)
    card = view(db, "case:1:slack", now, brands={})
    assert isinstance(card, Card)
    assert card.brand == "aurora"


def test_a_line_quotes_the_mention_it_is_about(db: Database, now: datetime) -> None:
    with db.write() as session:
        alert(session, now)
        add_line(session, now, "came_back", ["1"], event="joined")
    line = view(db, "news:slack", now)
    assert line == Line(
        1, now, BRAND.zone, "came_back", Why("came_back", ("1",)), "giulia_r", "App Store", None, "E allora?"
    )


def test_a_line_tells_what_became_of_the_case(db: Database, now: datetime) -> None:
    with db.write() as session:
        alert(session, now)
        add_line(session, now, "urgent", [], raised="critical", reopened=True)
    line = view(db, "news:slack", now)
    assert isinstance(line, Line)
    assert (line.raised, line.reopened, line.loud) == ("critical", True, True)


def test_a_line_about_an_edit_tells_the_change(db: Database, now: datetime) -> None:
    with db.write() as session:
        alert(session, now)
    later = now + timedelta(hours=1)
    with db.write() as session:
        mention = add_mention(session, later, 1, stars=3.0)
        reason = add_reason(session, session.get_one(Case, 1), mention, later, "edited", ["stars 1 3"], 2)
        notices.line(session, session.get_one(Case, 1), "news", ["slack"], later, reason_id=reason.id)
    line = view(db, "news:slack", later)
    assert isinstance(line, Line)
    assert line.change is not None
    assert line.change.stars == (1.0, 3.0)


@pytest.mark.parametrize("event", ["gone", "answered"])
def test_a_line_without_a_reason_says_what_happened(db: Database, now: datetime, event: str) -> None:
    with db.write() as session:
        alert(session, now)
        notices.line(session, session.get_one(Case, 1), "news", ["slack"], now, event=event)
    assert view(db, "news:slack", now) == Line(1, now, BRAND.zone, event)


def test_a_reminder_names_people_on_one_line(db: Database, now: datetime) -> None:
    with db.write() as session:
        alert(session, now)
        people = ["slack:U0MARTA:marta", "@a\n<!channel>\u202e", "x" * 500]
        notices.remind(session, session.get_one(Case, 1), "late", ["slack"], now, people)
    reminder = view(db, "late:slack", now)
    assert isinstance(reminder, Reminder)
    assert reminder.to[:2] == ("slack:U0MARTA:marta", "@a <!channel>")
    assert len(reminder.to[2]) == 80
    assert reminder.card.case_id == 1


def test_a_reminder_of_before_there_were_kinds_is_of_the_first_contact(db: Database, now: datetime) -> None:
    with db.write() as session:
        alert(session, now)
        notices.remind(session, session.get_one(Case, 1), "old", ["slack"], now, [])
    for later, late in ((14, False), (15, True)):
        found = view(db, "old:slack", now + timedelta(minutes=later))
        assert isinstance(found, Reminder)
        assert (found.kind, found.late, found.question) == ("contact", late, None)


def test_a_reminder_of_a_promise_says_what_was_promised(db: Database, now: datetime) -> None:
    by = now + timedelta(days=1)
    with db.write() as session:
        alert(session, now)
        case = session.get_one(Case, 1)
        clocks.promise(session, case, BRAND, now, "web: Luca", "una telefonata\u202e\n<!channel>", by)
        number = session.exec(select(Clock.id)).one()
        body = {"clock": number, "kind": "promise", "late": True}
        notices.remind(session, case, "promise", ["slack"], now, [], **body)
    found = view(db, "promise:slack", now)
    assert isinstance(found, Reminder)
    assert (found.kind, found.late, found.due_at) == ("promise", True, by)
    assert found.note == "una telefonata <!channel>"
    with db.write() as session:
        session.delete(session.get_one(Clock, number))
    gone = view(db, "promise:slack", now)
    assert isinstance(gone, Reminder)
    assert (gone.due_at, gone.note) == (None, "")


@pytest.mark.parametrize(
    ("how", "asked"),
    [("refund", "rimborso"), ("replacement", "sostitutivo"), ("moved_to_private", "privato")],
)
def test_a_follow_up_comes_with_its_question(db: Database, now: datetime, how: str, asked: str) -> None:
    with db.write() as session:
        alert(session, now, resolution=how, status="resolved")
        body = {"clock": None, "kind": "follow_up", "late": False}
        notices.remind(session, session.get_one(Case, 1), "well", ["slack"], now, [], **body)
    found = view(db, "well:slack", now)
    assert isinstance(found, Reminder)
    assert found.question is not None
    assert found.question.reply is not None
    assert asked in found.question.reply
    assert (found.question.lang, found.question.limit) == ("it", 5970)
    assert found.question.used == len(found.question.reply)


def test_each_notice_of_a_source_tells_its_own_moment(db: Database, now: datetime) -> None:
    """Both are sent late, when the source reads well again."""
    down = now - timedelta(hours=3)
    with db.write() as session:
        add_source(
            session, down_since=down, last_error="HTTP 503\n<!channel>", last_ok_at=now - timedelta(days=1)
        )
    check_sources(db, BRANDS, ["slack"], now)
    with db.write() as session:
        session.get_one(SourceRow, "app").down_since = None
    check_sources(db, BRANDS, ["slack"], now)
    first, second = (
        view(db, f"source:app:2026-11-24T08:00:00Z{end}:slack", now + timedelta(hours=1))
        for end in ("", ":up")
    )
    assert isinstance(first, SourceNotice)
    assert isinstance(second, SourceNotice)
    assert (first.down_since, first.error) == (down, "HTTP 503 <!channel>")
    assert (second.down_since, second.error) == (None, "")
    assert (first.source, first.label, first.brand) == ("app", "App Store", "Caffè Aurora")


def test_a_starting_list_shows_the_first_and_counts_the_rest(db: Database, now: datetime) -> None:
    with db.write() as session:
        add_source(session)
        ids = [add_mention(session, now, n, text=f"Numero {n}\nè freddo").id for n in range(20, 0, -1)]
        notices.add(
            session,
            "start:app",
            ["slack"],
            now,
            kind="start",
            source="app",
            brand="aurora",
            body={"mentions": [*ids, 999]},
        )
    found = view(db, "start:app:slack", now)
    assert isinstance(found, StartList)
    assert found.total == 21
    assert [row.quote for row in found.listed] == [f"Numero {n} è freddo" for n in range(20, 20 - LISTED, -1)]
    assert found.listed[0].urgency == "critical"
    assert found.listed[0].url == "https://apps.example.com/it/app/id1?see=reviews&n=20"


def test_what_was_erased_is_not_listed(db: Database, now: datetime) -> None:
    with db.write() as session:
        add_source(session)
        ids = [add_mention(session, now, n, author=f"p{n}", text=f"Numero {n}").id for n in (1, 2)]
        notices.add(
            session,
            "start:app",
            ["slack"],
            now,
            kind="start",
            source="app",
            brand="aurora",
            body={"mentions": ids},
        )
        forget(session, "appstore", "p1", now=now)
    found = view(db, "start:app:slack", now)
    assert isinstance(found, StartList)
    assert [(row.author, row.quote) for row in found.listed] == [("p2", "Numero 2")]


def test_a_digest_is_written_by_who_can(db: Database, now: datetime) -> None:
    with db.write() as session:
        notices.add(session, "digest:aurora:w", ["slack"], now, kind=NotificationKind.DIGEST, brand="aurora")

    def report(session: Session, row: Notification, at: datetime) -> Report:
        return Report(row.key, (f"{at:%H:%M}",))

    assert view(db, "digest:aurora:w:slack", now, report=report) == Report(
        "digest:aurora:w:slack", ("11:00",)
    )
    with pytest.raises(LookupError, match="digest"):
        view(db, "digest:aurora:w:slack", now)


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("case", {}),
        ("reminder", {"to": ["x"]}),
        ("thread", {"event": "gone"}),
        ("thread", {}),
        ("source", {"event": "down", "since": "2026-11-24T08:00:00Z"}),
        ("start", {"mentions": [1]}),
        ("odd", {}),
    ],
)
def test_what_is_not_there_any_more_is_a_lookup_error(
    db: Database, now: datetime, kind: str, body: dict[str, Any]
) -> None:
    with db.write() as session:
        notices.add(session, "lost", ["slack"], now, kind=kind, source="lost", body=body)
    with pytest.raises(LookupError):
        view(db, "lost:slack", now)


def test_a_line_whose_reason_was_erased_is_a_lookup_error(db: Database, now: datetime) -> None:
    with db.write() as session:
        alert(session, now)
        mention = add_mention(session, now, 2)
        case = add_case(session, mention, now, reasons=[("negative", [])])
        notices.add(session, "news", ["slack"], now, kind="thread", case_id=case.id, reason_id=None)
    with pytest.raises(LookupError, match="reason"):
        view(db, "news:slack", now)


def test_a_line_about_a_deed_says_who_and_what(db: Database, now: datetime) -> None:
    until = now + timedelta(days=2)
    with db.write() as session:
        case_id = alert(session, now)
        at = desk(session, now)
        deeds.note(at, case_id, MARTA, "Called\n\u202etwice\u200b.")
        cases.snooze(at, case_id, MARTA, until)
        cases.assign(at, case_id, MARTA, "slack:U0LUCA:luca")
        cases.mark_replied(at, case_id, MARTA, "a new lid", until)
        cases.resolve(at, case_id, MARTA, "replacement")
    told = [view(db, f"move:{number}:slack", now) for number in range(1, 6)]
    assert [line.said for line in told if isinstance(line, Line)] == [
        Said(MARTA, text="Called twice."),
        Said(MARTA, until=until),
        Said(MARTA, to="slack:U0LUCA:luca"),
        Said(MARTA, text="a new lid", until=until),
        Said(MARTA, code="replacement"),
    ]


def test_a_line_about_a_report_leads_to_what_was_reported(db: Database, now: datetime) -> None:
    with db.write() as session:
        case_id = alert(session, now)
        first = session.get_one(Case, case_id).mention_id
        deeds.report(desk(session, now), case_id, MARTA, "fake", "never bought here")
        deeds.report_outcome(desk(session, now), case_id, MARTA, "kept")
        other = add_mention(session, now, 2, author="piero", url="https://elsewhere.example.com/")
        session.get_one(Case, case_id).mention_id = other.id  # the case shows another by now
    line, outcome = view(db, "move:1:slack", now), view(db, "move:2:slack", now)
    assert isinstance(line, Line)
    assert isinstance(outcome, Line)
    assert line.url == "https://apps.example.com/it/app/id1?see=reviews&n=1"
    assert outcome.url is None
    with db.write() as session:
        session.get_one(Mention, first).url = None
    line = view(db, "move:1:slack", now)
    assert isinstance(line, Line)
    assert (line.url, line.said) == (None, Said(MARTA, code="fake", text="never bought here"))


def test_a_line_outlives_what_was_erased(db: Database, now: datetime) -> None:
    with db.write() as session:
        case_id = alert(session, now)
        deeds.note(desk(session, now), case_id, MARTA, "Called Giulia.")
        forget(session, "appstore", "giulia_r", now=now)
    line = view(db, "move:1:slack", now)
    assert isinstance(line, Line)
    assert line.said == Said(MARTA)
    assert telling.event(line, Words("en")) == "marta notes"
