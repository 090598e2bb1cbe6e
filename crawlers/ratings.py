"""Ratings as sites write them, on the five-point scale of `NewMention.stars`."""

import re
from typing import Any

_NUMBER = re.compile(r"-?\d+(?:[.,]\d+)?")
_OUT_OF = re.compile(
    r"(\d+(?:[.,]\d+)?)\s*(?:[^\W\d]{3,12}\s+)?(?:/|out of|of|su|von|sur|de|sobre|em)\s*(\d+(?:[.,]\d+)?)",
    re.IGNORECASE,
)  # "4 stelle su 5" too
_THOUSANDS = re.compile(r"(?<=\d)[.,\s'\u2019](?=\d{3}(?!\d))")
_SHORT = re.compile(r"(\d+(?:[.,]\d+)?)\s?([kKmM])\b")
_FULL, _EMPTY = "★⭐", "☆"


def number(value: Any) -> float | None:
    """The first number in a value: 4, "4,5", " 4.0 stars"; None where there is none."""
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, int | float):
        return float(value) if value == value and abs(value) < 1e9 else None
    match = _NUMBER.search(value[:200]) if isinstance(value, str) else None
    return float(match[0].replace(",", ".")) if match and len(match[0]) < 12 else None


def count(value: Any) -> int | None:
    """A number of likes, votes, replies, also as 1.234 or 1,2k; None where it is not told."""
    times = 1
    if isinstance(value, str):
        value = _THOUSANDS.sub("", value[:200])
        if match := _SHORT.search(value):
            value, times = match[1], 1000 if match[2] in "kK" else 1_000_000
    found = number(value)
    return round(found * times) if found is not None and found >= 0 else None


def stars(value: Any, best: Any = None, worst: Any = None) -> float | None:
    """`value` of `best` as 0 < stars <= 5, rounded to hundredths; None: no rating.

    schema.org's default for a missing `bestRating` is 5. Where the value exceeds it, sites mean 10 or 100.
    A zero is a rating only on a scale that is said to start there; it becomes half a star, the lowest there is.
    """
    if isinstance(value, str):
        value, best = _written(value, best)
    points, top, bottom = number(value), number(best), number(worst)
    if points is None or points < 0:
        return None
    if points == 0:
        return 0.5 if bottom == 0 else None
    top = _scale(points, top)
    return None if top is None else min(5.0, round(points * 5 / top, 2)) or 0.01


def _scale(points: float, top: float | None) -> float | None:
    if top is not None and top > 0 and points <= top:
        return top
    return next((scale for scale in (5.0, 10.0, 100.0) if points <= scale), None)


def _written(value: str, best: Any) -> tuple[Any, Any]:
    """ "4/5", "80%" and "★★★★☆" bring their own scale."""
    value = value.strip()[:200]
    if match := _OUT_OF.search(value):
        return match[1], match[2]
    if "%" in value:
        return value, 100
    full = sum(value.count(star) for star in _FULL)
    return (full, full + value.count(_EMPTY) if value.count(_EMPTY) else 5) if full else (value, best)
