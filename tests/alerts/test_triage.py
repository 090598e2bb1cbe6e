"""Why a mention needs a person: facts in, reasons, urgency and channel out, and the case it belongs to."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.triage import (
    BOTH_SIDES,
    DOUBT,
    ORDER,
    RANK,
    REQUESTS,
    SURE,
    Decision,
    Facts,
    Found,
    Neighbours,
    came_back_from,
    decide,
    has_words,
    home,
    is_harmless,
)
from alerts.tripwires import Hit
from alerts.virality import Usual
from store.brand import Policy
from store.tables import CaseStatus
from tests.alerts.facts import BRAND, NOW, before, case, climbing, earlier, facts, mention, unread

NEGATIVE: dict[str, Any] = {"sentiment": "negative", "category": "complaint", "negative": 0.9}
GLAD: dict[str, Any] = {"sentiment": "positive", "category": "praise", "urgency": "low", "negative": 0.01}
SPAM: dict[str, Any] = {"category": "spam", "urgency": "low"}


def kinds(**values: Any) -> tuple[str, ...]:
    return decide(facts(**values)).kinds


# ---------------------------------------------------------------------------- what the model says


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({"urgency": "critical"}, ("urgent",)),
        ({"urgency": "high"}, ("urgent",)),
        ({"urgency": "normal"}, ()),
        ({"urgency": "low"}, ()),
        ({**GLAD, "urgency": "critical", "stars": 5.0}, ("urgent",)),  # a danger inside a five-star review
        (NEGATIVE, ("negative",)),
        ({**NEGATIVE, "urgency": "critical"}, ("urgent", "negative")),
        ({"sentiment": "negative", "negative": 0.5, "category": "other"}, ("negative",)),
        ({**NEGATIVE, "stars": 5.0}, ("negative",)),  # "so that somebody reads this"
        ({"category": "complaint"}, ("mixed",)),
        ({"negative": BOTH_SIDES}, ("mixed",)),
        ({"negative": BOTH_SIDES - 0.01}, ()),
        ({"sentiment": "positive", "negative": DOUBT}, ("mixed",)),
        ({"sentiment": "positive", "negative": DOUBT - 0.01}, ()),
        ({"stars": 2.0}, ("mixed",)),  # a neutral text under two stars
        ({"stars": 3.0}, ()),
        ({**GLAD, "stars": 1.0}, ("mixed",)),  # stars and words contradict each other
        ({"category": "information"}, ("request",)),
        ({"category": "commercial"}, ("request",)),
        ({"category": "assistance", "urgency": "high"}, ("urgent", "request")),
        ({"category": "assistance", "sentiment": "negative"}, ("negative", "request")),
        ({"category": "commercial", "sentiment": "positive", "negative": 0.3}, ("request",)),
        ({"category": "information", "stars": 1.0}, ("request",)),
        ({"category": "other"}, ()),
        ({"category": "other", "sentiment": "positive", "negative": 0.1}, ()),
    ],
)
def test_what_the_model_says_gives_reasons(said: dict[str, Any], expected: tuple[str, ...]) -> None:
    assert kinds(**said) == expected


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (GLAD, ("praise",)),
        ({**GLAD, "stars": 5.0}, ("praise",)),
        ({**GLAD, "stars": 4.0}, ("praise",)),
        ({**GLAD, "stars": 3.5}, ()),
        ({**GLAD, "negative": SURE}, ()),
        ({**GLAD, "category": "other"}, ()),
        ({**GLAD, "sentiment": "neutral"}, ()),
        ({**GLAD, "history": True}, ()),
    ],
)
def test_praise_is_told_only_where_it_is_surely_praise(
    said: dict[str, Any], expected: tuple[str, ...]
) -> None:
    assert kinds(**said) == expected


def test_praise_goes_to_its_own_channel_without_a_clock() -> None:
    decision = decide(facts(**GLAD))
    assert (decision.channel, decision.urgency, decision.harmless) == ("praise", "low", True)


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (SPAM, ()),
        (
            {**SPAM, "sentiment": "negative", "negative": 0.9},
            (),
        ),  # a bare insult is counted, and told to nobody
        ({**SPAM, "urgency": "high"}, ()),
        ({**SPAM, "urgency": "critical"}, ("urgent",)),  # the heads contradict each other: a person looks
        ({**SPAM, "urgency": "normal", "sentiment": "negative", "negative": 0.9}, ("negative",)),
        ({**SPAM, "sentiment": "positive", "negative": 0.3}, ()),
        ({**SPAM, "stars": 1.0}, ()),
    ],
)
def test_spam_and_insults(said: dict[str, Any], expected: tuple[str, ...]) -> None:
    assert kinds(**said) == expected


def test_spam_neither_spreads_nor_comes_back() -> None:
    told = earlier(case())
    assert kinds(**SPAM, snapshots=climbing(0, 5000), earlier=[told]) == ()


def test_spam_with_a_tripwire_is_only_looked_at() -> None:
    decision = decide(facts(**SPAM | {"urgency": "high"}, hits=[Hit("fraud", "truffa")]))
    assert (decision.kinds, decision.urgency) == (("tripwire",), "normal")


# ---------------------------------------------------------------------------- what the model did not read


@pytest.mark.parametrize(
    ("text", "stars", "expected"),
    [
        ("Erittäin huono palvelu.", 1.0, ("negative",)),
        ("Erittäin huono palvelu.", 2.0, ("negative",)),
        ("Erittäin huono palvelu.", 3.0, ("mixed",)),
        (
            "Erittäin huono palvelu.",
            None,
            ("mixed",),
        ),  # words that nobody has read are never dropped in silence
        ("Erinomainen palvelu.", 4.0, ()),
        ("", 1.0, ("negative",)),
        ("", 3.0, ()),
        ("", 5.0, ()),
        ("👍👍", None, ()),
        ("👎", 1.0, ("negative",)),
    ],
)
def test_unread_mentions_are_judged_by_their_stars(
    text: str, stars: float | None, expected: tuple[str, ...]
) -> None:
    decision = decide(facts(text=text, stars=stars, score=unread()))
    assert decision.kinds == expected
    assert decision.urgency == ("normal" if expected else "low")


def test_a_score_without_words_to_read_counts_as_unread() -> None:
    """Whatever the model says of a row of emoji."""
    given = facts(text="🔥🔥🔥", **NEGATIVE, urgency="critical")
    assert not given.is_read
    assert (given.sentiment, given.category, given.urgency) == (None, None, "low")


def test_a_title_alone_is_words() -> None:
    assert has_words(mention(text="", title="Pessimo"))
    assert not has_words(mention(text="!!! 10/10", title=None))


def test_tripwires_hold_where_nobody_read() -> None:
    decision = decide(facts(text="avvocato", stars=5.0, score=unread(), hits=[Hit("law", "avvocato")]))
    assert (decision.kinds, decision.urgency) == (("tripwire",), "normal")


def test_without_any_score_stars_decide() -> None:
    assert decide(facts(stars=1.0, score=None)).kinds == ("negative",)


# ---------------------------------------------------------------------------- tripwires, spreading


def test_a_tripwire_asks_for_a_quiet_look_and_names_each_word_once() -> None:
    hits = [Hit("law", "avvocato"), Hit("brand", "NAS"), Hit("law", "avvocato")]
    decision = decide(facts(**GLAD, hits=hits))
    assert decision.found == (Found("tripwire", detail=("avvocato", "NAS")),)
    assert (decision.urgency, decision.channel) == ("normal", "alerts")


@pytest.mark.parametrize(
    ("said", "alarm", "stars", "urgency"),
    [
        (NEGATIVE, 0.05, None, "high"),
        (NEGATIVE, 0.1, None, "critical"),
        (GLAD, 0.05, None, "high"),
        (GLAD, 0.05, 5.0, "normal"),
        (GLAD, 0.2, 5.0, "high"),
        (GLAD, 0.2, 1.0, "critical"),
    ],
)
def test_words_of_danger_are_urgent_and_critical_where_the_model_is_half_alarmed(
    said: dict[str, Any], alarm: float, stars: float | None, urgency: str
) -> None:
    found = facts(
        **said | {"urgency_probs": {"critical": alarm}, "stars": stars}, hits=[Hit("danger", "salmonella")]
    )
    assert decide(found).urgency == urgency


@pytest.mark.parametrize("said", [NEGATIVE, GLAD])
def test_a_threat_to_a_life_is_critical_whatever_the_model_says(said: dict[str, Any]) -> None:
    assert decide(facts(**said, hits=[Hit("life", "la faccio finita")])).urgency == "critical"


def test_an_insult_with_a_matter_in_it_is_told() -> None:
    insult = {"sentiment": "negative", "urgency": "low", "category": "spam"}
    assert not decide(facts(**insult)).found
    assert decide(facts(**insult, topics=["delivery"])).kinds == ("negative",)
    assert decide(facts(**insult, stars=1.0)).kinds == ("negative",)


@pytest.mark.parametrize(
    ("counts", "usual", "policy", "viral"),
    [
        ((0, 500), None, {}, True),
        ((0, 500), 1000.0, {}, False),  # a source where that is little
        ((0, 60), None, {}, False),
        ((0, 60), None, {"viral": 10}, True),  # ten hours of it are the threshold
        ((0, 500), None, {"viral": 10_000}, False),
        ((0, 60), None, {"viral_reach": 100}, True),
        ((0, 500), None, {"viral_reach": 100_000, "viral": 1}, False),
        ((0, 500), None, {"viral_sure": 0.99}, False),
        ((), None, {}, False),
    ],
)
def test_spreading_is_measured_against_the_policy_and_the_source(
    counts: tuple[int, ...], usual: float | None, policy: dict[str, Any], viral: bool
) -> None:
    brand = BRAND.model_copy(update={"policy": Policy(**policy)})
    known = None if usual is None else Usual(usual)
    assert ("viral" in kinds(snapshots=climbing(*counts), usual=known, brand=brand)) is viral


def test_what_is_over_does_not_spread() -> None:
    old = {"published_at": NOW - timedelta(days=3)}
    assert "viral" not in kinds(**old, snapshots=climbing(5000, 5000, 5001))
    assert "viral" not in kinds(**old, snapshots=climbing(5000))  # one look, days later


def test_viral_tells_its_figures() -> None:
    (found,) = decide(facts(snapshots=climbing(40, 300))).found
    assert (found.kind, found.detail[:3]) == ("viral", ("reactions", "300", "260"))
    low, high = map(int, found.detail[3:])
    assert 300 < low < high


@pytest.mark.parametrize(
    ("said", "urgency", "channel"),
    [
        (NEGATIVE, "high", "alerts"),
        ({**NEGATIVE, "urgency": "high"}, "high", "alerts"),
        ({**NEGATIVE, "urgency": "critical"}, "critical", "alerts"),
        ({"sentiment": "neutral"}, "normal", "alerts"),
        (GLAD, "low", "praise"),
    ],
)
def test_how_urgent_what_spreads_is(said: dict[str, Any], urgency: str, channel: str) -> None:
    decision = decide(facts(**said, snapshots=climbing(0, 500)))
    assert "viral" in decision.kinds
    assert (decision.urgency, decision.channel) == (urgency, channel)


@pytest.mark.parametrize(
    ("said", "urgency"),
    [
        ({**NEGATIVE, "urgency": "high"}, "critical"),
        (NEGATIVE, "high"),
        ({"sentiment": "neutral", "urgency": "high"}, "high"),
        (GLAD, "low"),
    ],
)
def test_what_surely_goes_far_weighs_more(said: dict[str, Any], urgency: str) -> None:
    decision = decide(facts(**said, snapshots=climbing(300, 1500)))
    assert "viral" in decision.kinds
    assert decision.urgency == urgency


# ---------------------------------------------------------------------------- history, answers


def test_old_news_is_told_only_when_it_spreads_today() -> None:
    old: dict[str, Any] = {
        **NEGATIVE,
        "urgency": "critical",
        "history": True,
        "hits": [Hit("law", "avvocato")],
    }
    assert kinds(**old) == ()
    assert kinds(**old, snapshots=climbing(0, 500)) == ("viral",)


def test_old_news_that_is_rewritten_today_is_news() -> None:
    given = {**NEGATIVE, "history": True, "revision": 2, "edited_at": NOW, "previous": before()}
    assert kinds(**given) == ("edited", "negative")


def test_what_the_brand_has_answered_does_not_alert() -> None:
    decision = decide(facts(**NEGATIVE, urgency="critical", answer="Ci dispiace."))
    assert decision == Decision(answered=True, harmless=True)


@pytest.mark.parametrize(
    ("answered", "expected"),
    [(timedelta(minutes=-1), ("edited", "negative")), (timedelta(0), ()), (timedelta(minutes=1), ())],
)
def test_an_edit_after_the_answer_speaks_again(answered: timedelta, expected: tuple[str, ...]) -> None:
    edited_at = NOW - timedelta(minutes=30)
    told = kinds(
        **NEGATIVE,
        answer="Grazie.",
        answered_at=edited_at + answered,
        edited_at=edited_at,
        revision=2,
        previous=before(),
    )
    assert told == expected


def test_an_answer_whose_date_only_the_case_knows() -> None:
    edited_at = NOW - timedelta(minutes=30)
    given: dict[str, Any] = {"answer": "Grazie.", "edited_at": edited_at, "revision": 2, "previous": before()}
    assert not decide(facts(**NEGATIVE, **given, case=case(replied_at=NOW - timedelta(hours=1)))).answered
    assert decide(facts(**NEGATIVE, **given, case=case(replied_at=NOW))).answered


# ---------------------------------------------------------------------------- edits


@pytest.mark.parametrize(
    ("now_says", "said_before", "expected"),
    [
        ({"stars": 1.0}, {"stars": 4.0}, ("stars 4 1", "text")),
        ({"stars": 2.5}, {"stars": None}, ("stars 0 2.5", "text")),
        ({"stars": 4.0}, {"stars": 4.0}, ("text",)),
        ({"stars": 1.0, "text": "Un buon caffè, davvero."}, {"stars": 4.0}, ("stars 4 1",)),
        ({"stars": 4.0, "text": "UN BUON  caffe, davvero!", "title": "Mai"}, {"title": "Sì"}, ("text",)),
    ],
)
def test_an_edit_names_what_changed(
    now_says: dict[str, Any], said_before: dict[str, Any], expected: tuple[str, ...]
) -> None:
    given = facts(**NEGATIVE, **now_says, revision=2, edited_at=NOW, previous=before(**said_before))
    assert decide(given).found[0] == Found("edited", 2, expected)


@pytest.mark.parametrize(
    "text",
    [
        "il caffè ERA freddo  e nessuno si è scusato",
        "Il caffe era freddo e nessuno si e scusato. https://example.com/foto",
    ],
)
def test_other_clothes_are_no_edit(text: str) -> None:
    """Case, accents, spaces and links."""
    was = before(text="Il caffè era freddo e nessuno si è scusato.", stars=None)
    assert "edited" not in kinds(**NEGATIVE, text=text, revision=2, edited_at=NOW, previous=was, case=case())


@pytest.mark.parametrize(
    ("said", "of", "told"),
    [
        (NEGATIVE, None, True),  # good before, bad now
        ({"urgency": "high"}, None, True),
        ({"stars": 1.0}, None, True),
        (GLAD, None, False),  # nobody was told of it, and it is fine
        (GLAD, case(channel="praise"), False),
        (GLAD, case(), True),
        ({}, case(status=CaseStatus.RESOLVED), True),
    ],
)
def test_an_edit_counts_where_people_were_told_or_it_is_bad_now(
    said: dict[str, Any], of: Any, told: bool
) -> None:
    found = kinds(**said, revision=2, edited_at=NOW, previous=before(), case=of)
    assert ("edited" in found) is told


def test_each_edit_is_told_of_itself() -> None:
    told = [
        decide(facts(**NEGATIVE, revision=n, edited_at=NOW, previous=before(revision=n - 1)))
        .found[0]
        .occurrence
        for n in (2, 3)
    ]
    assert told == [2, 3]


def test_a_first_revision_is_no_edit() -> None:
    assert "edited" not in kinds(**NEGATIVE, previous=before())
    assert "edited" not in kinds(**NEGATIVE, revision=2, previous=None)


# ---------------------------------------------------------------------------- the customer wrote again


@pytest.mark.parametrize(
    ("of", "wrote", "expected"),
    [
        (case(), {}, True),
        (case(CaseStatus.RESOLVED), {}, True),
        (case(CaseStatus.REPLIED), {}, True),
        (case(CaseStatus.DISMISSED), {}, False),
        (case(channel="praise"), {}, False),
        (None, {}, False),  # nobody dealt with the earlier one
        (None, {"answer": "Grazie.", "answered_at": NOW - timedelta(hours=20)}, True),
        (
            None,
            {"answer": "Grazie."},
            True,
        ),  # an undated answer was given at the earliest when it was written
        (
            None,
            {"answer": "Grazie.", "answered_at": NOW - timedelta(hours=1)},
            False,
        ),  # after this one was written
        (case(opened_at=NOW), {}, False),  # found together: one matter, not a return
        (case(), {"published_at": NOW - timedelta(hours=2)}, False),
        (case(), {"published_at": NOW - timedelta(days=31)}, False),
        (case(), {"published_at": NOW - timedelta(days=31), "thread": "r1"}, True),
        (case(), {"published_at": NOW - timedelta(days=30)}, True),
    ],
)
def test_who_was_dealt_with_and_writes_again_came_back(
    of: Any, wrote: dict[str, Any], expected: bool
) -> None:
    found = decide(facts(**NEGATIVE, earlier=[earlier(of, **wrote)])).found
    assert (Found("came_back", detail=("2",)) in found) is expected


def test_the_latest_of_several_counts() -> None:
    several = [earlier(case(id=n), id=n, published_at=NOW - timedelta(days=n)) for n in (3, 2, 4)]
    back = came_back_from(facts(**NEGATIVE, earlier=several))
    assert back is not None
    assert back.mention.id == 2


def test_a_mention_does_not_come_back_to_itself() -> None:
    assert came_back_from(facts(earlier=[earlier(case(), id=1)])) is None


@pytest.mark.parametrize(
    ("of", "thread", "told"),
    [
        (case(), "r1", True),  # the thread of its case tells the story
        (case(), "r2", False),
        (case(channel="praise"), "r1", False),  # praise, a thank you for the thank you: nobody needs to know
        (None, "r1", False),
    ],
)
def test_thanks_are_told_only_where_the_matter_is(of: Any, thread: str, told: bool) -> None:
    wrote = earlier(of, thread=thread, answer="Grazie!", answered_at=NOW - timedelta(hours=20))
    assert ("came_back" in kinds(**GLAD, earlier=[wrote])) is told


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (GLAD, True),
        (SPAM, True),
        ({**GLAD, "urgency": "normal"}, True),
        ({**GLAD, "urgency": "high"}, False),
        ({**GLAD, "category": "assistance"}, False),
        ({**GLAD, "stars": 2.0}, False),
        (NEGATIVE, False),
        ({"sentiment": "neutral"}, False),
        ({"score": unread(), "stars": 5.0}, True),
        ({"score": unread(), "stars": 3.0}, False),
        ({"score": unread(), "stars": None}, False),
    ],
)
def test_what_reopens_nothing(said: dict[str, Any], expected: bool) -> None:
    assert is_harmless(facts(**said)) is expected


# ---------------------------------------------------------------------------- all together


def test_the_most_important_reason_comes_first() -> None:
    given = facts(
        **NEGATIVE | {"category": "assistance", "urgency": "critical"},
        stars=1.0,
        hits=[Hit("law", "avvocato")],
        snapshots=climbing(0, 500),
        earlier=[earlier(case())],
        revision=2,
        edited_at=NOW,
        previous=before(),
    )
    assert decide(given).kinds == (
        "urgent", "tripwire", "viral", "came_back", "edited", "negative", "request",
    )  # fmt: skip


def test_urgent_shows_a_few_of_the_words_that_moved_it() -> None:
    words = [f"parola{n}" for n in range(9)]
    assert decide(facts(urgency="high", why=words)).found == (Found("urgent", detail=tuple(words[:5])),)


def any_facts() -> st.SearchStrategy[Facts]:
    stars = st.sampled_from([None, 1.0, 2.0, 3.0, 4.0, 5.0])
    return st.builds(
        facts,
        text=st.sampled_from(["", "👍", "Il caffè era freddo e nessuno si è scusato."]),
        stars=stars,
        sentiment=st.sampled_from([None, "negative", "neutral", "positive"]),
        urgency=st.sampled_from([None, *RANK]),
        category=st.sampled_from([None, "complaint", "praise", "spam", "other", *REQUESTS]),
        negative=st.floats(0, 1),
        unsupported=st.booleans(),
        history=st.booleans(),
        answer=st.sampled_from([None, "Grazie."]),
        hits=st.sampled_from([[], [Hit("law", "avvocato")]]),
        snapshots=st.sampled_from([[], climbing(0, 1000)]),
        case=st.sampled_from([None, case(), case(channel="praise"), case(CaseStatus.RESOLVED)]),
        earlier=st.sampled_from([[], [earlier(case())], [earlier(case(), thread="r1")]]),
    )


@given(any_facts())
def test_whatever_the_facts_a_decision_keeps_its_promises(given_facts: Facts) -> None:
    decision = decide(given_facts)
    assert list(decision.kinds) == sorted(set(decision.kinds), key=ORDER.index)
    if decision.channel == "praise":
        assert set(decision.kinds) <= {"praise", "viral"}
    elif decision.found:
        assert RANK[decision.urgency] >= RANK["normal"], "every case has a clock"
    else:
        assert decision.urgency == "low"
    if decision.urgency == "critical":
        grave = given_facts.urgency == "high" and given_facts.sentiment == "negative"
        assert given_facts.urgency == "critical" or (grave and "viral" in decision.kinds)
    if given_facts.urgency == "critical" and not (given_facts.mention.answer or given_facts.mention.history):
        assert (decision.kinds[0], decision.urgency) == ("urgent", "critical")


# ---------------------------------------------------------------------------- the case it belongs to

OWN, THREAD, COPY, MINE = (case(id=n) for n in (1, 2, 3, 4))


def house(found: Decision, near: Neighbours, **values: Any) -> int | None:
    chosen = home(facts(**values), found, near)
    return chosen.id if chosen else None


ALERT, PRAISE = Decision((Found("negative"),), "normal"), Decision((Found("praise"),), "low", "praise")


def done(of: Any, status: str = CaseStatus.RESOLVED) -> Any:
    return case(status, id=of.id, channel=of.channel)


def praised(of: Any) -> Any:
    return case(id=of.id, channel="praise")


@pytest.mark.parametrize(
    ("near", "expected"),
    [
        (Neighbours(), None),
        (Neighbours(thread=THREAD, copy=COPY), 2),
        (Neighbours(copy=COPY), 3),
        (Neighbours(thread=done(THREAD), copy=COPY), 3),
        (Neighbours(thread=done(THREAD), copy=done(COPY)), None),
        (Neighbours(thread=done(THREAD, CaseStatus.REPLIED)), None),
        (Neighbours(thread=done(THREAD, CaseStatus.DISMISSED)), None),
        (Neighbours(thread=praised(THREAD), copy=COPY), 3),
        (Neighbours(copy=praised(COPY)), None),
    ],
)
def test_a_new_matter_joins_what_is_open_near_it(near: Neighbours, expected: int | None) -> None:
    assert house(ALERT, near, **NEGATIVE) == expected


def test_its_own_case_comes_first_even_when_it_is_done() -> None:
    near = Neighbours(thread=THREAD, copy=COPY)
    assert house(ALERT, near, **NEGATIVE, case=OWN) == 1
    assert house(ALERT, near, **NEGATIVE, case=done(OWN)) == 1


def test_praise_that_turned_into_a_matter_leaves_its_case() -> None:
    assert house(ALERT, Neighbours(), **NEGATIVE, case=praised(OWN)) is None
    assert house(ALERT, Neighbours(thread=THREAD), **NEGATIVE, case=praised(OWN)) == 2


def test_a_matter_that_turned_into_praise_stays_where_people_work_on_it() -> None:
    assert house(PRAISE, Neighbours(), **GLAD, case=OWN) == 1


def test_praise_joins_praise_alone() -> None:
    assert house(PRAISE, Neighbours(thread=THREAD, copy=praised(COPY)), **GLAD) == 3
    assert house(PRAISE, Neighbours(thread=THREAD, copy=COPY), **GLAD) is None


@pytest.mark.parametrize(
    ("of", "wrote", "stars", "expected"),
    [
        (done(MINE), {"thread": "r1"}, None, 4),  # the author's return opens even what is done
        (MINE, {"thread": "r1"}, 1.0, 4),
        (MINE, {}, None, 4),  # a post elsewhere goes on with what its author has open
        (MINE, {}, 1.0, None),  # a review of its own needs an answer of its own
        (done(MINE), {}, None, None),
        (praised(MINE), {"thread": "r1", "answer": "Grazie."}, None, None),
    ],
)
def test_where_a_customer_who_came_back_belongs(
    of: Any, wrote: dict[str, Any], stars: float | None, expected: int | None
) -> None:
    assert house(ALERT, Neighbours(), **NEGATIVE, stars=stars, earlier=[earlier(of, **wrote)]) == expected


def test_the_thread_comes_before_the_author() -> None:
    given = facts(**NEGATIVE, earlier=[earlier(MINE)])
    assert home(given, ALERT, Neighbours(thread=THREAD)) is THREAD
    assert home(replace(given, earlier=()), ALERT, Neighbours(copy=COPY)) is COPY
