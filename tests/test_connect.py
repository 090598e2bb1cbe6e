"""`ascolto connect`: a consent against a server that plays the platform, secrets asked for unseen, `.env` kept."""

import os
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
import pytest
from dotenv import dotenv_values

import platforms
from connect import Store, Talk, chosen, connect
from consent import Client, consent
from platforms.base import Consent
from settings import Settings, export_env_file, load
from store.errors import ConfigError, Permanent
from tests.crawlers.site import Answer, Site
from tests.crawlers.test_api_sources import as_json

WANTED = Consent("{base_url}/consent", ("read", "reply"), "refresh_token_env", more=(("prompt", "consent"),))
LONG = 30.0  # seconds; nothing waits so long
TOML = """
[brands.aurora]
name = "Caffè Aurora"
[[sources]]
name = "google"
type = "google_business"
brand = "aurora"
account = "1"
locations = {{ 2 = "Torino" }}
base_url = "{site}/api"
token_url = "{site}/token"
[[sources]]
name = "yelp"
type = "yelp"
brand = "aurora"
businesses = {{ aurora = "Torino" }}
base_url = "{site}/yelp"
[[sources]]
name = "shop"
type = "page"
brand = "aurora"
url = "{site}/shop"
[[sources]]
name = "zap"
type = "webhook"
brand = "aurora"
"""


@pytest.fixture
def site() -> Iterator[Site]:
    with Site() as running:
        yield running


def visit(url: str, **answer: str) -> httpx.Response:
    """What the person's browser does in the end: it brings the platform's answer back."""
    asked = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
    told = {"code": "c0de", "state": asked["state"]} | answer
    target = asked["redirect_uri"].replace("localhost", "127.0.0.1")
    return httpx.get(f"{target}?{urlencode({name: value for name, value in told.items() if value})}")


def consented(site: Site, show: Callable[[str], object], wait: float = LONG) -> str:
    client = Client("me", "s3cret", site.url("/consent"), site.url("/token"))
    return consent(WANTED, client, show, wait)


class TestConsent:
    def test_a_code_becomes_the_token_that_is_kept(self, site: Site) -> None:
        site.put("/token", as_json({"access_token": "short", "refresh_token": "1//long"}))
        shown: list[str] = []

        def show(url: str) -> None:
            shown.append(url)
            visit(url)

        assert consented(site, show) == "1//long"
        asked = {name: values[0] for name, values in parse_qs(urlsplit(shown[0]).query).items()}
        assert (asked["scope"], asked["prompt"], asked["response_type"]) == ("read reply", "consent", "code")
        assert asked["code_challenge_method"] == "S256"
        assert asked["redirect_uri"].startswith("http://127.0.0.1:")
        (exchange,) = site.asked
        form = {name: values[0] for name, values in parse_qs(exchange.body.decode()).items()}
        assert (form["grant_type"], form["code"]) == ("authorization_code", "c0de")
        assert (form["client_id"], form["client_secret"]) == ("me", "s3cret")
        assert form["redirect_uri"] == asked["redirect_uri"]
        assert challenge_of(form["code_verifier"]) == asked["code_challenge"]
        with pytest.raises(httpx.HTTPError):  # nobody listens any more
            visit(shown[0])

    def test_an_answer_with_another_state_is_none(self, site: Site) -> None:
        site.put("/token", as_json({"refresh_token": "1//long"}))
        wrong: list[int] = []

        def show(url: str) -> None:
            wrong.append(visit(url, state="other").status_code)
            wrong.append(visit(url, state="").status_code)
            wrong.append(visit(url, code="").status_code)
            visit(url)

        assert consented(site, show) == "1//long"
        assert wrong == [400, 400, 400]

    def test_a_refusal_is_told(self, site: Site) -> None:
        with pytest.raises(Permanent, match="refused \\(access_denied\\)"):
            consented(site, lambda url: visit(url, code="", error="access_denied"))
        assert site.asked == []

    def test_nobody_is_waited_for_for_ever(self, site: Site) -> None:
        with pytest.raises(Permanent, match="nobody consented within"):
            consented(site, lambda url: visit(url, state="other"), wait=0.01)

    @pytest.mark.parametrize(
        ("answer", "told"),
        [
            (as_json({"access_token": "short"}), "no refresh_token"),
            (Answer(b"<html>"), "no refresh_token"),
            (as_json({"error": "invalid_client", "x": "s3cret"}, 401), "HTTP 401, invalid_client"),
            (Answer(b"[]", 400), "HTTP 400: check"),
            (Answer(b"", 302, headers={"Location": "/elsewhere"}), "HTTP 302"),
        ],
    )
    def test_an_exchange_that_gives_no_token(self, site: Site, answer: Answer, told: str) -> None:
        site.put("/token", answer)
        with pytest.raises(Permanent, match=told) as raised:
            consented(site, visit)
        assert "s3cret" not in str(raised.value)
        assert len(site.asked) == 1


def challenge_of(verifier: str) -> str:
    import base64
    import hashlib

    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


@dataclass
class Person:
    """Answers what is asked: by name of the variable, and whether to replace."""

    answers: dict[str, str] = field(default_factory=dict)
    agrees: bool = False
    said: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    confirmed: list[str] = field(default_factory=list)

    def talk(self) -> Talk:
        def ask(text: str) -> str:
            self.asked.append(text)
            return self.answers.get(text.split(" ")[0], "")

        def confirm(text: str) -> bool:
            self.confirmed.append(text)
            return self.agrees

        return Talk(self.said.append, ask, confirm, visit)


@pytest.fixture
def settings(site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    names = ["GOOGLE_CLIENT_ID", "GOOGLE_CLIENT_SECRET", "GOOGLE_BUSINESS_REFRESH_TOKEN", "YELP_API_KEY"]
    for name in [*names, "ASCOLTO_INBOUND_SECRET"]:
        monkeypatch.setenv(name, "")  # so that it is put back, whatever is stored meanwhile
        monkeypatch.delenv(f"{name}_FILE", raising=False)
    path = tmp_path / "ascolto.toml"
    path.write_text(TOML.format(site=site.base_url), encoding="utf-8")
    return load(path)


def test_secrets_are_asked_for_then_the_consent_and_all_is_stored_for_its_owner_alone(
    settings: Settings, site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.put("/token", as_json({"access_token": "short", "refresh_token": "1//long"}))
    shape = platforms.get("google_business").consent
    assert shape is not None
    monkeypatch.setattr(
        "connect._client", lambda wanted, source: Client("me", "x", site.url("/c"), site.url("/token"))
    )
    (tmp_path / ".env").write_text("# mine\nOTHER='a b'\n", encoding="utf-8")
    person = Person({"GOOGLE_CLIENT_ID": "me", "GOOGLE_CLIENT_SECRET": 'it\'s $ecret \\ "#"'})
    stored = connect(settings, settings.source("google"), person.talk(), LONG)
    assert stored == ["GOOGLE_CLIENT_ID", "GOOGLE_CLIENT_SECRET", "GOOGLE_BUSINESS_REFRESH_TOKEN"]
    env = tmp_path / ".env"
    assert dotenv_values(env) == {
        "OTHER": "a b",
        "GOOGLE_CLIENT_ID": "me",
        "GOOGLE_CLIENT_SECRET": 'it\'s $ecret \\ "#"',
        "GOOGLE_BUSINESS_REFRESH_TOKEN": "1//long",
    }
    assert env.read_text(encoding="utf-8").startswith("# mine\nOTHER='a b'\n")
    assert stat.S_IMODE(env.stat().st_mode) == 0o600
    assert not any("ecret \\" in line or "1//long" in line for line in person.said)
    assert "console.cloud.google.com" in person.said[0]
    assert os.environ["GOOGLE_BUSINESS_REFRESH_TOKEN"] == "1//long"
    assert [path.name for path in tmp_path.iterdir() if "part" in path.name] == []


def test_nothing_is_written_over_without_asking(settings: Settings, tmp_path: Path) -> None:
    env, yelp = tmp_path / ".env", settings.source("yelp")
    env.write_text("A=1\nexport YELP_API_KEY=old\nB=2\n", encoding="utf-8")
    os.environ["YELP_API_KEY"] = ""
    del os.environ["YELP_API_KEY"]
    export_env_file(settings)
    person = Person({"YELP_API_KEY": "new"})
    assert connect(settings, yelp, person.talk(), LONG) == []
    assert (person.confirmed, person.asked) == (["YELP_API_KEY is set already. Replace it?"], [])
    assert "old" in env.read_text(encoding="utf-8")
    person.agrees = True
    assert connect(settings, yelp, person.talk(), LONG) == ["YELP_API_KEY"]
    assert dotenv_values(env) == {"A": "1", "B": "2", "YELP_API_KEY": "new"}
    assert connect(settings, yelp, Person({"YELP_API_KEY": " "}, agrees=True).talk(), LONG) == []
    os.environ["YELP_API_KEY"] = "of the shell"
    person = Person({"YELP_API_KEY": "newer"}, agrees=True)
    assert connect(settings, yelp, person.talk(), LONG) == []
    assert any("comes before .env" in line for line in person.said)


def test_a_file_that_the_environment_names_holds_it(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("YELP_API_KEY_FILE", str(tmp_path / "yelp"))
    assert connect(settings, settings.source("yelp"), Person({"YELP_API_KEY": "k"}).talk(), LONG)
    assert (tmp_path / "yelp").read_text(encoding="utf-8") == "k\n"
    assert stat.S_IMODE((tmp_path / "yelp").stat().st_mode) == 0o600
    assert not (tmp_path / ".env").exists()


def test_a_key_is_read_from_its_file(settings: Settings, tmp_path: Path) -> None:
    key = tmp_path / "key.p8"
    key.write_text("-----BEGIN-----\nabc\n-----END-----\n", encoding="utf-8")
    connect(settings, settings.source("yelp"), Person({"YELP_API_KEY": f"@{key}"}).talk(), LONG)
    assert dotenv_values(tmp_path / ".env")["YELP_API_KEY"] == "-----BEGIN-----\\nabc\\n-----END-----"
    with pytest.raises(Permanent, match="look at the path"):
        connect(settings, settings.source("yelp"), Person({"YELP_API_KEY": "@/no"}, agrees=True).talk(), LONG)


def test_what_env_cannot_hold_is_refused_and_nothing_is_lost(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("A=1\n", encoding="utf-8")
    with pytest.raises(Permanent, match="YELP_API_KEY_FILE"):
        Store(tmp_path).keep("YELP_API_KEY", "a${A}b")
    assert (tmp_path / ".env").read_text(encoding="utf-8") == "A=1\n"


def test_what_needs_none_and_what_posts_to_us(settings: Settings) -> None:
    person = Person({"ASCOLTO_INBOUND_SECRET": "whsec_x"})
    assert connect(settings, settings.source("shop"), person.talk(), LONG) == []
    assert "needs no sign-in" in person.said[0]
    assert connect(settings, settings.source("zap"), person.talk(), LONG) == ["ASCOLTO_INBOUND_SECRET"]


@pytest.mark.parametrize(
    ("platform", "name", "told"),
    [
        ("yepl", None, "no platform 'yepl'"),
        ("reddit", None, "no source is of type reddit"),
        ("yelp", "shop", "of type page"),
        ("yelp", "none", "no source 'none'"),
    ],
)
def test_the_source_that_is_meant(settings: Settings, platform: str, name: str | None, told: str) -> None:
    with pytest.raises(ConfigError, match=told):
        chosen(settings, platform, name)
    assert chosen(settings, "yelp", None).name == "yelp"


def test_every_consent_names_options_that_are_there() -> None:
    for name in platforms.names():
        platform = platforms.get(name)
        if (wanted := platform.consent) is not None:
            fields: Any = platform.options.model_fields
            assert {wanted.keeps, wanted.client_id, wanted.client_secret} <= set(fields), name
            assert wanted.only is None or wanted.only[0] in fields
        secret = any(option.endswith("_env") for option in platform.options.model_fields)
        assert bool(platform.access) == secret, name


META = """
[brands.aurora]
name = "Caffè Aurora"
[[sources]]
name = "page"
type = "facebook"
brand = "aurora"
page_id = "42"
base_url = "{site}"
[[sources]]
name = "account"
type = "instagram"
brand = "aurora"
user_id = "43"
base_url = "{site}"
"""
META_NAMES = ("META_APP_ID", "META_APP_SECRET", "FACEBOOK_PAGE_TOKEN", "INSTAGRAM_TOKEN")
EXCHANGED = "/v24.0/oauth/access_token"


@pytest.fixture
def meta(site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    for name in META_NAMES:
        monkeypatch.setenv(name, "")
        monkeypatch.delenv(f"{name}_FILE", raising=False)
    path = tmp_path / "ascolto.toml"
    path.write_text(META.format(site=site.base_url), encoding="utf-8")
    return load(path)


class TestTokensThatEnd:
    def test_the_page_gets_one_that_does_not_end(self, meta: Settings, site: Site, tmp_path: Path) -> None:
        site.put(EXCHANGED, as_json({"access_token": "long", "expires_in": 5_184_000}))
        site.put("/v24.0/42?fields=access_token", as_json({"access_token": "page", "id": "42"}))
        person = Person({"META_APP_ID": "7", "META_APP_SECRET": "s3cret", "FACEBOOK_PAGE_TOKEN": "short"})
        stored = connect(meta, meta.source("page"), person.talk(), LONG)
        assert stored == ["META_APP_ID", "META_APP_SECRET", "FACEBOOK_PAGE_TOKEN"]
        assert dotenv_values(tmp_path / ".env")["FACEBOOK_PAGE_TOKEN"] == "page"
        exchange, shown = site.asked
        form = {name: values[0] for name, values in parse_qs(exchange.body.decode()).items()}
        assert form == {
            "grant_type": "fb_exchange_token",
            "client_id": "7",
            "client_secret": "s3cret",
            "fb_exchange_token": "short",
        }
        assert (shown.method, shown.headers["Authorization"]) == ("GET", "Bearer long")
        assert not any(word in line for line in person.said for word in ("s3cret", "short", "long", "=page"))

    def test_the_account_gets_one_that_lasts_and_hears_until_when(
        self, meta: Settings, site: Site, tmp_path: Path
    ) -> None:
        site.put(EXCHANGED, as_json({"access_token": "kept", "expires_in": 5_184_000}))
        person = Person({"META_APP_ID": "7", "META_APP_SECRET": "x", "INSTAGRAM_TOKEN": "short"})
        connect(meta, meta.source("account"), person.talk(), LONG)
        assert dotenv_values(tmp_path / ".env")["INSTAGRAM_TOKEN"] == "kept"
        assert any("It lasts until" in line for line in person.said)

    def test_without_the_app_it_is_kept_as_it_is_and_that_is_said(
        self, meta: Settings, site: Site, tmp_path: Path
    ) -> None:
        person = Person({"INSTAGRAM_TOKEN": "short"})
        assert connect(meta, meta.source("account"), person.talk(), LONG) == ["INSTAGRAM_TOKEN"]
        assert dotenv_values(tmp_path / ".env")["INSTAGRAM_TOKEN"] == "short"
        assert any("cannot be made to last" in line for line in person.said)
        assert site.asked == []

    def test_what_the_platform_refuses_is_told_without_secrets(
        self, meta: Settings, site: Site, tmp_path: Path
    ) -> None:
        site.put(EXCHANGED, as_json({"error": {"code": 190, "message": "s3cret is wrong"}}, 400))
        person = Person({"META_APP_ID": "7", "META_APP_SECRET": "s3cret", "INSTAGRAM_TOKEN": "short"})
        with pytest.raises(Permanent, match="HTTP 400, code_190") as raised:
            connect(meta, meta.source("account"), person.talk(), LONG)
        assert "s3cret" not in str(raised.value)
        assert "INSTAGRAM_TOKEN" not in dotenv_values(tmp_path / ".env")
