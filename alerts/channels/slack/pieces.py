"""A long text in pieces that Slack takes, and how long a text is for Slack: in units of UTF-16."""

PIECE = 2_400  # Slack takes 3,000 in one input: so much is put there, so that there is room to write
SEPARATORS = {"n": "\n", "s": "\n\n", "w": " "}


def pieces(text: str) -> list[tuple[str, str]]:
    """The text in pieces of at most PIECE units, each with the mark (of SEPARATORS) of what stood before it."""
    found, mark = [], "n"
    while units(text) > PIECE:
        room = _room(text)
        at, end, following = _break(text, room)
        found.append((mark, text[:at]))
        text, mark = text[end:], following
    return [*found, (mark, text)]


def units(text: str) -> int:
    return len(text.encode("utf-16-le", "replace")) // 2


def _break(text: str, room: int) -> tuple[int, int, str]:
    for mark in ("s", "n", "w"):
        separator = SEPARATORS[mark]
        at = text.rfind(separator, room // 2, room)
        if at > 0:
            return at, at + len(separator), mark
    return room, room, "w"  # a word of thousands of letters: no reply has one


def _room(text: str) -> int:
    room = min(len(text), PIECE)
    while units(text[:room]) > PIECE:
        room -= max(1, (units(text[:room]) - PIECE) // 2)
    return room
