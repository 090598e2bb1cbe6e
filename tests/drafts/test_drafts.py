"""Sixty mentions in seven languages, each with what a good reply to it must and must not say.

The labels stand beside each mention, so that these tests judge the drafts and not the model.
"""

from collections import Counter
from dataclasses import replace

import pytest

import settings
from alerts.drafts import guard
from alerts.drafts.compose import DraftReply, compose
from alerts.drafts.phrases import FALLBACK, languages
from alerts.drafts.plan import make
from alerts.drafts.request import DraftRequest
from alerts.drafts.sequences import SEQUENCES
from alerts.stage import draft_request
from alerts.triage import decide
from benchmarks._rubric import (
    FOLDER,
    Mention,
    checked,
    mentions,
    nearest,
    nearest_within,
    rubric,
    said_twice,
)
from benchmarks.drafts import measure
from offline_drafts import answer_of, facts_of
from sentiment.scorer import Scored, ScorerInput

BRAND = settings.load(FOLDER / "ascolto.toml").brand("aurora")
MENTIONS = mentions()


def scored(mention: Mention) -> Scored:
    labels = mention.labels
    return Scored(
        lang=mention.lang,
        unsupported=False,
        sentiment=labels.sentiment,
        sentiment_score=None,
        sentiment_probs={"negative": labels.negative},
        urgency=labels.urgency,
        urgency_score=None,
        urgency_probs=None,
        category=labels.category,
        topics=labels.topics,
        why=[],
        model="recorded",
    )


def asked(mention: Mention) -> DraftRequest:
    facts = facts_of(mention.line, scored(mention), BRAND, mention.now)
    request = draft_request(facts, decide(facts))
    return replace(request, reasons=(*request.reasons, *mention.reasons))


def answered(mention: Mention) -> tuple[DraftReply, dict[str, bool]]:
    """The draft, and the checks it passes; how much it differs from others is asked of all of them together."""
    reply = compose(asked(mention))
    return reply, checked(mention, answer_of(mention.line, reply, trace=True), nearest=1.0)


class Recorded:
    """A scorer that says what stands beside the mentions."""

    def score(self, inputs: list[ScorerInput], *, explain: bool) -> list[Scored]:
        by_text = {mention.line.text: mention for mention in MENTIONS}
        return [scored(by_text[one.text]) for one in inputs]


@pytest.mark.parametrize("mention", MENTIONS, ids=lambda mention: str(mention.line.id))
def test_the_plan_is_the_expected_one(mention: Mention) -> None:
    plan = make(asked(mention))
    expected = mention.expected
    written = mention.lang in languages()  # else its words are not read, and the draft is in English
    assert plan.case == expected.case or (not written and expected.case == "answer" and plan.entry)
    assert plan.remedy == expected.remedy
    if written and plan.case in ("complaint", "mixed", "assistance"):
        assert expected.problem == plan.problem.id
    elif written and expected.problem:
        assert plan.problem.id == expected.problem
    if written and expected.form:
        assert plan.register == expected.form
    assert plan.phrases.lang == (mention.lang if written else FALLBACK)


@pytest.mark.parametrize("mention", MENTIONS, ids=lambda mention: str(mention.line.id))
def test_the_draft_says_what_it_must_and_nothing_else(mention: Mention) -> None:
    _, passed = answered(mention)
    spared = {"language", "named"} if mention.lang not in languages() else set()
    assert not [name for name, ok in passed.items() if not ok and name not in spared]


def test_the_mentions_are_of_seven_languages_and_nearly_every_case() -> None:
    assert len(MENTIONS) == len({mention.line.id for mention in MENTIONS}) == 60
    assert Counter(mention.lang for mention in MENTIONS)["it"] == 16
    assert {mention.lang for mention in MENTIONS} == {"it", "en", "es", "fr", "de", "pt", "nl"}
    cases = {mention.expected.case for mention in MENTIONS}
    unread = {"unread", "stars_middle", "stars_high"}  # nothing is to be read in them
    assert set(SEQUENCES) - cases <= unread | {"careful", "praise_open", "article_question"}


def test_each_criterion_has_checks_that_there_are() -> None:
    _, passed = answered(MENTIONS[0])
    criteria = rubric()
    named = {check for checks in criteria.values() for check in checks}
    assert set(criteria) == {"addresses_issue", "tone", "promises", "length", "language", "variety"}
    assert named == set(passed)
    assert named >= guard.HARD - {"statement"}  # which only the drafts of a storm are held to


def test_how_far_drafts_are_from_each_other() -> None:
    assert nearest(["a b c d", "a b c d", "w x y z"]) == [0, 0, 1]
    assert nearest(["a b c d", "a b c e"]) == [0.25, 0.25]
    assert nearest(["alone"]) == [1]


def test_only_drafts_of_one_language_are_compared() -> None:
    """Words of two languages differ whatever they say, and are no proof of variety."""
    assert nearest_within([("it", "a b c d"), ("en", "a b c d"), ("it", "a b c e")]) == [0.25, 1, 0.25]


def test_the_matter_is_named_in_the_first_two_sentences() -> None:
    """Not by the way, at the end of a letter that could be anybody's."""
    late = next(mention for mention in MENTIONS if mention.line.id == "it-late-order")
    reply, passed = answered(late)
    assert passed["named"]
    assert reply.reply
    answer = answer_of(late.line, reply, trace=True)
    far = answer | {"reply": f"Marta, buongiorno. Ci dispiace. Sulla consegna in ritardo: {reply.reply}"}
    assert not checked(late, far, nearest=1.0)["named"]


@pytest.mark.parametrize(
    ("lang", "text", "twice"),
    [
        ("it", "Leggere parole così è stato un piacere, grazie. Fa sempre piacere leggere parole così.", True),
        ("en", "We'll check both payments with the bank. With the bank, both payments will be checked.", True),
        ("it", "Ci dispiace per il ritardo. Verifichiamo con il corriere che cosa è successo.", False),
        ("en", "Write to us at anna.rossi.caffe@aurora.example. Please write to anna.rossi.caffe@aurora.example.", False),
    ],
)  # fmt: skip
def test_what_is_said_twice_is_found(lang: str, text: str, twice: bool) -> None:
    assert bool(said_twice(f"{text}\n\nGiulia", lang)) == twice


def test_the_benchmark_tells_of_all_of_them() -> None:
    figures = measure(Recorded())  # type: ignore[arg-type]
    assert figures["mentions"] == 60
    assert figures["identical"] == 0
    assert set(figures["rubric"]) == set(rubric())  # type: ignore[call-overload]
    assert set(figures["languages"]) == {"it", "en", "es", "fr", "de", "pt", "nl"}  # type: ignore[call-overload]
