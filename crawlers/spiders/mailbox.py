"""A mailbox: the notifications of other platforms become mentions of those platforms."""

import base64
import hashlib
from dataclasses import replace
from datetime import datetime
from typing import Any
from urllib.parse import quote, urlencode

from crawlers import answers, base
from crawlers.answers import Entry, Values, number, string, tables
from crawlers.base import Fetch, Page, Parsed
from crawlers.mails.letter import Letter, read_letter
from crawlers.mails.proofs import Trust
from crawlers.mails.senders import Notice, is_genuine, notice, searched, sent_by
from platforms import signin
from platforms.mailbox import Options
from platforms.signin import TokenRequest
from store.errors import Permanent

LIMIT = 25  # messages of a page
STATE = "folder"


class Spider(base.Spider[Options]):
    tells_gone = False  # who files a letter away removes nothing

    def sign_in(self) -> TokenRequest | None:
        options, secret = self.context.options, self.context.secret
        if options.sign_in != "oauth2":
            return None
        if options.token_url is None:
            raise Permanent("not signed in", "oauth2 needs token_url")
        return signin.refreshed(
            options.token_url,
            secret(options.client_id_env),
            secret(options.client_secret_env),
            secret(options.password_env),
        )

    def first(self) -> list[Fetch]:
        return [self._fetch(1, {"known": known} if (known := self.context.kept.get(STATE)) else {})]

    def allowed_hosts(self) -> list[str]:
        return [self._address()]

    def parse(self, page: Page) -> Parsed:
        found = answers.whole(page, "messages")
        options = self.context.options
        trust = Trust(options.authserv_id, options.unverified)
        letters: list[tuple[Entry, Letter]] = []
        problems = [f"message {uid}: larger than 1 MB, so it is not read" for uid in _large(found)]
        for message in tables(found, "messages"):
            letter = read_letter(_raw(message), self.context.now)
            name = f"message {string(message, 'uid') or '?'}"
            if letter is None:
                problems.append(f"{name}: no e-mail")
            elif (known := sent_by(letter)) is None:
                continue  # other mail is nobody's business here
            elif not is_genuine(letter, known[1], trust):
                problems.append(f"{name}: its sender could not be confirmed, so it is not believed")
            elif (told := notice(letter)) is None:
                problems.append(f"{name}: from {letter.sender}, and no notification that is known")
            else:
                letters.append((_values(message, letter, told, options.name), letter))
        parsed = answers.read(self.context, [values for values, _ in letters], _as_it_is, "message")
        kept = {STATE: state} if page.number == 1 and (state := string(found, "state")) else None
        return replace(
            parsed,
            problems=(*problems, *parsed.problems),
            next=self._next(page, found),
            kept=kept,
            passed=len(tables(found, "messages")) - len(letters),
        )

    def _next(self, page: Page, found: Any) -> tuple[Fetch, ...]:
        more = number(found, "more")
        return (self._fetch(page.number + 1, {"before": more}),) if more else ()

    def _address(self) -> str:
        options = self.context.options
        return f"{'imaps' if options.security == 'tls' else 'imap'}://{options.host}:{options.port}/"

    def _fetch(self, page: int, asked: dict[str, Any]) -> Fetch:
        options = self.context.options
        user = self.context.secret(options.user_env)
        oauth = options.sign_in == "oauth2"
        word = self.token if oauth else self.context.secret(options.password_env)
        secret = base64.b64encode(f"{user}:{word}".encode()).decode()
        headers = {
            "Authorization": f"{'Bearer' if oauth else 'Basic'} {secret}",
            "X-Security": options.security,
        }
        query = urlencode({"most": LIMIT, "from": " ".join(searched())} | asked)
        return Fetch(f"{self._address()}{quote(options.folder, safe='')}?{query}", page, headers=headers)


def _large(found: Any) -> list[int]:
    told = found.get("large") if isinstance(found, dict) else None
    return [uid for uid in told if isinstance(uid, int)] if isinstance(told, list) else []


def _raw(message: Entry) -> bytes:
    try:
        return base64.b64decode(string(message, "raw") or "", validate=True)
    except ValueError:
        return b""


def _as_it_is(values: Entry) -> Values:
    return dict(values)


def _values(message: Entry, letter: Letter, told: Notice, source: str) -> Values:
    """Its id is the letter's own: the same one in another folder is the same mention."""
    name = letter.id or hashlib.sha256(_raw(message)).hexdigest()
    at: datetime | None = letter.at
    return {
        "external_id": f"mail/{name}",
        "platform": told.platform,
        "text": told.text,
        "title": letter.subject if told.whole else None,
        "author": told.author,
        "stars": told.stars,
        "published_at": at,
        "url": told.url,
        "place": told.place,
    }
