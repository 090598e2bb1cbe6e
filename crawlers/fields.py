"""Which fields the mentions of a page have, and whether one is gone: then the page has changed its shape. Pure."""

from crawlers.base import Parsed


def present(parsed: Parsed) -> dict[str, float]:
    """How many of a page's mentions have each field, 0..1; empty for an empty page."""
    total = len(parsed.mentions)
    if not total:
        return {}
    undated = sum(m.external_id in parsed.undated for m in parsed.mentions)
    return {
        "text": sum(bool(m.text) for m in parsed.mentions) / total,
        "author": sum(m.author is not None for m in parsed.mentions) / total,
        "stars": sum(m.stars is not None for m in parsed.mentions) / total,
        "date": (total - undated) / total,
    }


def vanished(usual: float, share: float, total: int) -> bool:
    """Whether a field is gone: few results need more certainty than many."""
    if total >= 5:
        return usual >= 0.8 and share <= 0.2
    return total >= 3 and usual >= 0.99 and share == 0
