"""Every knob, typed and validated once: `ascolto.toml`, the `.env` beside it and the environment.

What a source may say is declared in `platforms`, what a brand is in `store.brand`. Secrets come from the environment
alone, or from the file that `NAME_FILE` names; they are `SecretStr` and no error here repeats a value of theirs.
"""

import os
import re
import tomllib
from collections.abc import Iterator, Mapping
from copy import deepcopy
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, PrivateAttr, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

import platforms
from alerts.channels.email.server import Server
from alerts.channels.options import EmailOptions, WebhookOptions
from alerts.channels.webhook.place import Place
from alerts.channels.webhook.signing import secret_of
from alerts.drafts import own
from alerts.drafts.generator.options import GeneratorOptions, spoken_key
from alerts.inbox import InboxOptions
from alerts.routing import Routing
from platforms.base import SourceOptions
from store.brand import Brand, Duration, Strict
from store.errors import ConfigError
from store.problems import meant, problems

FILE = "ascolto.toml"
LOOPBACK = ("127.0.0.1", "::1", "localhost")
Period = Annotated[Duration, Field(ge=timedelta(days=1))]


class Retention(Strict):
    """How long personal data are kept, counted from the day a mention was first seen."""

    texts: Period = Field(timedelta(days=730), description="texts, and all that quotes them")
    authors: Period = Field(timedelta(days=365), description="names and ids of authors")


def _watcher(value: SecretStr) -> SecretStr:
    """An address that is called: https, or plain http on this machine."""
    try:
        parts = urlsplit(value.get_secret_value())
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        host, parts = "", urlsplit("")
    safe = parts.scheme == "https" or (parts.scheme == "http" and host in LOOPBACK)
    if not host or not safe or parts.username is not None:
        raise ValueError("is no address that can be called: write https://..., or http:// on this machine")
    return value


Address = Annotated[SecretStr, AfterValidator(_watcher)]


def _reachable(value: str) -> str:
    """An e-mail address or a page; it stands in a header of every request."""
    mail = re.fullmatch(r"[!-'*+.\-/-9=?A-Z^_a-z{|}~]{1,64}@[A-Za-z0-9.-]{1,190}", value)
    if not mail and not re.fullmatch(r"https?://[!-'*-~]{1,200}", value):
        raise ValueError("is no contact: write an e-mail address, or the address of a page about you")
    return value


class Running(Strict):
    """How the service itself is watched, and who runs it."""

    contact: Annotated[str, AfterValidator(_reachable)] | None = Field(
        None, description="an e-mail address or a page: tells the sites that are read who runs this"
    )
    heartbeat_url: Address | None = Field(
        None, description="called every minute while all is well, so that somebody outside notices a silence"
    )


class Environment(BaseSettings):
    """What the environment says; the process's own comes before `.env`, a value before a file with it."""

    model_config = SettingsConfigDict(
        extra="ignore", env_ignore_empty=True, case_sensitive=True, hide_input_in_errors=True
    )

    database_url: SecretStr = Field(
        SecretStr("sqlite:///ascolto.db"), validation_alias="ASCOLTO_DATABASE_URL"
    )
    broker_url: SecretStr | None = Field(None, validation_alias="ASCOLTO_BROKER_URL")
    model: str | None = Field(None, validation_alias="ASCOLTO_MODEL")
    heartbeat_url: Address | None = Field(None, validation_alias="ASCOLTO_HEARTBEAT_URL")
    slack_bot_token: SecretStr | None = Field(None, validation_alias="SLACK_BOT_TOKEN")
    slack_app_token: SecretStr | None = Field(None, validation_alias="SLACK_APP_TOKEN")
    slack_signing_secret: SecretStr | None = Field(None, validation_alias="SLACK_SIGNING_SECRET")
    slack_api_url: str | None = Field(None, validation_alias="SLACK_API_URL", pattern=r"^https?://")
    slack_client_id: str | None = Field(None, validation_alias="SLACK_CLIENT_ID")
    slack_client_secret: SecretStr | None = Field(None, validation_alias="SLACK_CLIENT_SECRET")
    smtp_url: SecretStr | None = Field(None, validation_alias="ASCOLTO_SMTP_URL")
    webhook_url: SecretStr | None = Field(None, validation_alias="ASCOLTO_WEBHOOK_URL")
    webhook_secret: SecretStr | None = Field(None, validation_alias="ASCOLTO_WEBHOOK_SECRET")
    generator_key: SecretStr | None = Field(None, validation_alias="ASCOLTO_GENERATOR_KEY")

    @field_validator("database_url")
    @classmethod
    def known_database(cls, value: SecretStr) -> SecretStr:
        scheme, found, _ = value.get_secret_value().partition("://")  # the rest is for whoever opens it
        if not found or scheme.partition("+")[0] not in ("sqlite", "postgresql"):
            raise ValueError("is no address of a database: write sqlite:///ascolto.db or postgresql://...")
        return value

    @field_validator("broker_url")
    @classmethod
    def known_broker(cls, value: SecretStr | None) -> SecretStr | None:
        if value and not value.get_secret_value().startswith(("redis://", "rediss://", "unix://")):
            raise ValueError("is no address of Redis: write redis://host:6379/0, or leave it out")
        return value

    @field_validator("smtp_url")
    @classmethod
    def known_mail_server(cls, value: SecretStr | None) -> SecretStr | None:
        if value:
            Server.parse(value.get_secret_value())
        return value

    @field_validator("webhook_url")
    @classmethod
    def known_webhook(cls, value: SecretStr | None) -> SecretStr | None:
        if value:
            Place.parse(value.get_secret_value())
        return value

    @field_validator("webhook_secret")
    @classmethod
    def known_secret(cls, value: SecretStr | None) -> SecretStr | None:
        if value:
            secret_of(value.get_secret_value())
        return value

    @field_validator("generator_key")
    @classmethod
    def known_key(cls, value: SecretStr | None) -> SecretStr | None:
        if value:
            spoken_key(value.get_secret_value())
        return value

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return tuple(
            source
            for given in (env_settings, dotenv_settings)
            for source in (given, _NamedFiles(settings_cls, getattr(given, "env_vars", {})))
        )


class _NamedFiles(PydanticBaseSettingsSource):
    """Values that stand in files which the environment names: `SLACK_BOT_TOKEN_FILE=/run/secrets/slack`."""

    def __init__(self, settings_cls: type[BaseSettings], variables: Mapping[str, str | None]) -> None:
        super().__init__(settings_cls)
        self.variables = variables

    def get_field_value(self, field: Any, field_name: str) -> tuple[Any, str, bool]:
        name = str(field.validation_alias)
        path = self.variables.get(f"{name}_FILE")
        return (read_secret(name, path) if path else None), name, False

    def __call__(self) -> dict[str, Any]:
        found = (self.get_field_value(field, name) for name, field in self.settings_cls.model_fields.items())
        return {name: value for value, name, _ in found if value}


class Settings(Strict):
    """All of it. `path` None: there is no file and these are the built-in defaults."""

    path: Path | None = None
    ui_language: Literal["en", "it"] = "en"
    brands: dict[str, Brand] = Field(default={})
    sources: tuple[SourceOptions, ...] = ()
    slack: Routing = Routing()
    email: EmailOptions = EmailOptions()
    webhook: WebhookOptions = WebhookOptions()
    generator: GeneratorOptions = GeneratorOptions()
    retention: Retention = Retention()
    service: Running = Running()
    inbox: InboxOptions = InboxOptions()
    environment: Environment = Field(default_factory=Environment.model_construct)
    _tables: dict[str, Any] = PrivateAttr(
        default_factory=dict
    )  # no repr, no dump: the file may hold an address

    @property
    def tables(self) -> dict[str, Any]:
        """The tables of the file as they were written, each time a copy."""
        return deepcopy(self._tables)

    def with_tables(self, tables: dict[str, Any]) -> "Settings":
        """The same with the brands and the routing of other tables, validated as the file is. Raises `ConfigError`."""
        found: list[str] = []
        other = _validated(deepcopy(tables), found)
        if found:
            raise ConfigError(found)
        changed = self.model_copy(update={"brands": other.brands, "slack": other.slack})
        changed._tables = deepcopy(tables)
        return changed

    @property
    def polled(self) -> tuple[SourceOptions, ...]:
        """The sources that are asked; the others post to us."""
        return tuple(source for source in self.sources if not platforms.get(source.type).pushed)

    @property
    def database_url(self) -> str:
        return self.environment.database_url.get_secret_value()

    @property
    def heartbeat_url(self) -> str | None:
        """The environment's comes before the file's."""
        chosen = self.environment.heartbeat_url or self.service.heartbeat_url
        return chosen.get_secret_value() if chosen else None

    def source(self, name: str) -> SourceOptions:
        """The source called `name`; raises ConfigError that names the nearest."""
        known = [source.name for source in self.sources]
        if name not in known:
            raise ConfigError([f"there is no source {name!r}{meant(name, known)}"])
        return self.sources[known.index(name)]

    def brand(self, key: str | None) -> Brand:
        """The brand `key`, or the only one; without any configured, one of no name. Raises ConfigError."""
        known = list(self.brands)
        if key is None and len(known) <= 1:
            return self.brands[known[0]] if known else Brand(key="brand", name="")
        if key is None:
            raise ConfigError([f"there are several brands: choose one with --brand ({', '.join(known)})"])
        if key not in known:
            raise ConfigError([f"there is no brand {key!r}{meant(key, known)}"])
        return self.brands[key]


def _key(value: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]{0,62}", value):
        raise ValueError("is no key of a brand: write letters, digits, - and _")
    return value


class _File(Strict):
    """The tables of `ascolto.toml`; each `[[sources]]` table is validated by its own platform."""

    ui_language: Literal["en", "it"] = "en"
    brands: dict[Annotated[str, AfterValidator(_key)], Brand] = Field(default={})
    sources: tuple[dict[str, Any], ...] = ()
    slack: Routing = Routing()
    email: EmailOptions = EmailOptions()
    webhook: WebhookOptions = WebhookOptions()
    generator: GeneratorOptions = GeneratorOptions()
    retention: Retention = Retention()
    service: Running = Running()
    inbox: InboxOptions = InboxOptions()


def load(path: Path | None = None, *, required: bool = False) -> Settings:
    """Reads and validates everything. `path` None: `ASCOLTO_CONFIG`, else `ascolto.toml` in the working folder.

    Raises `ConfigError` with every problem at once, each with its place and mend. Without `required`, a file that
    nobody named may be missing: then the built-in defaults hold.
    """
    chosen = path or (Path(named) if (named := os.environ.get("ASCOLTO_CONFIG")) else None)
    file = chosen or Path(FILE)
    found: list[str] = []
    tables = _read(file) if chosen or required or file.exists() else None
    environment = _environment(file.parent / ".env", found)
    settings = _validated(deepcopy(tables), found) if tables is not None else Settings.model_construct()
    found += _webhook_problems(environment, settings.webhook)
    if found:
        raise ConfigError(found)
    loaded = settings.model_copy(
        update={"path": file if tables is not None else None, "environment": environment}
    )
    loaded._tables = tables or {}
    return loaded


def export_env_file(settings: Settings) -> None:
    """Gives what `.env` says to the processes started from here: tokens of platforms, proxies."""
    from dotenv import dotenv_values  # only commands that start a crawl need it

    folder = settings.path.parent if settings.path else Path()
    for name, value in dotenv_values(folder / ".env").items():
        if value:
            os.environ.setdefault(name, value)
    named = {
        str(name)
        for source in settings.sources
        for option, name in source
        if option.endswith("_env") and name
    }
    for name in sorted(named):
        if not os.environ.get(name) and (path := os.environ.get(f"{name}_FILE")):
            os.environ[name] = read_secret(name, path)


def read_secret(name: str, path: str) -> str:
    """The secret in the file that `NAME_FILE` names, without the newline that editors add. Raises ConfigError."""
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise ConfigError([f"{name}_FILE: cannot read {path}: {why}"]) from None


def _read(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8-sig").replace("\r\n", "\n"))
    except FileNotFoundError:
        mend = "write one with: ascolto init"
        raise ConfigError([f"there is no {file}: {mend}, or name yours in ASCOLTO_CONFIG"]) from None
    except OSError as error:
        raise ConfigError([f"cannot read {file}: {error.strerror}"]) from None
    except UnicodeDecodeError:
        raise ConfigError([f"{file} is not UTF-8: save it as UTF-8"]) from None
    except tomllib.TOMLDecodeError as error:
        raise ConfigError([f"{file}: this is not TOML: {error}"]) from None


def _environment(env_file: Path, found: list[str]) -> Environment:
    try:
        return Environment(_env_file=env_file if env_file.is_file() else None)
    except ValidationError as error:
        found += problems(error, Environment)
    except ConfigError as error:
        found += error.problems
    return Environment.model_construct()


def _webhook_problems(environment: Environment, options: WebhookOptions) -> Iterator[str]:
    """What the environment and the file say of the webhook must fit."""
    if environment.webhook_url is None:
        return
    if environment.webhook_secret is None:
        yield "ASCOLTO_WEBHOOK_SECRET: is missing: the webhook's messages are signed with it (docs/notifications.md)"
    if not Place.parse(environment.webhook_url.get_secret_value()).secure and not options.allow_private:
        yield "ASCOLTO_WEBHOOK_URL: must begin with https://, or with http:// where webhook.allow_private is set"


def _validated(tables: dict[str, Any], found: list[str]) -> Settings:
    """The settings of a file; what is wrong is added to `found` and left out."""
    brands = tables.get("brands")
    if isinstance(brands, dict):
        for key, table in brands.items():
            if isinstance(table, dict):
                if "key" in table:
                    found.append(f"brands.{key}.key: unknown key: the name of the table is the key")
                table["key"] = key
    try:
        file = _File.model_validate(tables)
    except ValidationError as error:
        found += list(problems(error, _File, ""))
        file = _File.model_construct(sources=_tables(tables.get("sources")), brands={})
    for key, brand in file.brands.items():
        try:
            own.check(brand)
        except ValueError as error:
            found.append(f"brands.{key}.{error}")
    known = list(brands) if isinstance(brands, dict) else []
    sources = tuple(_sources(file.sources, known, found))
    values = {name: getattr(file, name) for name in _File.model_fields if name != "sources"}
    return Settings.model_construct(sources=sources, **values)


def _tables(value: Any) -> tuple[dict[str, Any], ...]:
    return tuple(one for one in value if isinstance(one, dict)) if isinstance(value, list) else ()


def _sources(
    tables: tuple[dict[str, Any], ...], brands: list[str], found: list[str]
) -> Iterator[SourceOptions]:
    counts: dict[str, int] = {}
    names: set[str] = set()
    for number, table in enumerate(tables, start=1):
        kind = str(table.get("type"))
        counts[kind] = counts.get(kind, 0) + 1
        named = {"name": f"{kind}-{counts[kind]}"} | table
        place = f"sources.{table['name']}" if table.get("name") else f"sources[{number}]"
        if source := _source(named, place, brands, found):
            if source.name in names:
                found.append(f"{place}.name: two sources are called {source.name!r}: rename one")
            names.add(source.name)
            yield source


def _source(table: dict[str, Any], place: str, brands: list[str], found: list[str]) -> SourceOptions | None:
    try:
        options = platforms.get(str(table.get("type"))).options
    except KeyError:
        kind = table.get("type")
        told = "is missing" if kind is None else f"there is no platform {str(kind)[:50]!r}"
        known = platforms.names()
        found.append(f"{place}.type: {told}{meant(str(kind), known)}: known are {', '.join(known)}")
        return None
    if (brand := table.get("brand")) is not None and brand not in brands:
        found.append(f"{place}.brand: there is no [brands.{brand}]{meant(str(brand), brands)}")
    try:
        return options.model_validate(table)
    except ValidationError as error:
        found += list(problems(error, options, place))
        return None
