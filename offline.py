"""Texts in, scores out, a line each: `ascolto analyze`. No database, no network. offline_drafts.py goes on to replies:
who analyses does not wait until what they need is loaded.

A line that cannot be read is answered in its place with the error; the others go on.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import islice
from typing import TYPE_CHECKING, Annotated, Any, BinaryIO

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from alerts import topics, tripwires
from store.brand import Brand

if TYPE_CHECKING:
    from sentiment.scorer import Scored, Scorer

MAX_LINE = 4 << 20  # bytes
TOGETHER = 128  # texts that are scored in one go
Answer = dict[str, Any]


class Text(BaseModel):
    """A line that was read. `id` is the line's number where it gives none."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    text: str
    id: str | int
    lang: Annotated[str, StringConstraints(pattern=r"^[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8})*$")] | None = None
    stars: float | None = Field(None, gt=0, le=5)
    platform: str | None = None
    author: str | None = None
    title: str | None = None


@dataclass(frozen=True, slots=True)
class BadLine:
    """A line that could not be read, and why."""

    id: str | int
    line: int
    error: str


def read_texts(stream: BinaryIO) -> Iterator[Text | BadLine]:
    """The texts of a file, a line each: JSON where it starts with `{`, else the text itself; none for a blank line."""
    number = 0
    while line := stream.readline(MAX_LINE):
        number += 1
        if len(line) == MAX_LINE and not line.endswith(b"\n"):
            while (rest := stream.readline(MAX_LINE)) and not rest.endswith(b"\n"):
                pass
            yield BadLine(number, number, f"longer than {MAX_LINE >> 20} MiB: cut the text")
        elif line.strip(b"\xef\xbb\xbf \t\r\n"):
            yield _read(line, number)


def analyze(
    texts: Iterable[Text | BadLine], scorer: "Scorer", brand: Brand | None = None
) -> Iterator[Answer]:
    """One answer for each line, in order, as design.md's `analyze` line."""
    for lines, outcomes in scored(texts, scorer, explain=True):
        for line, outcome in zip(lines, outcomes, strict=True):
            yield asdict(line) if isinstance(line, BadLine) else _analysis(line, outcome, brand)


def told(answer: Answer) -> str:
    """An answer of `analyze` or `draft` as a person reads it, on a line or a few."""
    if "error" in answer:
        return f"{answer['id']}: {answer['error']}"
    if "urgency" in answer:
        said = [answer["urgency"], answer["sentiment"], answer["category"]]
        read = " · ".join(said) if answer["urgency"] else "not read"
        why = f" ({', '.join(answer['why'])})" if answer["why"] else ""
        words = f" · words to check: {', '.join(answer['tripwires'])}" if answer["tripwires"] else ""
        return f"{answer['id']}: {answer['lang'] or '?'} · {read}{why}{words}"
    replies = [part for part in (answer["reply"], answer["private_reply"]) if part]
    return f"{answer['id']}:\n" + ("\n--\n".join(replies) or "(no reply)") + "\n"


def _read(line: bytes, number: int) -> Text | BadLine:
    try:
        text = line.decode("utf-8-sig").strip()
    except UnicodeDecodeError:
        return BadLine(number, number, "this is not UTF-8: save the file as UTF-8")
    if not text.startswith("{"):
        return Text(text=text, id=number)
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        return BadLine(number, number, f"this is not JSON: {error}")
    name = found.get("id")
    name = name if isinstance(name, str | int) and not isinstance(name, bool) else number
    try:
        return Text.model_validate(found | {"id": name})
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        return BadLine(name, number, f"{first['loc'][0]}: {first['msg']}")


def scored(
    texts: Iterable[Text | BadLine], scorer: "Scorer", *, explain: bool
) -> Iterator[tuple[list[Text | BadLine], Sequence["Scored | None"]]]:
    """The lines in parts, and for each text what the model says of it."""
    from sentiment.scorer import ScorerInput

    lines = iter(texts)
    while together := list(islice(lines, TOGETHER)):
        asked = [line for line in together if isinstance(line, Text)]
        inputs = [ScorerInput(text=t.text, title=t.title, lang=t.lang, stars=t.stars) for t in asked]
        outcomes = iter(scorer.score(inputs, explain=explain))
        yield together, [next(outcomes) if isinstance(line, Text) else None for line in together]


def _analysis(line: Text, outcome: "Scored | None", brand: Brand | None) -> Answer:
    assert outcome is not None
    hits = tripwires.find(words_of(line), outcome.lang, brand)
    return {
        "id": line.id,
        "lang": outcome.lang,
        "unsupported": outcome.unsupported,
        "sentiment": outcome.sentiment,
        "sentiment_score": outcome.sentiment_score,
        "sentiment_probs": outcome.sentiment_probs,
        "urgency": outcome.urgency,
        "urgency_score": outcome.urgency_score,
        "category": outcome.category,
        "topics": list(topics.all_of(brand, words_of(line), outcome.topics)),
        "tripwires": list(dict.fromkeys(hit.word for hit in hits)),
        "why": list(outcome.why),
        "model": outcome.model,
    }


def words_of(line: Text) -> str:
    """All that a line says."""
    return f"{line.title}\n{line.text}" if line.title else line.text
