"""HTML to the plain text a reader would see. What is stored, matched and scored never contains markup."""

import html
import re

import lxml.html

from store.mention import storable

# Tags that a shop's database leaves in fields meant for plain text. Anything else in angle brackets
# (`<3`, `<https://evil|click>`) is what the author typed and stays.
_TAGS = (
    "a|abbr|address|article|b|big|blockquote|br|cite|code|del|div|em|figure|font|h[1-6]|hr|i|img|ins|label|li|mark|ol"
    "|p|pre|q|s|section|small|span|strike|strong|sub|sup|table|tbody|td|th|thead|time|tr|u|ul"
)
_TAG = re.compile(rf"</?(?:{_TAGS})(?:\s[^<>]*)?/?>", re.IGNORECASE)
_BREAK = re.compile(
    r"</?(?:p|br|div|li|ul|ol|h[1-6]|tr|hr|blockquote|article|section|pre)\b[^<>]*>", re.IGNORECASE
)
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,30});")
_SPACES = re.compile(r"[^\S\n]+")
_LINES = re.compile(r"\s*\n\s*\n\s*")
_HIDDEN = {"script", "style", "template", "head", "noscript", "iframe", "object", "svg"}
_BLOCKS = {
    "p", "div", "li", "ul", "ol", "tr", "hr", "blockquote", "article", "section", "pre", "table", "figure",
    "h1", "h2", "h3", "h4", "h5", "h6", "br",
}  # fmt: skip


def plain(value: str) -> str:
    """Text that should be plain, without the markup and entities that slipped in; the rest untouched."""
    if "<" in value:
        value = _TAG.sub("", _BREAK.sub("\n", value))
    if "&" in value and _ENTITY.search(value):
        value = html.unescape(value)
    return tidy(value)


def from_html(value: str) -> str:
    """The text of an HTML fragment: blocks become lines, scripts and styles vanish."""
    value = storable(value)  # libxml2 takes what no database takes for the end of the text
    if "<" not in value and "&" not in value:
        return tidy(value)
    try:
        root = lxml.html.fragment_fromstring(value, create_parent="div")
    except (ValueError, AssertionError, lxml.etree.LxmlError):  # what libxml2 refuses as a whole
        return plain(value)
    return element_text(root)


def element_text(root: lxml.html.HtmlElement) -> str:
    """The visible text of an element."""
    pieces: list[str] = []
    walk = lxml.etree.iterwalk(root, events=("start", "end", "comment", "pi"))
    for event, node in walk:
        if event != "start":
            _leave(node, root, pieces)
        elif node.tag in _HIDDEN:
            walk.skip_subtree()
        else:
            _enter(node, pieces)
    return tidy("".join(pieces))


def _enter(node: lxml.html.HtmlElement, pieces: list[str]) -> None:
    if node.tag in _BLOCKS:
        pieces.append("\n")
    if node.text:
        pieces.append(_one_line(node.text))


def _leave(node: lxml.html.HtmlElement, root: lxml.html.HtmlElement, pieces: list[str]) -> None:
    """Of a comment or a processing instruction only what follows it is text."""
    if node.tag in _BLOCKS and node.tag != "br":
        pieces.append("\n")
    if node.tail and node is not root:
        pieces.append(_one_line(node.tail))


def _one_line(value: str) -> str:
    return value.replace("\n", " ").replace("\r", " ")


def tidy(value: str) -> str:
    """Single spaces, at most one blank line, none at the ends."""
    if "\n" not in value:
        return " ".join(value.split())
    value = _SPACES.sub(" ", value.replace("\r\n", "\n").replace("\r", "\n"))
    return "\n".join(line.strip() for line in _LINES.sub("\n\n", value).strip().split("\n"))
