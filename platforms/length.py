"""How long a text is, in the unit of the platform: one len() is wrong for most of them."""

import unicodedata
from typing import Literal

import regex

Unit = Literal["characters", "bytes", "graphemes", "weighted"]
# X counts these ranges as one and everything else as two; each link counts as 23.
# Source: twitter-text configuration v3.
_LIGHT = ((0, 4351), (8192, 8205), (8208, 8223), (8242, 8247))
_LINK = regex.compile(r"https?://\S+")
LINK_WEIGHT = 23


def measure(text: str, unit: Unit) -> int:
    """The length of `text` in `unit`."""
    if unit == "bytes":
        return len(text.encode("utf-8", "surrogatepass"))
    if unit == "graphemes":
        return len(regex.findall(r"\X", text))
    if unit == "weighted":
        return _weighted(text)
    return len(text)


def _weighted(text: str) -> int:
    bare, links = _LINK.subn("", unicodedata.normalize("NFC", text))
    weights: int = sum(_weight(cluster) for cluster in regex.findall(r"\X", bare))
    return LINK_WEIGHT * int(links) + weights


def _weight(cluster: str) -> int:
    if len(cluster) > 1 and regex.match(r"\p{Extended_Pictographic}", cluster):
        return 2  # a whole emoji sequence counts as one emoji
    return sum(1 if any(low <= ord(char) <= high for low, high in _LIGHT) else 2 for char in cluster)
