"""`ascolto connect`: walks through a platform's sign-in, and stores what comes of it where the configuration says.

Secrets are neither shown nor logged. They go to the `.env` beside the configuration, or to the file that `NAME_FILE`
names; both can be read by their owner alone.
"""

import io
import json
import os
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from dotenv import dotenv_values

import platforms
from consent import Client, consent, lasting
from crawlers.base import Context
from crawlers.spiders import get
from platforms.base import Consent, Lengthening, SourceOptions
from settings import Settings
from store.clock import utcnow
from store.errors import ConfigError, Permanent
from store.problems import meant

_PLAIN = re.compile(r"[A-Za-z0-9_./+=:@%,~-]+")
_FROM_FILE = "@"


@dataclass(frozen=True, slots=True)
class Talk:
    """How a person is spoken with: `say` prints, `ask` asks for a secret unseen, `confirm` for yes or no, `show` opens
    an address."""

    say: Callable[[str], object]
    ask: Callable[[str], str]
    confirm: Callable[[str], bool]
    show: Callable[[str], object]


class Noted(Mapping[str, str]):
    """An environment that notes what is asked of it, and goes on where something is missing."""

    def __init__(self, known: Mapping[str, str]) -> None:
        self._known = known
        self.asked: list[str] = []

    def __getitem__(self, name: str) -> str:
        self.asked.append(name)
        return self._known.get(name) or "missing"

    def get(self, name: str, default: object = None) -> str:
        return self[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._known)

    def __len__(self) -> int:
        return len(self._known)


def chosen(settings: Settings, platform: str, name: str | None) -> SourceOptions:
    """The source that is meant. Raises ConfigError where there is none, or several."""
    if platform not in platforms.names():
        raise ConfigError([f"there is no platform {platform!r}{meant(platform, platforms.names())}"])
    if name is not None:
        source = settings.source(name)
        if source.type != platform:
            raise ConfigError([f"the source {name!r} is of type {source.type}, not {platform}"])
        return source
    found = [source for source in settings.sources if source.type == platform]
    if not found:
        raise ConfigError(
            [f"no source is of type {platform}: write its table [[sources]] first (docs/sources.md)"]
        )
    if len(found) > 1:
        listed = ", ".join(source.name for source in found)
        raise ConfigError([f"there are several: choose one with --source ({listed})"])
    return found[0]


def connect(settings: Settings, source: SourceOptions, talk: Talk, wait: float) -> list[str]:
    """Asks for each secret of the source and stores it; gives the names of those that are new. Raises `Permanent`."""
    platform, stored = platforms.get(source.type), list[str]()
    store = Store(settings.path.parent if settings.path else Path())
    wanted = needed(source, settings)
    if not wanted:
        talk.say(f"{platform.label} needs no sign-in for {source.name}.")
        return []
    if platform.access:
        talk.say(f"Where to get it: {platform.access}. More: docs/sources.md")
    asked = _applies(platform.consent, source)
    kept = str(getattr(source, asked.keeps)) if asked else ""
    for name, what in wanted.items():
        if name == kept or not _may_store(store, name, talk):
            continue
        value = _given(talk.ask(f"{name} ({what}; {_FROM_FILE}FILE reads a file; empty: leave it)"))
        if value:
            store.keep(name, _made_to_last(platform.lengthening, source, name, value, talk))
            stored.append(name)
    if asked and _may_store(store, kept, talk):
        store.keep(kept, consent(asked, _client(asked, source), talk.show, wait))
        stored.append(kept)
    for name in stored:
        talk.say(f"{name} is stored in {store.place(name)}")
    return stored


def needed(source: SourceOptions, settings: Settings) -> dict[str, str]:
    """The variables that the source's sign-in asks for, each with what it is, in the order in which they are asked."""
    secrets = Noted(os.environ)
    if platforms.get(source.type).pushed:
        secrets.get(str(getattr(source, "secret_env", "")))
    else:
        try:
            spider = get(source.type)(Context(source, settings.brand(source.brand), utcnow(), {}, secrets))
            spider.sign_in()
            spider.first()
        except Permanent:  # what stands in for a key is none
            pass
    if lengthening := platforms.get(source.type).lengthening:  # before the token that they make last
        options = (lengthening.app_id, lengthening.app_secret)
        secrets.asked[:0] = [str(getattr(source, option)) for option in options]
    fields = type(source).model_fields
    known = {str(value): option for option, value in source if option.endswith("_env") and value}
    told = {name: fields[known[name]].description or "" for name in secrets.asked if name in known}
    return {name: what.removeprefix("environment variable with ") for name, what in told.items()}


def _applies(wanted: Consent | None, source: SourceOptions) -> Consent | None:
    if wanted is None or not getattr(source, wanted.keeps, None):
        return None
    return wanted if wanted.only is None or getattr(source, wanted.only[0]) == wanted.only[1] else None


def _client(wanted: Consent, source: SourceOptions) -> Client:
    options = {name: str(value) for name, value in source if value is not None}
    names = [str(getattr(source, option)) for option in (wanted.client_id, wanted.client_secret)]
    for name in names:
        if not os.environ.get(name):
            raise Permanent("not signed in", f"{name} is not set: it is needed before anybody can consent")
    try:
        urls = [address.format_map(options).rstrip("/") for address in (wanted.authorize, wanted.token)]
    except KeyError as error:
        raise Permanent("not signed in", f"the source needs {error.args[0]}") from None
    return Client(os.environ[names[0]], os.environ[names[1]], *urls)


def _made_to_last(
    wanted: Lengthening | None, source: SourceOptions, name: str, token: str, talk: Talk
) -> str:
    """The token that is kept for the one that was given, where that ends soon and the application is known."""
    if wanted is None or name != getattr(source, wanted.keeps):
        return token
    app = tuple(
        os.environ.get(str(getattr(source, option)), "") for option in (wanted.app_id, wanted.app_secret)
    )
    if not all(app):
        talk.say("It is kept as it is. Without the app's id and secret it cannot be made to last.")
        return token
    long, life = lasting(wanted, _told(source), (app[0], app[1]), token)
    if life is not None:
        talk.say(f"It lasts until {utcnow() + life:%Y-%m-%d}: connect again with a new one before that.")
    return long


def _told(source: SourceOptions) -> dict[str, str]:
    """The options that addresses may name."""
    return {name: str(value).rstrip("/") for name, value in source if value is not None}


def _may_store(store: "Store", name: str, talk: Talk) -> bool:
    """Nothing is written over that somebody has not agreed to lose."""
    if store.is_elsewhere(name):
        talk.say(f"{name} is set in the environment, which comes before .env: change it there")
        return False
    return not os.environ.get(name) or talk.confirm(f"{name} is set already. Replace it?")


def _given(answer: str) -> str:
    """What was typed, or what stands in the file that was named; on one line, as `.env` and the readers want it."""
    answer = answer.strip()
    if answer.startswith(_FROM_FILE):
        path = Path(answer[1:]).expanduser()
        try:
            answer = path.read_text(encoding="utf-8-sig").strip()
        except (OSError, UnicodeDecodeError):
            raise Permanent("cannot read it", f"look at the path: {path}") from None
        try:
            return json.dumps(json.loads(answer)) if answer.startswith("{") else answer.replace("\n", "\\n")
        except ValueError:
            return answer.replace("\n", "\\n")
    return answer


class Store:
    """Where secrets are kept: the `.env` in `folder`, or the file that `NAME_FILE` names."""

    def __init__(self, folder: Path) -> None:
        self._env = folder / ".env"

    def place(self, name: str) -> Path:
        named = os.environ.get(f"{name}_FILE")
        return Path(named) if named else self._env

    def is_elsewhere(self, name: str) -> bool:
        """Whether the environment holds a value that neither `.env` nor a file of its own gave it."""
        if not (value := os.environ.get(name)) or os.environ.get(f"{name}_FILE"):
            return False
        return not self._env.is_file() or dotenv_values(self._env).get(name) != value

    def keep(self, name: str, value: str) -> None:
        """Writes it, for its owner alone; all other lines stay. It holds from now on. Raises `Permanent`."""
        place = self.place(name)
        if place != self._env:
            _write(place, value + "\n")
        else:
            before = place.read_text(encoding="utf-8") if place.exists() else ""
            own = re.compile(rf"\s*(?:export\s+)?{re.escape(name)}\s*=")
            lines = [line for line in before.splitlines() if not own.match(line)]
            text = "\n".join([*lines, _line(name, value), ""])
            kept = {known: told for known, told in _values(before).items() if known != name}
            if _values(text) != kept | {
                name: value
            }:  # such as a value of several lines, of which one was taken
                raise Permanent("cannot be kept in .env", f"name a file for it in {name}_FILE")
            _write(place, text)
        os.environ[name] = value


def _values(text: str) -> dict[str, str | None]:
    return dict(dotenv_values(stream=io.StringIO(text)))


def _line(name: str, value: str) -> str:
    if _PLAIN.fullmatch(value):
        return f"{name}={value}"
    escaped = value.replace("\\", "\\\\").replace("'", "\\'")
    return f"{name}='{escaped}'"


def _write(place: Path, text: str) -> None:
    """As a whole or not at all."""
    place = place.resolve()
    part = place.with_name(f"{place.name}.{os.getpid()}.part")
    try:
        with os.fdopen(
            os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8"
        ) as file:
            file.write(text)
        part.replace(place)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise Permanent("cannot be stored", f"{place}: {error.strerror}") from None
