"""Cases from decisions: one case for one matter, told once, with the draft, the clock and the words that count."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlmodel import Session

from alerts import cases
from alerts.card import Card, load_card
from alerts.telling import whys
from alerts.views import Line, load_view
from alerts.words import Words
from store.db import Database
from store.mentions import mark_gone
from store.tables import Audit, Case, CaseStatus, MentionState, Notification, NotificationKind, OutboxState
from tests.alerts.belt import AURORA, BAD, CRITICAL, GLAD, PLAIN, Belt
from tests.alerts.rows import desk

COPY = "Lo stesso lungo testo, copiato parola per parola su due siti diversi."
DONE = (CaseStatus.REPLIED, CaseStatus.RESOLVED, CaseStatus.DISMISSED)


@pytest.fixture
def belt(database: Database, now: datetime) -> Belt:
    return Belt(database, now)


@pytest.fixture
def small(db: Database, now: datetime) -> Belt:
    """On SQLite alone, for what no database can make different."""
    return Belt(db, now)


def delivered(belt: Belt) -> None:
    """All that was written has been sent."""
    for row in belt.notifications():
        belt.change(lambda s, i=row.id: _send(s.get_one(Notification, i)))  # type: ignore[misc]


def _send(row: Notification) -> None:
    row.state, row.message_id, row.address = OutboxState.SENT, f"1.{row.id}", "C1"


def finish(belt: Belt, case: Case, status: str = CaseStatus.RESOLVED) -> None:
    deeds = {
        CaseStatus.RESOLVED: lambda s: cases.resolve(desk(s, belt.now, channels=()), case.id or 0, "marta"),
        CaseStatus.DISMISSED: lambda s: cases.dismiss(desk(s, belt.now, channels=()), case.id or 0, "marta"),
        CaseStatus.REPLIED: lambda s: cases.reply_seen(
            desk(s, belt.now, channels=()), case.id or 0, "App Store"
        ),
    }
    belt.change(deeds[CaseStatus(status)])


def card(belt: Belt, case: Case) -> Card:
    with belt.db.read() as session:
        return load_card(session, case.id or 0, AURORA, belt.now)


def lines(belt: Belt) -> list[Notification]:
    return [row for row in belt.notifications() if row.kind == NotificationKind.THREAD]


def back(belt: Belt, name: str, thread: str, **said: Any) -> Case:
    """The author of `thread` writes again, ten minutes later."""
    belt.later(minutes=10)
    return belt.alert(name, thread=thread, author=f"author of {thread}", published_at=belt.now, **said)


# ---------------------------------------------------------------------------- a new case


@pytest.mark.parametrize(
    ("said", "urgency", "due"),
    [
        (CRITICAL, "critical", timedelta(minutes=15)),
        (BAD | {"urgency": "high"}, "high", timedelta(hours=1)),
        (BAD, "normal", timedelta(hours=4)),
        (PLAIN | {"category": "information"}, "normal", timedelta(hours=4)),
        (GLAD, "low", None),
    ],
)
def test_each_case_has_the_clock_of_its_urgency(
    small: Belt, said: dict[str, Any], urgency: str, due: timedelta | None
) -> None:
    case = small.alert("r1", **said)
    assert (case.urgency, case.due_at) == (urgency, small.now + due if due else None)


def test_praise_goes_to_its_own_channel_last_of_all(small: Belt) -> None:
    case = small.alert("r1", **GLAD)
    (row,) = small.notifications()
    assert (case.channel, case.due_at, row.target, row.priority) == ("praise", None, "praise", 9)


def test_reasons_are_kept_with_what_they_rest_on(belt: Belt) -> None:
    case = belt.alert("r1", "Dopo il richiamo chiamo l'avvocato.", **CRITICAL)
    shown = card(belt, case)
    assert [why.kind for why in shown.whys] == ["urgent", "tripwire", "negative"]
    assert shown.whys[0].detail == ("ospedale",)
    assert shown.whys[1].detail == ("richiamo", "avvocato")


def test_spam_that_is_critical_has_a_draft_without_a_reply(small: Belt) -> None:
    small.alert("r1", category="spam", sentiment="neutral", urgency="critical", negative=0.1)
    (draft,) = small.drafts()
    assert draft.reply is None


# ---------------------------------------------------------------------------- one case for one matter


def test_the_same_text_elsewhere_joins(belt: Belt) -> None:
    first = belt.alert("r1", COPY)
    belt.later(days=6)
    second = belt.put(
        "r2", COPY.upper() + " https://example.com", platform="mastodon", source="m", author="x"
    )
    belt.triage()
    assert belt.case_of(second).id == first.id
    assert len(belt.cases()) == 1
    (line,) = lines(belt)
    assert line.body["event"] == "joined"
    assert [audit.action for audit in belt.audits()] == ["open", "join"]
    assert card(belt, first).mentions == 2


def test_two_copies_in_one_batch_are_one_case(belt: Belt) -> None:
    numbers = [belt.put(f"r{n}", COPY, source=f"s{n}", author=f"p{n}") for n in range(3)]
    belt.triage()
    assert {belt.case_of(number).id for number in numbers} == {belt.cases()[0].id}
    assert belt.told()[0] == "case:1:slack"
    assert len(lines(belt)) == 2


@pytest.mark.parametrize(
    ("fields", "days"),
    [
        ({"text": "Un testo tutto diverso, di qualcuno che ha altro da dire."}, 0),
        ({"brand": "berta"}, 0),
        ({}, 8),  # a week later it is news again
    ],
)
def test_another_matter_opens_its_own_case(small: Belt, fields: dict[str, Any], days: int) -> None:
    first = small.alert("r1", COPY)
    small.later(days=days)
    second = small.alert("r2", **{"text": COPY, "author": "x", "source": "m"} | fields)
    assert second.id != first.id


def test_short_texts_that_are_alike_are_no_copies(small: Belt) -> None:
    assert small.alert("r1", "Pessimo.").id != small.alert("r2", "Pessimo.").id


@pytest.mark.parametrize("status", DONE)
def test_a_copy_does_not_join_what_is_done(small: Belt, status: str) -> None:
    first = small.alert("r1", COPY)
    finish(small, first, status)
    second = small.alert("r2", COPY, author="x")
    assert second.id != first.id
    third = small.alert("r3", COPY, author="y")
    assert third.id == second.id  # but what is open again near it


def test_the_same_thread_joins_whoever_writes(belt: Belt) -> None:
    first = belt.alert("r1", platform="mastodon")
    second = belt.alert("r2", platform="mastodon", thread="r1", author="somebody else")
    assert second.id == first.id
    assert belt.alert("r3", platform="appstore", thread="r1", author="x").id != first.id  # another place
    assert belt.alert("r4", platform="mastodon", brand="berta", thread="r1", author="x").id != first.id


def test_a_post_of_the_same_author_goes_on_with_what_is_open(small: Belt) -> None:
    first = small.alert("r1", platform="mastodon", author="ada")
    small.later(hours=2)
    second = small.alert("r2", platform="mastodon", author="ada", published_at=small.now)
    assert second.id == first.id
    small.later(hours=2)
    third = small.alert("r3", platform="mastodon", author="ada", published_at=small.now, stars=1.0)
    assert third.id != first.id  # a review of its own needs an answer of its own


def test_praise_and_matters_never_share_a_case(small: Belt) -> None:
    praise = small.alert("r1", COPY, **GLAD)
    assert small.alert("r2", COPY, author="x", **GLAD).id == praise.id
    assert small.alert("r3", COPY, author="y").id != praise.id


# ---------------------------------------------------------------------------- news of a case


def test_a_case_becomes_more_urgent_loudly_and_never_less(belt: Belt) -> None:
    first = belt.alert("r1")
    delivered(belt)
    case = back(belt, "r2", "r1", text="Ora siamo in ospedale.", **CRITICAL)
    assert (case.id, case.urgency, case.status) == (first.id, "critical", "open")
    assert case.due_at == belt.now + timedelta(minutes=15)
    (line,) = lines(belt)
    assert (line.body["raised"], line.priority) == ("critical", 1)
    message = belt.notifications()[0]
    assert (message.state, message.priority) == (OutboxState.STALE, 0)
    calm = back(belt, "r3", "r1", text="Va già un po' meglio.")
    assert (calm.urgency, calm.due_at) == ("critical", case.due_at)
    assert "raised" not in lines(belt)[1].body


def test_what_wakes_a_case_or_makes_it_more_urgent_is_in_its_story(small: Belt) -> None:
    case = small.alert("r1")
    until = small.now + timedelta(days=1)
    seen: dict[str, int] = {}
    for name, said in (("r2", BAD), ("r3", CRITICAL), ("r4", CRITICAL)):
        small.change(lambda s, i=case.id: setattr(s.get_one(Case, i), "snoozed_until", until))  # type: ignore[misc]
        seen[name] = case.version
        case = back(small, name, "r1", text=f"Ancora: {name}", **said)
        assert case.snoozed_until is None
        seen[f"{name} told"] = case.version
    told = small.audits("wake", "raise")
    woken = ("ascolto", "wake", until.isoformat(), None)
    assert [(row.who, row.action, row.detail["before"], row.detail["after"]) for row in told] == [
        woken, woken, ("ascolto", "raise", "normal", "critical"), woken,
    ]  # fmt: skip
    assert seen["r3"] <= told[2].detail["version"] < seen["r3 told"]


def test_a_message_that_still_waits_moves_forward(small: Belt) -> None:
    small.alert("r1")
    back(small, "r2", "r1", **CRITICAL)
    assert small.notifications()[0].priority == 0


def test_more_urgent_is_never_later(small: Belt) -> None:
    first = small.alert("r1")
    small.later(hours=3, minutes=50)
    case = small.alert("r2", thread="r1", author="author of r1", published_at=small.now, urgency="high")
    assert (case.urgency, case.due_at) == ("high", first.due_at)


@pytest.mark.parametrize(
    ("first", "then", "shown"),
    [
        (BAD, CRITICAL, "r2"),  # the more urgent
        (BAD, BAD, "r2"),  # of equals, what the author wrote last
        (CRITICAL, BAD, "r1"),  # never less than what it is about
        (BAD, GLAD, "r1"),
    ],
)
def test_the_message_shows_the_words_that_weigh_most(
    belt: Belt, first: dict[str, Any], then: dict[str, Any], shown: str
) -> None:
    case = belt.alert("r1", "Le prime parole.", **first)
    back(belt, "r2", "r1", text="Le seconde parole.", **then)
    quote = card(belt, case).quote
    assert quote == {"r1": "Le prime parole.", "r2": "Le seconde parole."}[shown]


def test_with_the_words_goes_the_draft_for_them(belt: Belt) -> None:
    case = belt.alert("r1")
    back(belt, "r2", "r1", text="E allora? Nessuno risponde.")
    draft = card(belt, case).draft
    assert draft is not None
    assert draft.reply == "Grazie (aurora:appstore:r2:1)"


def test_somebody_else_in_the_thread_does_not_take_the_message_over(small: Belt) -> None:
    case = small.alert("r1", "Le prime parole.")
    small.later(minutes=5)
    small.alert("r2", "Anche a me!", thread="r1", author="other")
    assert card(small, case).quote == "Le prime parole."


@pytest.mark.parametrize("status", DONE)
def test_who_writes_again_opens_what_is_done(belt: Belt, status: str) -> None:
    first = belt.alert("r1")
    if status == CaseStatus.DISMISSED:
        finish(belt, first, status)
        again = back(belt, "r2", "r1")
        assert again.id != first.id  # a false alarm was no matter: what is new is judged anew
        return
    finish(belt, first, status)
    again = back(belt, "r2", "r1")
    assert (again.id, again.status) == (first.id, "open")
    assert again.due_at == belt.now + timedelta(hours=4)
    (line,) = lines(belt)
    assert line.body["reopened"] is True
    assert belt.audits("reopen")[0].detail == {"mention": 2}


def test_thanks_are_told_in_the_thread_and_open_nothing(belt: Belt) -> None:
    first = belt.alert("r1")
    finish(belt, first)
    case = back(belt, "r2", "r1", text="Grazie, tutto risolto!", **GLAD)
    assert (case.id, case.status, case.urgency) == (first.id, "resolved", "normal")
    (line,) = lines(belt)
    assert not {"raised", "reopened"} & set(line.body)


def test_one_line_tells_all_that_is_new(small: Belt) -> None:
    small.alert("r1", **PLAIN, stars=1.0)
    small.later(minutes=10)
    small.put("r1", "Chiamo l'avvocato, è una truffa.", stars=1.0, **CRITICAL)
    small.triage()
    (line,) = lines(small)
    assert len(line.body["reasons"]) == 4
    assert small.reasons(1) == ["mixed", "urgent", "tripwire", "edited", "negative"]
    assert small.cases()[0].reasons == ["mixed", "urgent", "tripwire", "edited", "negative"]


# ---------------------------------------------------------------------------- edits


def test_an_edit_opens_its_case_again_and_edits_the_same_message(belt: Belt) -> None:
    first = belt.alert("r1", stars=2.0)
    delivered(belt)
    finish(belt, first)
    belt.later(hours=2)
    belt.put("r1", "E non è tutto: il negozio mi deve ancora dei soldi.", stars=1.0)
    belt.triage()
    case = belt.cases()[0]
    assert (case.status, case.due_at) == ("open", belt.now + timedelta(hours=4))
    assert [row.key for row in belt.notifications()] == ["case:1:slack", "reason:2:slack"]
    assert belt.notifications()[0].state == OutboxState.STALE
    shown = card(belt, case)
    assert shown.change is not None
    assert shown.change.stars == (2.0, 1.0)
    assert shown.draft is not None
    assert shown.draft.reply == "Grazie (aurora:appstore:r1:2)"


def test_an_edit_for_the_better_tells_and_opens_nothing(small: Belt) -> None:
    first = small.alert("r1", stars=1.0)
    finish(small, first)
    small.put("r1", "Hanno risolto tutto, bravi davvero!", stars=5.0, **GLAD)
    small.triage()
    assert small.cases()[0].status == "resolved"
    assert len(lines(small)) == 1


def test_each_edit_is_told_once(small: Belt) -> None:
    small.alert("r1")
    for number in range(3):
        small.later(hours=1)
        small.put("r1", f"Versione {number} di quello che mi è successo in negozio.")
        small.triage()
    assert len(lines(small)) == 3
    assert small.reasons(1) == ["negative", "edited", "edited", "edited"]


def test_an_edit_that_changes_no_words_keeps_the_draft_and_tells_nobody(small: Belt) -> None:
    """Else the message would lose its draft at the next edit."""
    case = small.alert("r1", "Il caffè era freddo e nessuno si è scusato.")
    delivered(small)
    small.put("r1", "IL CAFFÈ era freddo e nessuno si è scusato!!")
    small.triage()
    assert lines(small) == []
    shown = card(small, case)
    assert shown.quote == "IL CAFFÈ era freddo e nessuno si è scusato!!"
    assert shown.draft is not None
    assert shown.draft.reply == "Grazie (aurora:appstore:r1:2)"
    assert small.notifications()[0].state == OutboxState.STALE


def test_praise_that_was_taken_back_leaves_its_case(belt: Belt) -> None:
    praise = belt.alert("r1", stars=5.0, **GLAD)
    belt.later(hours=2)
    belt.put("r1", "Mi sbagliavo: il giorno dopo era tutto da buttare.", stars=1.0)
    belt.triage()
    case = belt.case_of(1)
    assert (case.id != praise.id, case.channel, case.status) == (True, "alerts", "open")
    assert case.reasons == ["edited", "negative"]
    closed = belt.cases()[0]
    assert (closed.status, closed.resolved_by, closed.resolution) == ("resolved", "ascolto", "edited")
    assert belt.told() == ["case:1:slack", "case:2:slack"]


# ---------------------------------------------------------------------------- answered elsewhere


def test_the_brands_own_reply_stops_the_clock_once(belt: Belt) -> None:
    belt.alert("r1")
    answered_at = belt.later(hours=1)
    for _ in range(2):
        belt.put("r1", answer="Ci dispiace molto.", answered_at=answered_at)
        belt.triage()
        belt.later(minutes=5)
    case = belt.cases()[0]
    assert (case.status, case.replied_at, case.resolution) == (
        "replied",
        answered_at,
        "answered on App Store",
    )
    (line,) = lines(belt)
    assert line.body["event"] == "answered"
    assert [audit.action for audit in belt.audits("answer_noted", "reply_seen")] == [
        "answer_noted",
        "reply_seen",
    ]


def test_what_was_answered_before_anybody_was_told_opens_no_case(small: Belt) -> None:
    number = small.put("r1", answer="Ci dispiace molto.", **CRITICAL)
    small.triage()
    assert small.maybe_case_of(number) is None


def test_one_answer_of_two_leaves_the_case_open(belt: Belt) -> None:
    belt.alert("r1", COPY)
    belt.alert("r2", COPY, platform="mastodon", source="m", author="x")
    belt.put("r1", COPY, answer="Ci dispiace molto.", answered_at=belt.now)
    belt.triage()
    assert belt.cases()[0].status == "open"
    belt.later(minutes=5)
    belt.put("r2", COPY, platform="mastodon", source="m", author="x", answer="Anche qui: ci dispiace.")
    belt.triage()
    assert belt.cases()[0].status == "replied"


def test_an_answer_at_the_end_of_a_thread_covers_what_stands_above_it(small: Belt) -> None:
    small.alert("r1")
    back(small, "r2", "r1")
    small.later(minutes=10)
    small.put("r2", thread="r1", author="author of r1", answer="Ci dispiace.", answered_at=small.now)
    small.triage()
    assert small.cases()[0].status == "replied"


def test_an_answer_on_a_case_that_is_done_is_only_noted(small: Belt) -> None:
    finish(small, small.alert("r1"))
    small.put("r1", answer="Ci dispiace.")
    small.triage()
    assert (small.cases()[0].status, lines(small)) == ("resolved", [])
    assert len(small.audits("answer_noted")) == 1


def test_an_edit_after_an_undated_answer_is_not_lost(belt: Belt) -> None:
    belt.put("r1", stars=4.0, answer="Grazie!", **PLAIN)
    belt.triage()
    belt.later(hours=3)
    belt.put("r1", "Mi sbagliavo: il giorno dopo era tutto da buttare.", stars=1.0, answer="Grazie!")
    belt.triage()
    assert belt.case_of(1).reasons == ["edited", "negative"]


def test_who_writes_after_the_answer_came_back(belt: Belt) -> None:
    belt.alert("r1")
    belt.put("r1", answer="Ci dispiace.", answered_at=belt.now)
    belt.triage()
    case = back(belt, "r2", "r1")
    assert (case.status, "came_back" in case.reasons) == ("open", True)


# ---------------------------------------------------------------------------- gone, growth


def test_what_is_gone_is_told_once(belt: Belt) -> None:
    belt.alert("r1")
    for _ in range(2):
        since = belt.now - timedelta(days=1)
        belt.change(lambda s, since=since: mark_gone(s, "app", set(), since=since, now=belt.now))  # type: ignore[misc]
        belt.triage()
    (line,) = lines(belt)
    assert line.body["event"] == "gone"
    assert card(belt, belt.cases()[0]).gone_at == belt.now
    belt.put("r1")  # it is back, and goes again
    belt.triage()
    belt.change(
        lambda s: mark_gone(s, "app", set(), since=belt.now - timedelta(days=1), now=belt.later(hours=1))
    )
    belt.triage()
    assert len(lines(belt)) == 1


OWN: dict[str, Any] = {"source": "google", "platform": "google_business"}  # the brand's own page


def vanish(belt: Belt, source: str = "google") -> None:
    since = belt.now - timedelta(days=1)
    belt.change(lambda s: mark_gone(s, source, set(), since=since, now=belt.now))
    belt.triage()


def events(belt: Belt) -> list[str]:
    return [str(row.body.get("event")) for row in lines(belt)]


@pytest.mark.parametrize("urgency", ["critical", "high"])
def test_grave_criticism_gone_from_our_own_page_is_an_alarm_once(belt: Belt, urgency: str) -> None:
    case = belt.alert("r1", **CRITICAL | {"urgency": urgency}, **OWN)
    vanish(belt)
    (line,) = lines(belt)
    with belt.db.read() as session:
        shown = load_view(session, line, {"aurora": AURORA}, belt.now)
    assert isinstance(shown, Line)
    assert (shown.event, shown.loud, shown.author) == ("vanished", True, "author of r1")
    assert "did we delete it?" in " ".join(whys(card(belt, case), Words("en")))
    assert "l'abbiamo cancellata noi?" in " ".join(whys(card(belt, case), Words("it")))
    belt.put("r1", **OWN)  # it is back, and goes again
    belt.triage()
    assert "did we delete it?" not in " ".join(whys(card(belt, case), Words("en")))
    belt.later(hours=1)
    vanish(belt)
    assert events(belt) == ["vanished"]


@pytest.mark.parametrize("status", DONE)
def test_it_is_an_alarm_whatever_became_of_the_case(belt: Belt, status: str) -> None:
    case = belt.alert("r1", **CRITICAL, **OWN)
    finish(belt, case, status)
    before = belt.cases()[0].version
    vanish(belt)
    after = belt.cases()[0]
    assert (events(belt), after.status) == (["vanished"], status)
    assert after.version > before  # its message says so too


@pytest.mark.parametrize("said", [BAD | OWN, CRITICAL], ids=["not grave", "elsewhere"])
def test_other_things_that_vanish_are_no_alarm(belt: Belt, said: dict[str, Any]) -> None:
    belt.alert("r1", **said)
    vanish(belt, str(said.get("source", "app")))
    assert events(belt) == ["gone"]


@pytest.mark.parametrize("deed", ["hide", "report_outcome"])
def test_what_people_hid_by_the_policy_or_reported_is_no_alarm(belt: Belt, deed: str) -> None:
    case = belt.alert("r1", **CRITICAL, **OWN)
    detail = {"hide": {"clause": "3.1"}, "report_outcome": {"outcome": "removed"}}[deed]
    mark = {"mention": case.mention_id}

    def done(session: Session) -> None:
        if deed == "report_outcome":
            session.add(Audit(at=belt.now, who="marta", action="report", case_id=case.id, detail=mark))
            session.flush()
        session.add(Audit(at=belt.now, who="marta", action=deed, case_id=case.id, detail=detail))

    belt.change(done)
    vanish(belt)
    assert events(belt) == ["gone"]


def test_what_spreads_is_told_once_and_its_figures_stay_fresh(belt: Belt) -> None:
    belt.alert("r1", likes=1)
    belt.later(hours=1)
    for likes in (500, 900, 1400):
        delivered(belt)
        belt.put("r1", likes=likes)
        belt.triage()
        belt.later(minutes=10)
    case = belt.cases()[0]
    assert (case.reasons, case.urgency) == (["negative", "viral"], "high")
    assert len(lines(belt)) == 1
    assert card(belt, case).engagement.likes == 1400
    assert belt.notifications()[0].state == OutboxState.STALE


def test_a_message_is_edited_when_the_picture_changes_and_not_at_each_poll(small: Belt) -> None:
    small.alert("r1", likes=1)
    small.later(hours=1)
    small.put("r1", likes=500)
    small.triage()
    first = figures_of(small)
    edited = []
    for likes in (517, 534, 900):
        delivered(small)
        small.later(minutes=2)
        small.put("r1", likes=likes)
        small.triage()
        edited.append(small.notifications()[0].state == OutboxState.STALE)
        assert (figures_of(small) == first) is not edited[-1]
    assert edited == [False, False, True]
    assert figures_of(small)[:2] == ("reactions", "900")


def figures_of(belt: Belt) -> tuple[str, ...]:
    return next(why.detail for why in card(belt, belt.cases()[0]).whys if why.kind == "viral")


def test_a_few_more_likes_of_what_does_not_spread_edit_nothing(small: Belt) -> None:
    small.alert("r1", likes=1)
    delivered(small)
    small.put("r1", likes=3)
    small.triage()
    assert small.notifications()[0].state == OutboxState.SENT


def test_what_was_dismissed_does_not_open_because_it_spreads(small: Belt) -> None:
    first = small.alert("r1", likes=1)
    finish(small, first, CaseStatus.DISMISSED)
    small.later(hours=1)
    small.put("r1", likes=500)
    small.triage()
    assert small.cases()[0].status == "dismissed"


def test_history_opens_nothing_unless_it_spreads(small: Belt) -> None:
    number = small.put("r1", likes=1, history=True, **CRITICAL)
    small.triage()
    assert (small.maybe_case_of(number), small.mention(number).state) == (None, MentionState.TRIAGED)
    small.later(hours=1)
    small.put("r1", likes=800, **CRITICAL)
    small.triage()
    assert small.case_of(number).reasons == ["viral"]


def test_an_erased_message_shows_the_next_mention_of_its_case(small: Belt) -> None:
    case = small.alert("r1")
    small.change(lambda s: _erase(s, case))
    small.alert("r2", "Altre parole.", thread="r1", author="x")
    assert card(small, case).quote == "Altre parole."


def _erase(session: Session, case: Case) -> None:
    session.get_one(Case, case.id).mention_id = None
