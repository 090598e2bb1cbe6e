"""The pictures of the guides: real messages and forms, drawn as SVG, much as Slack shows them.

`python -m tests.walk.pictures` draws them anew into docs/pictures/; a test holds that they show what is rendered now. The
values are those of the golden files, and of `pictured`; what is drawn is what `blocks`, `forms`, `menu` and `home` make of
them.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from html import escape
from pathlib import Path
from typing import Any

from alerts import brief_words
from alerts.channels.slack import blocks, home, menu
from alerts.channels.slack.clicks import FASTER
from alerts.channels.slack.forms import false_alarm, not_about_us, report
from alerts.channels.slack.forms.not_about_us import Counted
from alerts.views import Line, Reminder, Said, View
from alerts.words import Words
from store.tables import CaseStatus
from tests.alerts.channels.kinds import KINDS, MARTA, NOW
from tests.alerts.channels.slack.views import HOME, SPAM, VIEWS
from tests.conftest import ROOT
from tests.fake_slack import PEOPLE
from tests.walk.pictured import (
    DOUBLE,
    EARLY,
    ENDED,
    FAKE,
    JOKE,
    LATE,
    NORTH,
    PRAISE,
    RUDE,
    TOGETHER,
    UNSHOWN,
)

PICTURES = ROOT / "docs" / "pictures"
WIDTH, MARGIN, INDENT = 720, 20, 56
SIZE, LEADING, SMALL = 15, 22, 12.5
INK, GREY, LINE, BLUE, GREEN, PALE = "#1d1c1d", "#616061", "#d0d0d0", "#1264a3", "#007a5a", "#f8f8f8"
SANS = "Lato, Arial, Helvetica, sans-serif"
MONO = "Menlo, 'DejaVu Sans Mono', monospace"
# Drawn, since few fonts have them in colours.
SIGNS = {
    "🔴": ("●", "#d92626"),
    "🟠": ("●", "#e8730c"),
    "🟡": ("●", "#e3b200"),
    "⚪": ("●", "#bbbbbb"),
    "🟢": ("●", "#2f9e44"),
    "💚": ("♥", "#2f9e44"),
}
NARROW, WIDE = frozenset("iljtfrI.,:;'’|!()[] /·"), frozenset("mwMW—…→%@")
Block = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Run:
    """A piece of a line in one style."""

    text: str
    color: str = INK
    bold: bool = False
    italic: bool = False


@dataclass(slots=True)
class Sheet:
    """A picture that grows downwards; `y` is where the next thing goes."""

    y: float = MARGIN
    left: float = MARGIN
    right: float = WIDTH - MARGIN
    width: float = WIDTH
    shapes: list[str] = field(default_factory=list)

    def text(self, runs: Sequence[Run], size: float = SIZE, family: str = SANS) -> None:
        """Runs as wrapped lines."""
        leading = size * LEADING / SIZE
        for line in _wrapped(runs, self.right - self.left, size, family):
            self.y += leading
            self.write(self.left, self.y - leading * 0.28, line, size, family)

    def write(
        self, x: float, y: float, runs: Sequence[Run], size: float, family: str = SANS, anchor: str = ""
    ) -> None:
        spans = "".join(_span(run) for run in runs)
        end = f' text-anchor="{anchor}"' if anchor else ""
        self.shapes.append(
            f'<text x="{x:g}" y="{y:.1f}" font-size="{size:g}" font-family="{escape(family)}" '
            f'xml:space="preserve"{end}>{spans}</text>'
        )

    def box(
        self, y: float, height: float, *, x: float, width: float, fill: str = "#fff", edge: str = LINE
    ) -> None:
        self.shapes.append(
            f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" rx="5" fill="{fill}" stroke="{edge}"/>'
        )

    def svg(self, title: str) -> str:
        height = self.y + MARGIN
        body = "\n".join(self.shapes)
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {self.width} {height:.0f}" width="{self.width}" '
            f'height="{height:.0f}" role="img">\n<title>{escape(title)}</title>\n'
            f'<rect x="0.5" y="0.5" width="{self.width - 1}" height="{height - 1:.0f}" rx="8" fill="#fff" stroke="{LINE}"/>\n'
            f"{body}\n</svg>\n"
        )


def _span(run: Run) -> str:
    weight = ' font-weight="700"' if run.bold else ""
    slant = ' font-style="italic"' if run.italic else ""
    return f'<tspan fill="{run.color}"{weight}{slant}>{escape(run.text, quote=False)}</tspan>'


def _width(text: str, size: float, family: str = SANS) -> float:
    """About how wide a text is: exact for none, near enough for wrapping and for buttons."""
    if family == MONO:
        return len(text) * size * 0.603
    return sum(_share(char) for char in text) * size * 1.08


def _share(char: str) -> float:
    if ord(char) > 0x2600:
        return 1.35
    if char in NARROW:
        return 0.31
    if char in WIDE:
        return 0.86
    return 0.67 if char.isupper() or char in "★☆" else 0.55


def _wrapped(runs: Sequence[Run], room: float, size: float, family: str) -> Iterator[list[Run]]:
    line: list[Run] = []
    used = 0.0
    for run in _colored(runs):
        for number, part in enumerate(run.text.split("\n")):
            if number:
                yield line
                line, used = [], 0.0
            for word in _words(part):
                wide = _width(word, size, family) * (1.22 if run.bold else 1)
                if line and used + wide > room and word.strip():
                    yield line
                    line, used, word = [], 0.0, word.lstrip()
                line.append(Run(word, run.color, run.bold, run.italic))
                used += wide
    if line:
        yield line


def _colored(runs: Sequence[Run]) -> Iterator[Run]:
    for run in runs:
        sign = run.text[:1]
        if sign in SIGNS:
            yield Run(*SIGNS[sign])
            yield Run(run.text[1:], run.color, run.bold, run.italic)
        else:
            yield run


def _words(text: str) -> Iterator[str]:
    """Each word with the space after it."""
    rest = text
    while rest:
        word, space, rest = rest.partition(" ")
        yield word + space


# ------------------------------------------------------------------------------------------------------- blocks


def draw(sheet: Sheet, block: Block, words: Words) -> None:
    """One block."""
    _BLOCKS[block["type"]](sheet, block, words)
    sheet.y += 8


def _header(sheet: Sheet, block: Block, words: Words) -> None:
    sheet.text([Run(block["text"]["text"], bold=True)], 18)


def _context(sheet: Sheet, block: Block, words: Words) -> None:
    sheet.text([Run("   ".join(e["text"] for e in block["elements"]), GREY)], SMALL)


def _section(sheet: Sheet, block: Block, words: Words) -> None:
    top, right = sheet.y, sheet.right
    beside = block.get("accessory")
    if beside:
        sheet.right -= _button_width(beside) + 16
    for number, line in enumerate(block["text"]["text"].split("\n")):
        sheet.text([Run(line, bold=bool(beside) and number == 0)])
    sheet.right = right
    if beside:
        _button(sheet, beside, right - _button_width(beside), top + 2)
        sheet.y = max(sheet.y, top + 38)


def _rich(sheet: Sheet, block: Block, words: Words) -> None:
    for part in block["elements"]:
        _RICH[part["type"]](sheet, part)
        sheet.y += 4


def _rich_section(sheet: Sheet, part: Block) -> None:
    sheet.text(_runs(part))


def _rich_list(sheet: Sheet, part: Block) -> None:
    for row in part["elements"]:
        sheet.write(sheet.left + 6, sheet.y + LEADING * 0.72, [Run("•")], SIZE)
        sheet.left += 24
        sheet.text(_runs(row))
        sheet.left -= 24


def _rich_quote(sheet: Sheet, part: Block) -> None:
    top = sheet.y + 2
    sheet.left += 16
    sheet.text(_runs(part))
    sheet.left -= 16
    sheet.shapes.append(
        f'<rect x="{sheet.left:g}" y="{top:.1f}" width="4" height="{sheet.y - top:.1f}" rx="2" fill="#ddd"/>'
    )


def _rich_verbatim(sheet: Sheet, part: Block) -> None:
    top, at = sheet.y + 2, len(sheet.shapes)
    sheet.left, sheet.right, sheet.y = sheet.left + 10, sheet.right - 10, sheet.y + 6
    sheet.text(_runs(part), 12.5, MONO)
    sheet.left, sheet.right, sheet.y = sheet.left - 10, sheet.right + 10, sheet.y + 8
    sheet.box(top, sheet.y - top, x=sheet.left, width=sheet.right - sheet.left, fill=PALE)
    sheet.shapes.insert(at, sheet.shapes.pop())


def _runs(part: Block) -> list[Run]:
    found = []
    for piece in part["elements"]:
        style = piece.get("style", {})
        bold, italic = bool(style.get("bold")), bool(style.get("italic"))
        if piece["type"] == "user":
            found.append(Run(f"@{PEOPLE.get(piece['user_id'], piece['user_id'])}", BLUE, True))
        elif piece["type"] == "link":
            found.append(Run(piece["text"], BLUE))
        elif piece["type"] == "date":
            found.append(Run(piece["fallback"]))
        else:
            found.append(Run(piece["text"], INK, bold, italic))
    return found


def _actions(sheet: Sheet, block: Block, words: Words) -> None:
    x, y = sheet.left, sheet.y + 4
    for element in block["elements"]:
        wide = _button_width(element)
        if x + wide > sheet.right and x > sheet.left:
            x, y = sheet.left, y + 40
        _button(sheet, element, x, y)
        x += wide + 8
    sheet.y = y + 34


def _label(element: Block) -> str:
    if element["type"] == "overflow":
        return "⋯"
    if element["type"] == "users_select":
        return f"{element['placeholder']['text']}  ▾"
    return str(element["text"]["text"])


def _button_width(element: Block) -> float:
    return max(38.0, _width(_label(element), SMALL + 1) * 1.12 + 26)


def _button(sheet: Sheet, element: Block, x: float, y: float) -> None:
    wide, main = _button_width(element), element.get("style") == "primary"
    sheet.box(y, 32, x=x, width=wide, fill=GREEN if main else "#fff", edge=GREEN if main else "#bbb")
    color = "#fff" if main else INK
    sheet.write(x + wide / 2, y + 21, [Run(_label(element), color, bold=True)], SMALL + 1, anchor="middle")


def _input(sheet: Sheet, block: Block, words: Words) -> None:
    label = [Run(block["label"]["text"], bold=True)]
    sheet.text([*label, Run(OPTIONAL[words.lang], GREY)] if block.get("optional") else label)
    element = block["element"]
    sheet.y += 4
    if element["type"] == "radio_buttons":
        for option in element["options"]:
            sheet.shapes.append(
                f'<circle cx="{sheet.left + 9:g}" cy="{sheet.y + 11:.1f}" r="7.5" fill="#fff" stroke="#868686"/>'
            )
            sheet.left += 26
            sheet.text([Run(option["text"]["text"])])
            sheet.left -= 26
    else:
        _field(sheet, element)
    if hint := block.get("hint"):
        sheet.text([Run(hint["text"], GREY)], SMALL)


def _field(sheet: Sheet, element: Block) -> None:
    top, at = sheet.y, len(sheet.shapes)
    sheet.left, sheet.right = sheet.left + 12, sheet.right - 12
    sheet.y += 6
    written = element.get("initial_value") or " "
    sheet.text([Run(written)])
    if element.get("multiline") and written == " ":
        sheet.y += LEADING
    sheet.left, sheet.right, sheet.y = sheet.left - 12, sheet.right + 12, sheet.y + 8
    if element["type"] in ("static_select", "datepicker"):
        sheet.write(sheet.right - 16, sheet.y - 13, [Run("▾", GREY)], SIZE, anchor="middle")
    sheet.box(top, sheet.y - top, x=sheet.left, width=sheet.right - sheet.left, edge="#868686")
    sheet.shapes.insert(at, sheet.shapes.pop())
    sheet.y += 2


_BLOCKS: dict[str, Callable[[Sheet, Block, Words], None]] = {
    "header": _header,
    "context": _context,
    "section": _section,
    "rich_text": _rich,
    "actions": _actions,
    "input": _input,
}
_RICH: dict[str, Callable[[Sheet, Block], None]] = {
    "rich_text_section": _rich_section,
    "rich_text_list": _rich_list,
    "rich_text_quote": _rich_quote,
    "rich_text_preformatted": _rich_verbatim,
}
# What Slack itself says around what is ours.
OPTIONAL = {"en": " (optional)", "it": " (facoltativo)"}
ONLY_YOU = {"en": "Only visible to you", "it": "Solo tu puoi vederlo"}


# ----------------------------------------------------------------------------------------------------- pictures


def messages(words: Words, *views: View | list[Block], note: str = "") -> str:
    """Messages of the app, one below the other, as in a channel or a thread."""
    sheet, said = Sheet(), []
    for view in views:
        shown = view if isinstance(view, list) else list(blocks.render(view, words).blocks)
        sheet.left = MARGIN
        sheet.box(sheet.y + 2, 36, x=MARGIN, width=36, fill="#4a154b", edge="#4a154b")
        sheet.write(MARGIN + 18, sheet.y + 27, [Run("A", "#fff", bold=True)], 20, anchor="middle")
        sheet.left = MARGIN + INDENT - 8
        top = [Run("Ascolto ", bold=True), Run(" APP", GREY)]
        sheet.text([*top, Run(f"   {note}", GREY)] if note else top)
        for block in shown:
            draw(sheet, block, words)
        said.append(_first(shown))
        sheet.y += 4
    return sheet.svg(" / ".join(said))


def form(words: Words, view: Block) -> str:
    """A modal, with its title and the buttons at its foot."""
    sheet = Sheet()
    sheet.text([Run(view["title"]["text"], bold=True)], 19)
    sheet.y += 8
    for block in view["blocks"]:
        draw(sheet, block, words)
    sheet.y += 6
    x = sheet.right
    for name in ("submit", "close"):
        if label := view.get(name):
            element = {"type": "button", "text": label, "style": "primary" if name == "submit" else ""}
            x -= _button_width(element)
            _button(sheet, element, x, sheet.y)
            x -= 8
    sheet.y += 34
    return sheet.svg(view["title"]["text"])


def page(words: Words, view: Block) -> str:
    """The App Home."""
    sheet = Sheet()
    for block in view["blocks"]:
        draw(sheet, block, words)
    return sheet.svg("Ascolto")


def entries(words: Words, view: View) -> str:
    """The short menu under a message, open."""
    shown = blocks.render(view, words).blocks
    (short,) = [e for b in shown if b["type"] == "actions" for e in b["elements"] if e["type"] == "overflow"]
    sheet = Sheet(left=MARGIN, right=300, width=320)
    for option in short["options"]:
        sheet.text([Run(option["text"]["text"])])
        sheet.y += 6
    return sheet.svg("⋯")


def _first(shown: Sequence[Block]) -> str:
    """The first words of a message, for whoever does not see the picture."""

    def texts(value: Any) -> Iterator[str]:
        if isinstance(value, dict):
            if isinstance(value.get("text"), str):
                yield value["text"]
            for part in value.values():
                yield from texts(part)
        elif isinstance(value, list | tuple):
            for part in value:
                yield from texts(part)

    return next(texts(shown), "Ascolto").strip()


def _faster(words: Words) -> list[Block]:
    said = words._(
        FASTER[CaseStatus.ACKNOWLEDGED], who="marta", when=words._("today at {time}", time="12:00")
    )
    return [{"type": "section", "text": {"type": "plain_text", "text": said}}]


def _home(words: Words) -> Block:
    team = (*HOME.team[:2], PRAISE)
    return home.view(replace(HOME, paused=(), team=team), words)


def _samples(words: Words) -> list[Block]:
    """The end of a morning's brief: what was not shown."""
    head, *others = blocks.render(UNSHOWN, words).blocks
    title = brief_words.samples_title(words)
    first = next(number for number, block in enumerate(others) if title in str(block))
    return [head, *others[first:]]


def _story() -> list[View]:
    """A thread from the case given to a colleague to the question whether all is well."""
    note, asked = KINDS["line_note"], KINDS["reminder_follow_up"]
    assert isinstance(note, Line)
    assert isinstance(asked, Reminder)
    said = Said(MARTA, text="Chiamata: la bambina sta meglio.")
    card = replace(asked.card, resolved_at=NOW, now=NOW + timedelta(days=7), resolution="refund")
    return [
        KINDS["line_given"],
        replace(note, said=said),
        KINDS["line_promised"],
        KINDS["reminder_promise"],
        KINDS["line_resolved"],
        replace(asked, card=card),
    ]


DRAWN: dict[str, Callable[[Words], str]] = {
    "alert": lambda words: messages(words, KINDS["critical"]),
    "menu": lambda words: entries(words, KINDS["critical"]),
    "taken": lambda words: messages(words, KINDS["acknowledged"]),
    "thread": lambda words: messages(words, *_story()),
    "reminders": lambda words: messages(
        words, KINDS["reminder"], KINDS["reminder_late"], KINDS["reminder_back"]
    ),
    "edited": lambda words: messages(words, KINDS["edited"]),
    "resolved": lambda words: messages(words, KINDS["resolved"]),
    "praise": lambda words: messages(words, PRAISE),
    "faster": lambda words: messages(words, _faster(words), note=ONLY_YOU[words.lang]),
    "more": lambda words: form(words, VIEWS["menu_open"](words)),
    "spam": lambda words: form(words, menu.view(RUDE, SPAM, words)),
    "edit": lambda words: form(words, VIEWS["edit"](words)),
    "replied": lambda words: form(words, VIEWS["replied"](words)),
    "resolve": lambda words: form(words, VIEWS["resolve"](words)),
    "false_alarm": lambda words: form(words, false_alarm.view(JOKE, words)),
    "not_about_us": lambda words: form(words, not_about_us.view(NORTH, Counted("aurora boreale", 14), words)),
    "report": lambda words: form(words, report.view(FAKE, words)),
    "home": lambda words: page(words, _home(words)),
    "storm": lambda words: messages(words, DOUBLE),
    "storm_over": lambda words: messages(words, ENDED),
    "bundle": lambda words: messages(words, TOGETHER),
    "brief": lambda words: messages(words, EARLY),
    "samples": lambda words: messages(words, _samples(words)),
    "evening": lambda words: messages(words, LATE),
}


def files() -> dict[Path, str]:
    """Each picture, with what it should hold."""
    return {
        PICTURES / f"{name}.{lang}.svg": make(Words(lang))
        for name, make in DRAWN.items()
        for lang in ("en", "it")
    }


if __name__ == "__main__":
    PICTURES.mkdir(parents=True, exist_ok=True)
    for path, content in files().items():
        path.write_text(content, encoding="utf-8")
