"""The brand's own topics: named by words, told to drafts, rules and whoever counts."""

from datetime import datetime
from typing import Any

import pytest
from pydantic import ValidationError
from sqlmodel import select

from alerts import topics
from alerts.drafts.phrases import TOPICS
from alerts.drafts.plan import make
from alerts.replies.grounds import ground
from alerts.routing import CaseFacts, Routing, Rule, flaws, holds
from alerts.stage import draft_request
from alerts.triage import decide
from alerts.words import Words
from store.brand import Brand, OwnTopic, Policy
from store.db import Database
from store.tables import Score
from tests.alerts.belt import Belt
from tests.alerts.facts import facts

GRIND = OwnTopic(name="macinatura", words=("macinat*", "{grind,ground} coffee"))
CLUB = OwnTopic(name="club fedeltà", words=("punti",))
BRAND = Brand(
    key="aurora",
    name="Caffè Aurora",
    topics=(GRIND, CLUB, OwnTopic(name="delivery", words=("rider",))),
    policy=Policy(
        remedies={"macinatura": "refund_replacement", "product_quality": "escalate"},
        contacts={"default": "ciao@aurora.example", "club fedeltà": "club@aurora.example"},
    ),
)
GROUND = "Ho preso la Macinata fine e l'ho trovata grossa, per me è da buttare."


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (GROUND, ("macinatura",)),
        ("My GROUND  coffee is stale; i punti?", ("macinatura", "club fedeltà")),
        ("Il rider era in ritardo", ("delivery",)),
        ("Appuntiti", ()),
        ("", ()),
    ],
)
def test_words_name_a_topic(text: str, found: tuple[str, ...]) -> None:
    assert topics.own(BRAND, text) == found


def test_they_come_after_what_the_model_sees_each_once() -> None:
    assert topics.all_of(BRAND, "Il rider e i punti", ["delivery"]) == ("delivery", "club fedeltà")


def test_they_are_named_where_the_model_reads_nothing() -> None:
    unread = facts(brand=BRAND, text=GROUND, unsupported=True, topics=["staff"])
    assert unread.topics == ("macinatura",)


@pytest.mark.parametrize(
    "values",
    [
        {"name": "", "words": ["x"]},
        {"name": "a.b", "words": ["x"]},
        {"name": "x" * 41, "words": ["x"]},
        {"name": "x", "words": []},
        {"name": "x", "words": [" "]},
    ],
)
def test_a_topic_has_a_name_and_words(values: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        OwnTopic.model_validate(values)


def test_two_of_one_name_are_a_mistake() -> None:
    with pytest.raises(ValidationError, match="two topics are called 'macinatura'"):
        Brand(key="a", name="A", topics=(GRIND, GRIND))


def test_a_draft_offers_and_names_what_the_policy_has_for_it() -> None:
    given = facts(
        brand=BRAND, text=GROUND, sentiment="negative", category="complaint", topics=["product_quality"]
    )
    assert make(draft_request(given, decide(given))).remedy == "refund_replacement"
    given = facts(brand=BRAND, text="Dove sono i miei punti?", category="assistance", sentiment="negative")
    plan = make(draft_request(given, decide(given)))
    assert plan.contact == "club@aurora.example"
    assert plan.grounds["contact"] == ("policy.contacts.club fedeltà",)
    assert ground(plan.grounds["contact"][0], Words("en")) == "your contact for club fedeltà"


def test_a_rule_may_ask_for_topics() -> None:
    rule = Rule(topics=("macinatura", "delivery"), channel="#lab")
    assert holds(rule, CaseFacts("aurora", "normal", topics=("staff", "macinatura")))
    assert not holds(rule, CaseFacts("aurora", "normal", topics=("staff",)))
    assert not holds(rule, CaseFacts("aurora", "normal"))


def test_rules_that_can_never_hold_are_named() -> None:
    rules = (
        Rule(topics=("macinatura", "staff"), channel="#lab"),
        Rule(topics=("macinatura",), channel="#other"),
        Rule(topics=("grind",), channel="#lab"),
    )
    found = list(flaws(Routing(rules=rules), {"aurora": BRAND}, {}))
    assert [flaw.number for flaw in found] == [2, 3]
    assert found[1].what == "there is no topic grind"


def test_they_are_kept_beside_the_models(database: Database, now: datetime) -> None:
    belt = Belt(database, now)
    quiet: dict[str, Any] = {"sentiment": "neutral", "urgency": "low", "category": "other", "negative": 0.0}
    belt.put("r1", GROUND, topics=["product_quality"])
    belt.put("r2", "Oggi ho i punti.", **quiet)
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(__import__("tests.alerts.belt", fromlist=["BRANDS"]).BRANDS, "aurora", BRAND)
        belt.triage()
    with database.read() as session:
        kept = session.exec(select(Score.topics).order_by(Score.mention_id)).all()  # type: ignore[arg-type]
    assert kept == [["product_quality", "macinatura"], ["club fedeltà"]]


@pytest.mark.parametrize("language", ["en", "it"])
def test_every_topic_of_the_model_has_a_name(language: str) -> None:
    words = Words(language)
    named = [topics.name(topic, words) for topic in TOPICS]
    assert len(set(named)) == len(TOPICS) == 17
    assert not set(named) & set(TOPICS) - {"staff", "delivery"}
    assert topics.name("club\nfedeltà", words) == "club fedeltà"


def test_the_models_labels_are_these() -> None:
    labels = pytest.importorskip("sentiment.labels")
    assert labels.TOPICS == TOPICS
