"""The sentences about a case: what is said when, in both languages, and nothing where there is nothing to say."""

from dataclasses import replace
from datetime import timedelta
from typing import get_args

import pytest

from alerts import cases, deeds, telling
from alerts.card import Card, Change, Engagement, Proposal, Why
from alerts.drafts.compose import DraftReply
from alerts.triage import ORDER, RANK
from alerts.views import Line, Reminder, Said, SourceNotice, StartList
from alerts.words import Words
from platforms.length import Unit
from store.tables import CaseStatus
from tests.alerts.channels.kinds import CRITICAL, FOREIGN, MARTA, NORMAL, NOW, ROME

EN, IT, LASTING = Words("en"), Words("it"), Words("en", lasting=True)
LINE = Line(1, NOW, ROME, "")


def test_every_reason_urgency_and_unit_has_a_name() -> None:
    assert set(telling.REASONS) >= {*ORDER, "spike", "source_down"}
    assert set(telling.URGENCIES) == set(RANK)
    assert set(telling.UNITS) == set(get_args(Unit))
    assert DraftReply.__dataclass_fields__["unit"]


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (None, ""),
        (1.0, "★☆☆☆☆"),
        (5.0, "★★★★★"),
        (2.5, "★★★☆☆ 2.5"),
        (4.4, "★★★★☆ 4.4"),
        (0.1, "☆☆☆☆☆ 0.1"),
        (9.0, "★★★★★ 9"),
    ],
)
def test_stars(value: float | None, said: str) -> None:
    assert telling.stars(value, EN) == said


@pytest.mark.parametrize(
    ("card", "said"),
    [
        (CRITICAL, "Critical · App Store · ★☆☆☆☆ · Italian"),
        (replace(CRITICAL, stars=None, lang=None), "Critical · App Store"),
        (replace(CRITICAL, channel="praise"), "Praise · App Store · ★☆☆☆☆ · Italian"),
        (replace(CRITICAL, urgency="odd", platform_label=""), "odd · ★☆☆☆☆ · Italian"),
    ],
)
def test_the_headline(card: Card, said: str) -> None:
    assert telling.headline(card, EN) == said


def test_who_wrote_when_and_about_what() -> None:
    assert telling.byline(CRITICAL, EN) == "giulia_r · 2 hours ago · Caffè Aurora App"
    bare = replace(CRITICAL, author=None, published_at=None, place=None)
    assert telling.byline(bare, EN) == "anonymous"
    assert telling.byline(CRITICAL, LASTING) == "giulia_r · Tue 24 Nov at 10:00 · Caffè Aurora App"


@pytest.mark.parametrize(
    ("earlier", "answered", "said"),
    [
        (0, 0, ""),
        (1, 0, "Second message by this author, none answered"),
        (3, 2, "Fourth message by this author, 2 answered"),
        (1233, 0, "Message number 1,234 by this author, none answered"),
    ],
)
def test_what_the_author_wrote_before(earlier: int, answered: int, said: str) -> None:
    card = replace(CRITICAL, earlier=earlier, earlier_answered=answered, earlier_since=None)
    assert telling.history(card, EN) == said


def test_since_when_the_author_writes() -> None:
    assert telling.history(CRITICAL, EN) == "Third message by this author in 8 days, none answered"


def test_engagement_that_is_nothing_is_not_told() -> None:
    assert (
        telling.reach(CRITICAL, EN) == "1,200 likes · 25 shares · 15 replies · 48,000 views · 310 an hour now"
    )
    some = replace(CRITICAL, engagement=Engagement(likes=0, shares=1, replies=None))
    assert telling.reach(some, EN) == "1 share"
    assert telling.reach(replace(CRITICAL, engagement=Engagement()), EN) == ""


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        (Why("urgent", ("gonfia", "figlia")), "Urgent: “gonfia”, “figlia”"),
        (Why("urgent"), "Urgent"),
        (Why("tripwire", ("avvocato",)), "Words to check: “avvocato”"),
        (Why("negative", ("x",)), "Negative"),
        (Why("viral", ("1240", "310")), "Spreading fast: 1,240 reactions, 310 an hour"),
        (Why("viral", ("many", "1")), "Spreading fast"),
        (
            Why("viral", ("shares", "1240", "310", "5720", "9316")),
            "Spreading fast: now 1,240 shares, +310 in the last hour, forecast 6–9 thousand by tomorrow",
        ),
        (
            Why("viral", ("reactions", "940", "0", "1390", "1820")),
            "Spreading fast: now 940 reactions, forecast 1,400–1,800 by tomorrow",
        ),
        (Why("viral", ("reactions", "1", "0", "1", "1")), "Spreading fast: now 1 reaction"),
        (
            Why("viral", ("reactions", "1234", "5", "18400", "123456")),
            "Spreading fast: now 1,234 reactions, +5 in the last hour, forecast 18–120 thousand by tomorrow",
        ),
        (Why("viral", ("shares", "²", "1", "1", "1")), "Spreading fast"),
        (Why("viral"), "Spreading fast"),
        (Why("came_back", ("7",)), "The customer wrote again"),
        (Why("odd", ("x",)), "odd"),
    ],
)
def test_a_reason_with_what_it_rests_on(reason: Why, said: str) -> None:
    assert telling.why(reason, EN) == said


def test_all_reasons_and_what_else_one_must_know() -> None:
    card = replace(NORMAL, unread=True, mentions=3, gone_at=NOW - timedelta(hours=1))
    assert telling.whys(card, EN) == [
        "Negative",
        "The customer wrote again",
        "Not read by the model: judged by stars and words alone",
        "3 mentions in this case",
        "No longer to be seen there, 1 hour ago",
    ]


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "3 mentions in this case: X (2), Mastodon (1)"),
        ("it", "3 menzioni in questo caso: X (2), Mastodon (1)"),
    ],
)
def test_how_many_mentions_and_where(language: str, said: str) -> None:
    card = replace(NORMAL, mentions=3, places=(("X", 2), ("Mastodon", 1)))
    assert said in telling.whys(card, Words(language))


@pytest.mark.parametrize(
    ("stars", "said"),
    [
        ((4.0, 1.0), "Changed by its author 3 minutes ago: stars 4 → 1"),
        ((None, 1.5), "Changed by its author 3 minutes ago: stars – → 1.5"),
        (None, "Changed by its author 3 minutes ago"),
    ],
)
def test_what_was_changed(stars: tuple[float | None, float | None] | None, said: str) -> None:
    assert telling.change(Change(NOW - timedelta(minutes=3), stars), EN, ROME, NOW) == said


# ---------------------------------------------------------------------------- clock and status


@pytest.mark.parametrize(
    ("status", "due", "said"),
    [
        ("open", timedelta(minutes=15), "Reply by today at 12:15 (in 15 minutes)"),
        ("open", timedelta(minutes=-65), "Reply by today at 10:55 (1 hour and 5 minutes late)"),
        ("acknowledged", timedelta(minutes=15), "Reply by today at 12:15 (in 15 minutes)"),
        ("replied", timedelta(minutes=15), ""),
        ("resolved", timedelta(minutes=15), ""),
        ("dismissed", timedelta(minutes=15), ""),
        ("open", None, ""),
    ],
)
def test_a_clock_that_runs_is_told(status: str, due: timedelta | None, said: str) -> None:
    card = replace(CRITICAL, status=status, due_at=NOW + due if due is not None else None)
    assert telling.due(card, EN) == said


def test_what_is_read_later_names_the_moment_alone() -> None:
    assert telling.due(CRITICAL, LASTING) == "Reply by Tue 24 Nov at 12:15"


@pytest.mark.parametrize(
    ("fields", "english", "italian"),
    [
        ({}, "", ""),
        (
            {"status": "acknowledged", "acknowledged_by": MARTA, "acknowledged_at": NOW},
            "Acknowledged by marta, today at 12:00",
            "Preso in carico da marta, oggi alle 12:00",
        ),
        (
            {"status": "replied", "replied_at": NOW - timedelta(days=1)},
            "Answered on App Store, yesterday at 12:00",
            "Risposta data su App Store, ieri alle 12:00",
        ),
        (
            {"status": "resolved", "resolved_by": "web: Luca", "resolved_at": NOW},
            "Resolved by web: Luca, today at 12:00",
            "Risolto da web: Luca, oggi alle 12:00",
        ),
        (
            {"status": "dismissed", "resolved_by": MARTA, "resolved_at": NOW},
            "Dismissed by marta, today at 12:00",
            "Archiviato da marta, oggi alle 12:00",
        ),
        ({"owner": MARTA}, "Open again; last handled by marta", "Di nuovo aperto; lo seguiva marta"),
        ({"status": "acknowledged"}, "", ""),
        ({"status": "resolved"}, "", ""),
    ],
)
def test_who_did_what_and_when(fields: dict[str, object], english: str, italian: str) -> None:
    card = replace(CRITICAL, **fields)  # type: ignore[arg-type]
    assert telling.status(card, EN) == english
    assert telling.status(card, IT) == italian


@pytest.mark.parametrize(
    ("who", "name"),
    [
        ("slack:U0MARTA:marta", "marta"),
        ("slack:U0MARTA:a:b", "a:b"),
        ("slack:U0MARTA", "slack:U0MARTA"),
        ("web: Luca", "web: Luca"),
        ("ascolto", "ascolto"),
    ],
)
def test_names_of_people(who: str, name: str) -> None:
    assert telling.name_of(who) == name


# ---------------------------------------------------------------------------- draft


@pytest.mark.parametrize(
    ("draft", "said"),
    [
        (Proposal("it", "x", used=96, limit=5970), "Draft in Italian · 96 of 5,970 characters"),
        (Proposal("it", "x", edited=True), "Reply in Italian"),
        (FOREIGN, "Draft in English · the customer wrote in Italian · 59 of 500 characters"),
        (Proposal("it", "x", used=9, limit=350, unit="bytes"), "Draft in Italian · 9 of 350 bytes"),
    ],
)
def test_what_the_draft_is(draft: Proposal, said: str) -> None:
    assert telling.draft_label(draft, CRITICAL, EN) == said


def test_a_customer_who_writes_a_dialect_of_the_drafts_language_is_no_foreigner() -> None:
    card = replace(CRITICAL, lang="it-CH")
    assert telling.draft_label(Proposal("it", "x"), card, EN) == "Draft in Italian"


# ---------------------------------------------------------------------------- on one line


def test_the_card_on_one_line() -> None:
    assert telling.summary(CRITICAL, EN) == "Critical · App Store · ★☆☆☆☆ · Italian · giulia_r · “Mai più”"
    done = replace(
        CRITICAL, status="resolved", resolved_by=MARTA, resolved_at=NOW, title="", quote="a\n b " * 90
    )
    said = telling.summary(done, EN)
    assert said.startswith("Resolved by marta, today at 12:00 · App Store · ★☆☆☆☆ · giulia_r · “a b a b")
    assert "\n" not in said
    assert said.endswith("…”")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (replace(LINE, event="gone"), "It is no longer to be seen there"),
        (replace(LINE, event="answered"), "The brand's answer was seen there"),
        (replace(LINE, event="joined"), "Another mention joined this case"),
        (replace(LINE, event="odd"), "odd"),
        (replace(LINE, event="negative", why=Why("negative")), "Negative"),
        (replace(LINE, why=Why("edited"), change=Change(NOW)), "Changed by its author just now"),
        (replace(LINE, why=Why("urgent"), raised="critical"), "Now critical · Urgent"),
        (replace(LINE, why=Why("urgent"), raised="odd"), "odd · Urgent"),
        (replace(LINE, why=Why("came_back"), reopened=True), "Open again · The customer wrote again"),
        (
            replace(LINE, why=Why("came_back"), reopened=True, raised="high"),
            "Open again · Now high · The customer wrote again",
        ),
    ],
)
def test_news_of_a_case(line: Line, said: str) -> None:
    assert telling.event(line, EN) == said


@pytest.mark.parametrize(
    ("fields", "loud"), [({}, False), ({"raised": "high"}, True), ({"reopened": True}, True)]
)
def test_what_others_than_the_followers_of_a_thread_must_hear(fields: dict[str, object], loud: bool) -> None:
    assert replace(LINE, **fields).loud is loud  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("to", "said"),
    [
        ((), "Still open · Reply by today at 12:15 (in 15 minutes)"),
        ((MARTA,), "marta: Still open · Reply by today at 12:15 (in 15 minutes)"),
        ((MARTA, "@head"), "marta and @head: Still open · Reply by today at 12:15 (in 15 minutes)"),
    ],
)
def test_a_reminder_names_people_by_their_names(to: tuple[str, ...], said: str) -> None:
    assert telling.reminder(Reminder(CRITICAL, to), EN) == said


def test_a_reminder_that_comes_after_the_answer_says_so() -> None:
    resolved = replace(CRITICAL, status=CaseStatus.RESOLVED, resolved_by=MARTA, resolved_at=NOW)
    assert telling.reminder(Reminder(resolved), EN) == "Resolved by marta, today at 12:00"


@pytest.mark.parametrize(
    ("kind", "late", "status", "said"),
    [
        ("contact", False, "open", "Still open · Reply by"),
        ("contact", True, "open", "Still open, and the time to reply is over · Reply by"),
        ("reply", False, "acknowledged", "Taken, not answered yet · Reply by"),
        ("reply", True, "acknowledged", "Taken, not answered, and the time to reply is over · Reply by"),
        ("promise", False, "replied", "Promised to the customer by today at 11:00 · “a call”"),
        ("promise", True, "open", "Promised to the customer by today at 11:00, and that time is over · “a call”"),
        ("snooze", False, "open", "Back after a pause · Reply by"),
        ("snooze", True, "acknowledged", "Back after a pause, and the time to reply is over · Reply by"),
        ("snooze", False, "replied", "Back after a pause"),
        ("follow_up", False, "resolved", "Is all well now? Time to ask the customer · Resolved by"),
        # Somebody acted before it was sent: that is what there is to say.
        ("contact", True, "acknowledged", "Acknowledged by marta"),
        ("reply", True, "replied", "Answered on App Store"),
        ("promise", True, "resolved", "Resolved by marta"),
        ("snooze", False, "dismissed", "Dismissed by marta"),
        ("follow_up", False, "open", ""),
        ("unheard_of", False, "open", "Reply by"),
    ],
)  # fmt: skip
def test_each_clock_says_what_is_to_be_done(kind: str, late: bool, status: str, said: str) -> None:
    who = {"acknowledged_by": MARTA, "resolved_by": MARTA}
    card = replace(CRITICAL, status=status, **who)  # type: ignore[arg-type]
    view = Reminder(card, (), kind, late, NOW - timedelta(hours=1), "a call")
    assert telling.reminder(view, EN).startswith(said)
    assert bool(telling.reminder(view, EN)) is bool(said)


@pytest.mark.parametrize(
    ("to", "late", "loud"),
    [((), False, True), ((MARTA,), False, False), (("@head",), False, True), ((MARTA,), True, True)],
)
def test_a_reminder_is_heard_by_somebody(to: tuple[str, ...], late: bool, loud: bool) -> None:
    assert Reminder(CRITICAL, to, late=late).loud is loud


LUCA = "slack:U0LUCA:luca"
DAYS = NOW + timedelta(days=2)


@pytest.mark.parametrize(
    ("event", "said", "english", "italian"),
    [
        ("acknowledge", Said(MARTA), "marta has taken this case", "marta ha preso in carico il caso"),
        ("assign", Said(MARTA, to=MARTA), "marta has taken this case", "marta ha preso in carico il caso"),
        ("assign", Said(MARTA, to=LUCA), "marta has given this case to luca", "marta ha affidato il caso a luca"),
        (
            "mark_replied",
            Said(MARTA, text="a new lid", until=DAYS),
            "marta has answered the customer, with a promise until Thu 26 Nov at 12:00: a new lid",
            "marta ha risposto al cliente, con una promessa entro gio 26 nov alle 12:00: a new lid",
        ),
        ("resolve", Said(MARTA, code="refund"), "marta has resolved this case: Refund", "marta ha risolto il caso: Rimborso"),
        ("resolve", Said(MARTA), "marta has resolved this case", "marta ha risolto il caso"),
        ("resolve", Said(MARTA, code="odd"), "marta has resolved this case: odd", "marta ha risolto il caso: odd"),
        (
            "dismiss",
            Said(MARTA, code="false_alarm"),
            "marta has dismissed this case: False alarm",
            "marta ha archiviato il caso: Falso allarme",
        ),
        (
            "report",
            Said(MARTA, code="fake", text="{who} never came"),
            "marta has reported it to the platform: Fake · {who} never came",
            "marta ha fatto una segnalazione alla piattaforma: Falso · {who} never came",
        ),
        ("hide", Said(MARTA, code="3.1"), "marta is to hide it on the platform, by clause 3.1", "marta lo nasconde sulla piattaforma, secondo la clausola 3.1"),
        ("snooze", Said(MARTA), "marta has put this case aside until –", "marta ha rimandato il caso: –"),
        ("a_move_of_tomorrow", Said(MARTA), "a_move_of_tomorrow", "a_move_of_tomorrow"),
    ],
)  # fmt: skip
def test_what_a_person_did(event: str, said: Said, english: str, italian: str) -> None:
    line = replace(LINE, event=event, said=said)
    assert telling.event(line, EN) == english
    assert telling.event(line, IT) == italian


def test_every_word_of_ours_has_a_name() -> None:
    assert {*cases.HOW, cases.NOT_RELEVANT, "not_about_us", "false_alarm"} == set(telling.RESOLUTIONS)
    assert set(deeds.RULES) == set(telling.RULES)
    assert set(deeds.OUTCOMES) == set(telling.OUTCOMES)


def test_a_card_says_how_it_ended_whose_it_is_and_until_when_it_sleeps() -> None:
    resolved = replace(CRITICAL, status="resolved", resolved_by=MARTA, resolved_at=NOW, resolution="refund")
    assert telling.status(resolved, EN) == "Resolved by marta, today at 12:00 · Refund"
    given = replace(CRITICAL, status="acknowledged", acknowledged_by=MARTA, acknowledged_at=NOW, owner=LUCA)
    assert telling.status(given, EN) == "Acknowledged by marta, today at 12:00 · now luca's"
    assert telling.status(replace(given, owner=MARTA), EN) == "Acknowledged by marta, today at 12:00"
    asleep = replace(given, snoozed_until=DAYS)
    assert telling.status(asleep, EN) == "Put aside until Thu 26 Nov at 12:00"
    assert telling.status(replace(asleep, snoozed_until=NOW), EN) == telling.status(given, EN)


def test_a_source_that_is_down_and_up_again() -> None:
    down = SourceNotice(
        "app", "App Store", "Aurora", NOW, ROME, NOW - timedelta(hours=3), NOW - timedelta(days=1)
    )
    assert telling.source_title(down, EN) == "app (App Store) cannot be read"
    assert telling.source_details(down, EN) == [
        "Aurora: nothing from there since today at 09:00",
        "last read well yesterday at 12:00",
    ]
    assert telling.source_title(replace(down, down_since=None), EN) == "app (App Store) is read again"
    assert telling.source_details(replace(down, down_since=None, last_ok_at=None), EN) == []


@pytest.mark.parametrize(
    ("total", "title", "note"),
    [
        (1, "app (App Store): 1 mention waits for an answer", "1 more is not shown"),
        (1200, "app (App Store): 1,200 mentions wait for an answer", "1,200 more are not shown"),
        (0, "app (App Store): 0 mentions wait for an answer", "clock runs for them"),
    ],
)
def test_a_starting_list_says_how_much_of_it_is_shown(total: int, title: str, note: str) -> None:
    start = StartList("app", "App Store", "Aurora", NOW, ROME, (), total)
    assert telling.start_title(start, EN) == title
    assert telling.start_note(start, EN).endswith(note)
