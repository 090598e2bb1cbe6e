"""What the policy page says: whole pages, and nothing that the brand did not set."""

import json
from collections.abc import Mapping

import pytest

from alerts.policy_page.page import Page
from alerts.policy_page.write import silent_on
from store.brand import Brand
from tests.alerts.policy_page.pages import BARE, GOLDEN, PAGES, RICH, SOURCES, page, shown, source


def brand(policy: Mapping[str, object] | None = None, voice: Mapping[str, object] | None = None) -> Brand:
    given = {"key": "aurora", "name": "Aurora", "policy": policy or {}, "voice": voice or {}}
    return Brand.model_validate(given)


def text(page: Page) -> str:
    parts = (part for s in page.sections for part in (s.title, *s.paragraphs, *s.points))
    return "\n".join(parts)


def points(page: Page, title: str) -> tuple[str, ...]:
    (section,) = [section for section in page.sections if section.title == title]
    return section.points


def answers(policy: Mapping[str, object], lang: str = "en") -> tuple[str, ...]:
    return points(page(brand(policy), lang), "When we answer" if lang == "en" else "Quando rispondiamo")


@pytest.mark.parametrize(("name", "lang"), PAGES)
def test_whole_pages(name: str, lang: str) -> None:
    assert shown(name, lang) == (GOLDEN / f"{name}.{lang}.md").read_text(encoding="utf-8")


def test_the_document() -> None:
    told = json.loads(json.dumps(page(RICH, "it").to_json()))
    assert list(told) == ["brand", "lang", "title", "counsel", "sections"]
    assert (told["brand"], told["lang"]) == ("Caffè Aurora", "it")
    assert all(list(section) == ["title", "paragraphs", "points"] for section in told["sections"])


def test_a_bare_brand_promises_nothing() -> None:
    told = text(page(BARE))
    for promise in (
        "09:00",
        "minute",
        "clause",
        "hidden without",
        "may be hidden",
        "blocked",
        "@",
        "Answers are signed",
    ):
        assert promise not in told, promise
    assert {s.title for s in page(BARE).sections}.isdisjoint(
        {"How soon we answer", "Contacts", "Where we read"}
    )
    assert "Criticism is never removed" in told


def test_what_is_for_the_brands_own_people_stays_there() -> None:
    told = text(page(RICH, "it"))
    for inner in (
        "ferie di Giulia",
        "head-of-care",
        "internal-",
        "token",
        "caffè aurora,",
        "refund_replacement",
        "other.example",
    ):
        assert inner not in told, inner


# Hours.


@pytest.mark.parametrize(
    ("hours", "expected"),
    [
        ("mon-fri 09:00-18:00", ("Monday to Friday: 09:00–18:00",)),
        ("always", ("Day and night, every day of the year",)),
        ("mon-sun 8:00-20:00", ("Every day: 08:00–20:00",)),
        ("mon-sun 22:00-06:00", ("Every day: 22:00–06:00 of the next day",)),
        ("fri 22:00-02:00", ("Friday: 22:00–02:00 of the next day",)),
        ("sun 22:00-02:00", ("Sunday: 22:00–02:00 of the next day",)),
        ("sat-sun 00:00-24:00", ("Saturday and Sunday: all day",)),
        ("mon 09:00-13:00, mon 12:00-18:00", ("Monday: 09:00–18:00",)),
        ("mon 18:00-24:00", ("Monday: 18:00–24:00",)),
        ("mon 09:00-09:00", ("Monday: 09:00–24:00", "Tuesday: 00:00–09:00")),
    ],
)  # fmt: skip
def test_hours(hours: str, expected: tuple[str, ...]) -> None:
    assert answers({"hours": hours}) == expected


def test_hours_that_never_close_know_no_closed_days() -> None:
    closed = {"holidays": "IT", "absences": [{"from": "2026-12-24", "to": "2027-01-06"}]}
    assert answers(closed | {"hours": "always"}, "it") == ("Giorno e notte, tutti i giorni dell'anno",)
    assert answers(closed) == (
        "Closed on public holidays: Italy",
        "Closed from Thursday 24 December 2026 to Wednesday 6 January 2027",
    )


def test_hours_for_what_is_urgent_are_told_where_they_differ() -> None:
    policy = {"hours": "mon 09:00-12:00", "critical_hours": "sat-sun 10:00-12:00"}
    assert answers(policy)[-1] == "Urgent matters: Saturday and Sunday: 10:00–12:00"
    assert len(answers(policy | {"critical_hours": "mon 09:00-12:00"})) == 1


def test_an_absence_is_told_until_its_last_day() -> None:
    absences = [{"from": "2026-11-20", "to": "2026-11-28"}, {"from": "2026-11-20", "to": "2026-11-27"}]
    assert answers({"absences": absences}, "it") == (
        "Chiusi da venerdì 20 novembre 2026 a sabato 28 novembre 2026",
    )


# Times to the first answer.


def test_only_times_that_were_set_are_told() -> None:
    assert points(page(brand({"first_contact": {"normal": "1d"}})), "How soon we answer") == (
        "Criticism and questions: 1 day",
    )
    assert "How soon we answer" not in text(page(brand({"first_contact": {"critical": "none"}})))


# What follows.


def test_without_a_clause_nothing_is_hidden() -> None:
    for policy in ({}, {"clauses": {"spam": " "}}):
        told = text(page(brand(policy)))
        assert "clause" not in told
        assert "hidden" not in told.replace("never removed, hidden or reported", "")


def test_one_clause_is_cited_alone() -> None:
    told = page(brand({"clauses": {"spam": "4"}}))
    assert "For what breaks clause 4 of our rules" in text(told)
    assert [point for point in points(told, "What is not welcome") if "clause" in point] == [
        "Advertising, spam, chain messages and the same text over and over (clause 4 of our rules)"
    ]


def test_a_clause_of_the_brands_own_is_told_by_its_name() -> None:
    told = page(brand({"clauses": {"fuori_tema": "7"}}), "it")
    assert "Fuori tema (clausola 7 delle nostre regole)" in points(told, "Che cosa non è ammesso")


# Places and people.


def test_a_place_is_named_once_and_answered_where_one_of_its_sources_is() -> None:
    told = points(page(RICH), "Where we read and answer")
    assert [place for place in told if "Mastodon" in place] == [
        "Mastodon: our account @aurora and what is said of us (we also answer here)"
    ]
    assert points(page(RICH, sources=(source("feed", url="https://a.example/x"),)), "Where we read") == (
        "News, blogs and forums: a.example",
    )


def test_one_contact_serves_for_everything() -> None:
    assert points(page(brand({"contacts": {"default": "a@b.example"}}), "it"), "Contatti") == (
        "Per qualsiasi richiesta: a@b.example",
    )
    only = page(brand({"contacts": {"delivery": "a@b.example"}}))
    assert points(only, "Contacts") == ("Orders and deliveries: a@b.example",)
    assert "settled in private" not in text(only).replace("better settled in private", "")


@pytest.mark.parametrize(
    ("form", "said"), [("lei", "del lei."), ("tu", "del tu."), ("mirror", "come fa chi")]
)
def test_the_tone_is_that_of_the_pages_language(form: str, said: str) -> None:
    spoken = brand(voice={"formality": {"it": form}})
    assert said in text(page(spoken, "it"))
    assert "tone" not in text(page(spoken, "en"))


def test_a_name_is_never_kept_longer_than_its_text() -> None:
    assert "Names and handles of authors: 365 days." in text(page(BARE))


def test_what_the_page_is_silent_on() -> None:
    assert silent_on(RICH, SOURCES) == []
    assert silent_on(BARE, SOURCES) == [
        "[[sources]]",
        "brands.lumaca.policy.hours",
        "brands.lumaca.policy.first_contact",
        "brands.lumaca.policy.contacts",
        "brands.lumaca.policy.clauses",
    ]


def test_places_of_one_s_own_are_told_by_what_people_know() -> None:
    own = (
        source("wordpress", base_url="https://www.blog.aurora.example/it?x=1"),
        source("woocommerce", base_url="https://shop.aurora.example"),
        source("appstore_connect", app_id="1", issuer_id="i", key_id="k"),
        source("trustpilot", business_unit="0123456789abcdef01234567"),
    )
    assert points(page(RICH, sources=own), "Where we read") == (
        "Comments on blog.aurora.example",
        "Reviews in our shop on shop.aurora.example",
        "App Store: the reviews of our app",
        "Trustpilot: what is said of us",
    )
