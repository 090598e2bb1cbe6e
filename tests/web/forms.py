"""A page's form as a browser without scripts sends it."""

from html.parser import HTMLParser


class Form(HTMLParser):
    """What the form in `html` would send: names and values, and the buttons it could be sent by."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.sent: dict[str, str] = {}
        self.buttons: list[str] = []
        self.disabled = 0
        self._text: str | None = None
        self._select: str | None = None
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = dict(attrs)
        name = known.get("name") or ""
        if tag == "fieldset" and "disabled" in known:
            self.disabled += 1
        if tag == "input" and name and (known.get("type") != "checkbox" or "checked" in known):
            self.sent[name] = known.get("value") or ("on" if known.get("type") == "checkbox" else "")
        elif tag == "textarea":
            self._text = name
            self.sent[name] = ""
        elif tag == "select":
            self._select = name
        elif tag == "option" and self._select and (self._select not in self.sent or "selected" in known):
            self.sent[self._select] = known.get("value") or ""
        elif tag == "button" and name:
            self.buttons.append(known.get("value") or "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self._text = None
        elif tag == "select":
            self._select = None

    def handle_data(self, text: str) -> None:
        if self._text is not None:
            self.sent[self._text] += text
