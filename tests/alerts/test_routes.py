"""Which place a case is told at, when and with what: rules, quiet hours and bundles, as tables of cases."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from pydantic import ValidationError

from alerts import routing
from alerts.routing import CaseFacts, Place, Routing, Rule
from store.brand import Brand, Policy

ROME = ZoneInfo("Europe/Rome")
AURORA = Brand(key="aurora", name="Caffè Aurora")
SHOP = CaseFacts(
    brand="aurora",
    severity="normal",
    reasons=("negative",),
    lang="it-IT",
    source="google-bologna",
    platform="google",
    place="Caffè Aurora – Via Indipendenza, Bologna",
)


def facts(**changes: Any) -> CaseFacts:
    known = {name: getattr(SHOP, name) for name in SHOP.__dataclass_fields__}
    return CaseFacts(**known | changes)


def rules(*tables: Mapping[str, Any], **others: Any) -> Routing:
    return Routing.model_validate({"alerts": "#reputation", "rules": list(tables), **others})


def rome(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ROME).astimezone(UTC)


BOLOGNA = {"channel": "#bologna"}


@pytest.mark.parametrize(
    ("conditions", "case", "expected"),
    [
        ({}, {}, True),
        ({"brand": "aurora"}, {}, True),
        ({"brand": "berta"}, {}, False),
        ({"languages": "it"}, {}, True),
        ({"languages": ["de", "it"]}, {}, True),
        ({"languages": ["IT"]}, {"lang": "it"}, True),
        ({"languages": ["de"]}, {}, False),
        ({"languages": ["de"]}, {"lang": None}, False),
        ({"sources": ["google-bologna"]}, {}, True),
        ({"sources": ["google"]}, {}, False),
        ({"platforms": ["google", "page"]}, {}, True),
        ({"platforms": ["page"]}, {}, False),
        ({"places": ["bologna"]}, {}, True),
        ({"places": ["Milano", "BOLOGNA"]}, {}, True),
        ({"places": ["Milano"]}, {}, False),
        ({"places": ["bologna"]}, {"place": None}, False),
        ({"severity": ["critical", "high"]}, {}, False),
        ({"severity": ["critical", "high"]}, {"severity": "high"}, True),
        ({"reasons": ["request"]}, {}, False),
        ({"reasons": ["request", "negative"]}, {}, True),
        ({"reasons": ["negative"]}, {"reasons": ("tripwire", "negative")}, True),
        ({"brand": "aurora", "places": ["bologna"], "severity": ["normal"]}, {}, True),
        ({"brand": "aurora", "places": ["bologna"], "severity": ["high"]}, {}, False),
        # Praise and storms have places of their own: a rule moves them only by their name.
        ({"brand": "aurora"}, {"target": "praise", "reasons": ("praise",), "severity": "low"}, False),
        ({"reasons": ["praise"]}, {"target": "praise", "reasons": ("praise",), "severity": "low"}, True),
        ({"brand": "aurora"}, {"target": "crisis", "reasons": ("negative", "spike")}, False),
        ({"reasons": ["spike"]}, {"target": "crisis", "reasons": ("negative", "spike")}, True),
    ],
)
def test_a_rule_holds_where_all_its_conditions_do(
    conditions: dict[str, Any], case: dict[str, Any], expected: bool
) -> None:
    place = routing.route(rules(conditions | BOLOGNA), facts(**case))
    assert place.channel == ("#bologna" if expected else None)


def test_the_first_rule_that_holds_wins_whole() -> None:
    routes = rules(
        {"severity": ["critical"], "channel": "#now", "people": ["@marta"]},
        {"places": ["bologna"], "channel": "#bologna", "bundle": "day"},
        {"channel": "#rest", "people": "@luca", "bundle": "hour"},
    )
    assert routing.route(routes, facts(severity="critical")) == Place("#now", ("@marta",))
    assert routing.route(routes, facts()) == Place("#bologna", (), (), "day")
    assert routing.route(routes, facts(place="Milano")) == Place("#rest", ("@luca",), (), "hour")
    assert routing.route(Routing(), facts()) == Place()


@pytest.mark.parametrize(
    ("named", "kept"),
    [
        ("@marta", "@marta"),
        (" @head-of-care ", "@head-of-care"),
        ("U0123456789", "slack:U0123456789:U0123456789"),
    ],
)
def test_people_are_names_or_ids_of_the_workspace(named: str, kept: str) -> None:
    assert Rule.model_validate({"people": [named]}).people == (kept,)


@pytest.mark.parametrize(
    ("own", "rule", "case", "expected"),
    [
        (None, None, {}, None),
        ("hour", None, {}, "hour"),
        ("hour", "day", {}, "day"),
        ("hour", "no", {}, None),
        (None, "hour", {}, "hour"),
        ("day", None, {"reasons": ("request",)}, "day"),
        ("day", None, {"reasons": ("mixed", "request")}, "day"),
        ("day", None, {"severity": "high"}, None),
        ("day", None, {"severity": "critical"}, None),
        ("day", None, {"reasons": ("negative", "tripwire")}, None),
        ("day", None, {"reasons": ("came_back", "negative")}, None),
        ("day", None, {"reasons": ("edited",)}, None),
        ("day", None, {"reasons": ("viral", "negative")}, None),
        ("day", None, {"target": "praise", "reasons": ("praise",), "severity": "low"}, None),
        ("day", None, {"target": "crisis"}, None),
        ("day", None, {"storm": True}, None),
    ],
)
def test_only_normal_criticism_and_requests_are_bundled(
    own: str | None, rule: str | None, case: dict[str, Any], expected: str | None
) -> None:
    tables = [] if rule is None else [{"bundle": rule}]
    others = {} if own is None else {"bundle": own}
    assert routing.route(rules(*tables, **others), facts(**case)).bundle == expected


NIGHT = "mon-fri 19:00-08:00, sat-sun always"


@pytest.mark.parametrize(
    ("now", "until"),
    [
        ("2026-11-24T18:59", None),
        ("2026-11-24T19:00", "2026-11-25T08:00"),
        ("2026-11-25T03:00", "2026-11-25T08:00"),
        ("2026-11-25T08:00", None),
        ("2026-11-27T20:00", "2026-11-30T00:00"),  # Friday evening: Sunday night is no night of the list
        ("2026-11-29T12:00", "2026-11-30T00:00"),
        ("2026-10-24T23:00", "2026-10-26T00:00"),  # 25 October has 25 hours
        ("2026-03-28T23:00", "2026-03-30T00:00"),  # 29 March has 23
    ],
)
def test_quiet_hours_end_when_they_end(now: str, until: str | None) -> None:
    place = routing.route(Routing.model_validate({"quiet": NIGHT}), SHOP)
    found = routing.quiet_until(place, AURORA, rome(now))
    assert found == (rome(until) if until else None)


@pytest.mark.parametrize(
    ("case", "waits"),
    [
        ({}, True),
        ({"reasons": ("came_back",)}, True),
        ({"target": "praise", "reasons": ("praise",), "severity": "low"}, True),
        ({"severity": "high"}, False),
        ({"severity": "critical"}, False),
        ({"storm": True}, False),
        ({"target": "crisis"}, False),
    ],
)
def test_what_is_urgent_never_waits(case: dict[str, Any], waits: bool) -> None:
    place = routing.route(Routing.model_validate({"quiet": NIGHT}), facts(**case))
    assert (routing.quiet_until(place, AURORA, rome("2026-11-24T23:00")) is not None) is waits


def test_quiet_hours_by_brand_and_by_rule() -> None:
    routes = rules(
        {"places": ["bologna"], "quiet": "mon-sun 12:00-14:00"},
        {"languages": ["de"], "quiet": "ignore"},
        quiet={"default": "mon-sun 22:00-07:00", "berta": "mon-sun 20:00-07:00"},
    )
    table: list[tuple[dict[str, Any], str, str | None]] = [
        ({}, "2026-11-24T13:00", "2026-11-24T14:00"),
        ({}, "2026-11-24T23:00", None),
        ({"lang": "de", "place": None}, "2026-11-24T23:00", None),
        ({"place": None}, "2026-11-24T21:00", None),
        ({"place": None}, "2026-11-24T23:00", "2026-11-25T07:00"),
        ({"place": None, "brand": "berta"}, "2026-11-24T21:00", "2026-11-25T07:00"),
    ]
    for case, now, until in table:
        found = routing.quiet_until(routing.route(routes, facts(**case)), AURORA, rome(now))
        assert found == (rome(until) if until else None), (case, now)


def test_quiet_hours_are_those_of_the_brands_zone() -> None:
    tokyo = Brand(key="kissa", name="Kissa", timezone="Asia/Tokyo")
    place = routing.route(Routing.model_validate({"quiet": "mon-sun 19:00-08:00"}), SHOP)
    assert routing.quiet_until(place, tokyo, datetime(2026, 11, 24, 11, tzinfo=UTC)) == datetime(
        2026, 11, 24, 23, tzinfo=UTC
    )


@pytest.mark.parametrize(
    "value", ["always", "mon-sun always", "mon-sun 08:00-08:00", "mon-sun 00:00-13:00, mon-sun 12:00-24:00"]
)
def test_quiet_hours_that_never_end_are_refused(value: str) -> None:
    with pytest.raises(ValidationError, match="quiet hours must end"):
        Routing.model_validate({"quiet": value})


@pytest.mark.parametrize(
    ("span", "hours", "now", "end"),
    [
        ("hour", "mon-fri 09:00-18:00", "2026-11-24T10:20", "2026-11-24T11:00"),
        ("hour", "mon-fri 09:00-18:00", "2026-11-24T10:00", "2026-11-24T11:00"),
        ("hour", "mon-fri 09:00-18:00", "2026-10-25T01:30", "2026-10-25T02:00"),
        ("day", "mon-fri 09:00-18:00", "2026-11-24T07:00", "2026-11-24T09:00"),
        ("day", "mon-fri 09:00-18:00", "2026-11-24T09:00", "2026-11-25T09:00"),
        ("day", "mon-fri 09:00-13:00, mon-fri 14:00-18:00", "2026-11-24T10:00", "2026-11-25T09:00"),
        ("day", "mon-fri 09:00-18:00", "2026-11-27T10:00", "2026-11-30T09:00"),
        ("day", "mon-fri 09:00-18:00", "2026-12-24T20:00", "2026-12-28T09:00"),  # Christmas is a holiday
        ("day", "always", "2026-11-24T10:00", "2026-11-25T09:00"),
        ("day", "always", "2026-11-24T08:00", "2026-11-24T09:00"),
    ],
)
def test_bundles_end_with_their_hour_or_at_the_start_of_business(
    span: Any, hours: str, now: str, end: str
) -> None:
    policy = Policy.model_validate({"hours": hours, "holidays": "IT"})
    brand = Brand(key="aurora", name="Caffè Aurora", policy=policy)
    assert routing.window_end(span, brand, rome(now)) == rome(end)


def test_the_hour_that_autumn_repeats_has_two_bundles() -> None:
    first = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)  # 2:30 in Rome, and again an hour later
    second = datetime(2026, 10, 25, 1, 30, tzinfo=UTC)
    assert [routing.window_end("hour", AURORA, now).hour for now in (first, second)] == [1, 2]


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ({"channel": "bologna"}, "write its name as #reputation"),
        ({}, "changes nothing"),
        ({"brand": "aurora"}, "changes nothing"),
        ({"channel": "#a", "severity": ["urgent"]}, "critical"),
        ({"channel": "#a", "reasons": ["bad"]}, "negative"),
        ({"channel": "#a", "language": ["it"]}, "Extra inputs"),
        ({"bundle": "week"}, "hour"),
        ({"quiet": "at night"}, "are no hours"),
        ({"quiet": "always"}, "quiet hours must end"),
        ({"people": [""]}, "a name such as @marta"),
        ({"people": [7]}, "a name such as @marta"),
    ],
)
def test_what_no_rule_can_say_is_refused_with_the_mend(table: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        Routing.model_validate({"rules": [table]})


BRANDS = {"aurora": AURORA, "berta": Brand(key="berta", name="Berta")}
SOURCES = {"app": ("aurora", "appstore"), "berta-feed": ("berta", "feed")}


@pytest.mark.parametrize(
    ("tables", "expected"),
    [
        ([{"brand": "aurora"}, {"brand": "berta"}], []),
        ([{"brand": "aurra"}], [(1, "there is no brand aurra")]),
        ([{"sources": ["app"]}, {"sources": ["ap"]}], [(2, "there is no source ap")]),
        ([{"brand": "berta", "sources": ["app"]}], [(1, "there is no source app of brand berta")]),
        ([{"platforms": ["mastodon"]}], [(1, "no source is read from mastodon")]),
        ([{"sources": ["app"], "platforms": ["feed"]}], [(1, "no source is read from feed")]),
        ([{"severity": ["low"]}], [(1, "only praise is low")]),
        ([{"severity": ["low"], "reasons": ["praise"]}], []),
        ([{}, {"brand": "aurora"}], [(2, "rule 1 holds wherever it does")]),
        ([{"brand": "aurora"}, {}], []),
        ([{"places": ["bologna"]}, {"places": ["Bologna Centro"]}], [(2, "rule 1 holds wherever it does")]),
        ([{"places": ["Bologna Centro"]}, {"places": ["bologna"]}], []),
        ([{"severity": ["critical", "high"]}, {"severity": ["high"], "languages": ["it"]}], [(2, "rule 1 holds wherever it does")]),
        ([{"severity": ["high"]}, {"severity": ["critical", "high"]}], []),
        ([{"severity": ["high"], "languages": ["it"]}, {"severity": ["high"]}], []),
        ([{}, {"reasons": ["praise"]}], []),  # the first is not about praise
        ([{}, {"reasons": ["negative"]}], [(2, "rule 1 holds wherever it does")]),
    ],
)  # fmt: skip
def test_rules_that_can_never_hold_are_found(
    tables: list[dict[str, Any]], expected: list[tuple[int, str]]
) -> None:
    routes = rules(*({"channel": "#x"} | table for table in tables))
    found = [(flaw.number, flaw.what) for flaw in routing.flaws(routes, BRANDS, SOURCES)]
    assert found == expected


def test_quiet_hours_of_an_unknown_brand_are_found() -> None:
    routes = Routing.model_validate({"quiet": {"aurora": "mon 20:00-22:00", "auora": "mon 20:00-22:00"}})
    assert [flaw.what for flaw in routing.flaws(routes, BRANDS, {})] == [
        "quiet hours for a brand that is not there: auora"
    ]
