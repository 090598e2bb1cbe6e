"""Text from outside made safe to show: nothing invisible, nothing that turns a line around, cut where a person would.

What else a place needs (Slack's commands, a terminal's sequences) is for its channel.
"""

import regex

_LINE_ENDS = regex.compile("\r\n|[\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
# Controls but line end and tab, soft hyphens, marks of direction, zero widths, fillers that look like spaces, tags,
# private use (no two screens show the same there; our channels keep it for marks of their own).
_INVISIBLE = regex.compile(
    "[\x00-\x08\x0e-\x1b\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u200c\u200e\u200f"
    "\u202a-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff0-\ufffb\ue000-\uf8ff\U000e0000-\U000e0fff\U000f0000-\U0010ffff]"
)
_STRAY_JOINER = regex.compile(
    "(?<![\\p{Extended_Pictographic}\ufe0f\U0001f3fb-\U0001f3ff])\u200d|\u200d(?!\\p{Extended_Pictographic})"
)
_PILED_MARKS = regex.compile(r"(\p{M}{3})\p{M}+")
_SURROGATE = regex.compile("[\ud800-\udfff]")
_MANY_LINES = regex.compile(r"\n[ \t]*(?:\n[ \t]*)+")
ELLIPSIS = "…"


def visible(text: str) -> str:
    """`text` without what a reader cannot see and a screen obeys; lines stay lines, emoji stay whole."""
    text = str(_SURROGATE.sub("\ufffd", text))
    text = _INVISIBLE.sub("", _LINE_ENDS.sub("\n", text))
    text = _PILED_MARKS.sub(r"\1", _STRAY_JOINER.sub("", text))
    text = str(_MANY_LINES.sub("\n\n", text.replace("\t", " ")))
    return text.strip()


def one_line(text: str) -> str:
    """`visible`, on one line."""
    return " ".join(visible(text).split())


def cut(text: str, limit: int) -> str:
    """At most `limit` characters, ended at a word (or at least between two signs) with an ellipsis."""
    if len(text) <= limit:
        return text
    if limit <= 1:
        return ELLIPSIS[:limit]
    room = limit - len(ELLIPSIS)
    piece = _whole_signs(text, room)
    space = max(piece.rfind(" "), piece.rfind("\n"))
    if not text[len(piece)].isspace() and space >= room - max(room // 4, 1):
        piece = piece[:space]
    return piece.rstrip(" \n,;:-–—(") + ELLIPSIS


def shown(text: str | None, limit: int) -> str:
    """`visible` and `cut`; of a huge text only the beginning is looked at."""
    return cut(visible((text or "")[: limit * 4 + 100]), limit)


def _whole_signs(text: str, room: int) -> str:
    """As much of the beginning as fits without splitting an emoji or an accented letter."""
    end = 0
    for sign in regex.finditer(r"\X", text[: room + 1]):
        if sign.end() > room:
            break
        end = sign.end()
    return text[: end or room]
