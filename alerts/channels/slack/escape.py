"""Text from outside made harmless for Slack: it can ping nobody, link nowhere and format nothing.

Three shields, by place. In blocks, such text only stands where Slack parses nothing (`plain_text`, `rich_text`), and
what looks like one of Slack's commands is broken all the same (`inert`). Where Slack parses (the `text` of a message),
the three control characters are entities and what Slack turns into links, names or styles is written with
characters that look alike (`plain`).
"""

import re

from alerts.text import cut, visible

# A link may have been cut before its colon.
_COMMAND = re.compile(r"<(?=\s*(?:[!@#]|https?|mailto|[a-zA-Z][\w+.-]*:))")
_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
# Slack's marks of style, names and channels, and the same sign in another coat.
_LOOKALIKES = str.maketrans({"*": "∗", "_": "ˍ", "~": "∼", "`": "ˋ", "@": "＠", "#": "＃"})
_SCHEME = re.compile(r"(?<=\w):(?=/)|(?<=mailto):|(?<=tel):", re.IGNORECASE)
_DOMAIN_DOT = re.compile(r"(?<=\w)\.(?=[^\W\d_]{2,})")
_EMOJI_CODE = re.compile(r":(?=[a-z0-9+'_-]+:)", re.IGNORECASE)


def inert(text: str, limit: int) -> str:
    """For `plain_text` and `rich_text`: visible, cut to `limit`, no command left."""
    return _COMMAND.sub("‹", cut(visible(text[: limit * 4 + 100]), limit))


def plain(text: str, limit: int) -> str:
    """For the `text` of a message, which Slack parses: at most `limit` characters after escaping."""
    seen = visible(text[: limit * 4 + 100])
    room = limit
    while len(escaped := _escape(cut(seen, room))) > limit:
        room -= max(1, (len(escaped) - limit) // 5)  # an entity is at most five characters for one
    return escaped


def _escape(text: str) -> str:
    text = _DOMAIN_DOT.sub("․", _SCHEME.sub("∶", _EMOJI_CODE.sub("∶", text)))
    return "".join(_ENTITIES.get(char, char) for char in text.translate(_LOOKALIKES))
