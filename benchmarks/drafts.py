"""Drafts for the mentions of `tests/drafts`, composed as `ascolto draft` does: which checks they pass, how much they
differ from one another, how long they are."""

import os
import statistics
from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import TYPE_CHECKING

import settings
from benchmarks._rubric import FOLDER, Mention, checked, mentions, nearest_within, rubric, share
from offline import Answer
from offline_drafts import draft

if TYPE_CHECKING:
    from sentiment.scorer import Scorer


def bench() -> dict[str, object]:
    """The figures with the model that is in use. ASCOLTO_MODEL names another folder of ours than the built-in one."""
    from sentiment.loading import load_scorer

    return measure(load_scorer(os.environ.get("ASCOLTO_MODEL")))


def measure(scorer: "Scorer") -> dict[str, object]:
    """Shares from 0 to 1: of the drafts that pass each check and criterion, in all and by language."""
    written = [(mention, answer) for mention, answer in _drafts(mentions(), scorer)]
    replies = [(str(answer["lang"]), str(answer["reply"])) for _, answer in written if answer["reply"]]
    apart = nearest_within([(lang, _body(reply)) for lang, reply in replies])
    left = iter(apart)
    found = [(m, checked(m, a, next(left) if a["reply"] else 1.0)) for m, a in written]
    languages = sorted({mention.lang for mention, _ in found})
    return {
        "mentions": len(written),
        "replies": len(replies),
        "checks": _checks([passed for _, passed in found]),
        **_shares([passed for _, passed in found]),
        "languages": {
            lang: _shares([passed for mention, passed in found if mention.lang == lang]) for lang in languages
        },
        "failed": {
            str(mention.line.id): failed
            for mention, passed in found
            if (failed := [name for name, ok in passed.items() if not ok])
        },
        "nearest": {"median": round(statistics.median(apart), 3), "least": round(min(apart), 3)},
        "identical": share([distance == 0 for distance in apart]),
        "length": _lengths([answer for _, answer in written if answer["reply"]]),
    }


def _drafts(found: Sequence[Mention], scorer: "Scorer") -> list[tuple[Mention, Answer]]:
    """The answer to each; a run of `ascolto draft` for those of one moment."""
    brand = settings.load(FOLDER / "ascolto.toml").brand(None)
    written: list[tuple[Mention, Answer]] = []
    for now, together in groupby(
        sorted(found, key=lambda mention: mention.now), key=lambda mention: mention.now
    ):
        some = list(together)
        answers = draft([mention.line for mention in some], scorer, brand, now, trace=True)
        written += zip(some, answers, strict=True)
    return written


def _body(reply: str) -> str:
    """The reply without its signature, which all have."""
    return reply.rpartition("\n\n")[0] or reply


def _checks(found: Sequence[Mapping[str, bool]]) -> dict[str, float | None]:
    names = sorted({name for passed in found for name in passed})
    return {name: share([passed[name] for passed in found if name in passed]) for name in names}


def _shares(found: Sequence[Mapping[str, bool]]) -> dict[str, object]:
    """Of each criterion, the drafts to which it applies; `all`: those that meet every one."""
    criteria = {
        name: share([all(passed.get(check, True) for check in checks) for passed in found])
        for name, checks in rubric().items()
    }
    return {"rubric": criteria, "all": share([all(passed.values()) for passed in found])}


def _lengths(answers: Sequence[Answer]) -> dict[str, object]:
    """Of public replies, in characters, and where the platform has a limit what part of it they take."""
    used = sorted(len(str(answer["reply"])) for answer in answers)
    limits = [answer["length"] for answer in answers if answer["length"]["limit"]]
    parts = [length["used"] / length["limit"] for length in limits]
    return {
        "median": round(statistics.median(used)),
        "p95": used[max(0, -(-95 * len(used) // 100) - 1)],  # the nearest rank
        "most": used[-1],
        "share_of_limit_median": round(statistics.median(parts), 3),
        "share_of_limit_most": round(max(parts), 3),
    }
