"""What every page is made with: the templates, their words, who looks at it, and the sections of the site.

A section (the dashboard, the sources, the settings) is an address, a name in the navigation, and its routes; it is
added by handing it to `create_app`. Templates hold no words: they get them from here, or from their page.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response
from itsdangerous import BadSignature, URLSafeTimedSerializer
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from alerts import telling
from alerts.channels.slack.listener import Listener
from alerts.words import N_, Words
from store.brand import Brand
from store.db import Database
from web.gate import Visitor

TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).with_name("templates")),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
NOTE = "ascolto-note"
MOST_SAID = 1_500  # characters: a cookie holds 4,096 bytes
FRAME = {
    "inbox": N_("Inbox"),
    "skip": N_("Skip to the content"),
    "sections": N_("Sections"),
    "sign_out": N_("Sign out"),
    "reading": N_("You may read everything here, and change nothing."),
    "sorry": N_("This cannot be shown"),
    "back": N_("Back to the inbox"),
    "sign_in": N_("Sign in"),
    "open_inbox": N_("Open the inbox"),
    "once": N_("This link opens the inbox once, for you alone."),
    "with_slack": N_("Sign in with Slack"),
    "with_link": N_("Who runs Ascolto gets a link that opens it once with: ascolto inbox link"),
    "keys": N_("Keys"),
    "close": N_("Close"),
}
KEYS = (
    ("j / k", N_("the next case, the one before")),
    ("Enter", N_("open the case")),
    ("a", N_("acknowledge it")),
    ("e", N_("edit its draft")),
    ("r", N_("mark it as replied")),
    ("v", N_("resolve it")),
    ("n", N_("add a note")),
    ("x", N_("choose it, to do something with several")),
    ("/", N_("search")),
    ("u", N_("back to the inbox")),
    ("Esc", N_("leave a field")),
    ("?", N_("these keys")),
)
PROBLEMS = {
    "sign_in": N_("Please sign in first."),
    "link": N_("This link opens nothing any more: it was used, or an hour has passed. Ask for another."),
    "slack": N_("Slack did not say who you are, or not for the workspace of this Ascolto. Please try again."),
    "nobody": N_("You are not among those who may read here. Ask whoever runs Ascolto."),
    "often": N_("Too many tries. Please wait a minute."),
    "role": N_("You may read everything here, and change nothing."),
    "form": N_(
        "This form is too old, or not from here, so nothing was changed. Please go back and try again."
    ),
    "host": N_(
        "Ascolto shows its pages only under its public address, or that of its own machine, such as "
        "http://127.0.0.1:8765. From another machine, open a tunnel: ssh -L 8765:127.0.0.1:8765."
    ),
    "missing": N_("There is nothing at this address."),
    "database": N_("The database does not answer. Please try again in a moment."),
    "error": N_("Something went wrong here. The log of Ascolto tells what."),
}
STATUSES = {"often": 429, "missing": 404, "database": 503, "error": 500, "form": 400}


def said(labels: Mapping[str, str], words: Words) -> SimpleNamespace:
    """Labels in the language of the page, as attributes: `clear` and `copy` of a dictionary are something else."""
    return SimpleNamespace(**{name: words._(label) for name, label in labels.items()})


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the site. `label`: its name, a message of the catalogue; `routes` makes its pages, which the gate
    stands before: see `web.gate` for who asks and what they posted."""

    address: str
    label: str
    routes: Callable[["Site"], APIRouter]


@dataclass(frozen=True, slots=True)
class Site:
    """`listener`: the database, the brands, the words and the clock, and all that a click needs; `key` signs what is
    told on the next page."""

    listener: Listener
    key: str = field(repr=False)
    sections: Sequence[Section] = ()
    slack: bool = field(default=False)  # whether people sign in with it

    @property
    def db(self) -> Database:
        return self.listener.db

    @property
    def brands(self) -> Mapping[str, Brand]:
        return self.listener.brands

    @property
    def words(self) -> Words:
        return self.listener.words

    @property
    def clock(self) -> Callable[[], datetime]:
        return self.listener.clock

    def page(self, request: Request, template: str, status: int = 200, **values: Any) -> HTMLResponse:
        """A page in its frame. Templates of pages extend `base.html`, and find in `visitor` who looks (None: nobody
        who is signed in)."""
        said = values.pop("said_now", "") or self._told(request)
        answer = HTMLResponse(self.render(request, template, told=said, **values), status)
        if NOTE in request.cookies:
            answer.delete_cookie(NOTE, path="/")
        return answer

    def render(self, request: Request, template: str, **values: Any) -> str:
        words = self.words
        found: Visitor | None = getattr(request.state, "visitor", None)
        frame = {
            "words": words,
            "frame": said(FRAME, words),
            "visitor": found,
            "name": telling.name_of(found.who) if found else "",
            "sections": [
                ("/", words._(FRAME["inbox"])),
                *((one.address, words._(one.label)) for one in self.sections),
            ],
            "here": self._here(request.url.path),
            "told": "",
            "keys": [(key, words._(said)) for key, said in KEYS],
            "slack": self.slack,
            "telling": telling,
        }
        return TEMPLATES.get_template(template).render(frame | values)

    def template(self, name: str, **values: Any) -> str:
        """A piece of a page, with nothing but these values."""
        return TEMPLATES.get_template(name).render(values)

    def tell(self, request: Request, answer: Response, said: str) -> None:
        """Says something on the next page that the person sees, once."""
        if said:
            value = str(self._notes.dumps(said[:MOST_SAID]))
            answer.set_cookie(NOTE, value, max_age=60, httponly=True, samesite="strict", path="/")

    def _told(self, request: Request) -> str:
        try:
            return str(self._notes.loads(request.cookies.get(NOTE, ""), max_age=60))
        except BadSignature:
            return ""

    @property
    def _notes(self) -> URLSafeTimedSerializer:
        return URLSafeTimedSerializer(self.key, salt="note")

    def problem(self, request: Request, why: str, headers: Mapping[str, str] | None = None) -> HTMLResponse:
        """Why something is not shown or done, in a sentence; `why` is a key of `PROBLEMS`."""
        known = {"said": self.words._(PROBLEMS[why]), "why": why, "next": ""}
        if why in ("sign_in", "link", "slack", "nobody"):
            path = request.url.path if why == "sign_in" and request.method == "GET" else "/"
            query = f"?{request.url.query}" if path != "/" and request.url.query else ""
            html = self.render(request, "sign_in.html", key="", **known | {"next": path + query})
        else:
            html = self.render(request, "problem.html", **known)
        return HTMLResponse(html, STATUSES.get(why, 403), dict(headers or {}))

    def _here(self, path: str) -> str:
        """The section that a path belongs to."""
        mine = (
            one.address for one in self.sections if path == one.address or path.startswith(f"{one.address}/")
        )
        return next(mine, "/")
