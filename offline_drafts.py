"""Texts in, draft replies out, a line each: `ascolto draft`. No database, no network."""

from collections.abc import Iterable, Iterator
from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING

from alerts import tripwires
from alerts.drafts.compose import DraftReply, compose
from alerts.drafts.generator.rewriter import Rewriter
from alerts.gather import RECENT
from alerts.stage import draft_request
from alerts.triage import Facts, decide
from offline import Answer, BadLine, Text, scored, words_of
from sentiment.language import detect
from store.brand import Brand
from store.mention import NewMention
from store.tables import Mention, Score

if TYPE_CHECKING:
    from sentiment.scorer import Scored, Scorer


def draft(
    texts: Iterable[Text | BadLine],
    scorer: "Scorer",
    brand: Brand,
    now: datetime,
    reader: str | None = None,
    trace: bool = False,
    rewriter: Rewriter | None = None,
) -> Iterator[Answer]:
    """One draft reply for each line, in order, as design.md's `draft` line. `reader`: the language of who signs;
    `trace`: with what allows each sentence, and the note for the brand's profile; `rewriter`: has a chat model word
    drafts anew, and the trace says where it did not, and why."""
    recent: list[tuple[str, ...]] = []
    for lines, outcomes in scored(texts, scorer, explain=False):
        for line, outcome in zip(lines, outcomes, strict=True):
            if isinstance(line, BadLine):
                yield asdict(line)
                continue
            facts = facts_of(line, outcome, brand, now)
            asked = draft_request(facts, decide(facts), recent, lambda text: detect(text).lang)
            reply = compose(asked, reader)
            refused: Answer = {}
            recent = [reply.moves, *recent][:RECENT]
            if rewriter is not None:
                done = rewriter.rewrite(asked, reply)
                reply, refused = done.draft, {"not_generated": done.refused or None}
            yield answer_of(line, reply, trace) | (refused if trace else {})


def facts_of(line: Text, outcome: "Scored | None", brand: Brand, now: datetime) -> Facts:
    """The facts that the service would have gathered of a mention that says this."""
    assert outcome is not None
    new = NewMention(
        brand=brand.key,
        source="line",
        platform=line.platform or "",
        external_id=str(line.id),
        text=line.text,
        title=line.title,
        author=line.author,
        stars=line.stars,
        lang=line.lang,
        published_at=now,
    )
    mention = Mention(**new.model_dump(), content_hash="", first_seen_at=now, changed_at=now, revision=1)
    score = Score(mention_id=0, revision=1, scored_at=now, **asdict(outcome))
    return Facts(mention, score, brand, now, hits=tripwires.find(words_of(line), outcome.lang, brand))


def answer_of(line: Text, reply: DraftReply, trace: bool) -> Answer:
    """A draft as `ascolto draft` prints it."""
    answer = {
        "id": line.id,
        "lang": reply.lang,
        "reply": reply.reply,
        "private_reply": reply.private_reply,
        "gloss": reply.gloss,
        "length": {"used": reply.used, "limit": reply.limit, "unit": reply.unit},
        "remedy": reply.remedy,
        "checks": [asdict(check) for check in reply.checks],
        "generator": reply.generator,
    }
    return answer | (_trace(reply) if trace else {})


def _trace(reply: DraftReply) -> Answer:
    """A sentence's `move` is the one of `voice.phrases` that words it; where none does, the step of the reply."""
    sentences = []
    for sentence in reply.sentences:
        told = asdict(sentence)
        said = told.pop("said")
        sentences.append(told | {"move": said or sentence.move})
    return {
        "sentences": sentences,
        "status_note": reply.status_note,
    }
