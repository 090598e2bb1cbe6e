"""Settings: everything is validated at once, each problem has its place and mend, no secret is ever shown."""

import base64
import os
import traceback
from datetime import timedelta
from pathlib import Path

import pytest

import settings
from settings import Settings, load
from store.errors import ConfigError

SECRET = "xoxb-very-secret-81f3"
HOOK_SECRET = "whsec_" + base64.b64encode(bytes(range(32))).decode()
BRAND = '[brands.aurora]\nname = "Caffè Aurora"\n'


@pytest.fixture(autouse=True)
def clean(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No setting of the machine reaches a test; the working folder is empty."""
    for name in list(os.environ):
        if name.startswith(("ASCOLTO_", "SLACK_")):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


def write(text: str, env: str = "") -> Path:
    file = Path("ascolto.toml")
    file.write_text(text, encoding="utf-8")
    if env:
        Path(".env").write_text(env, encoding="utf-8")
    return file


def problems_of(text: str) -> list[str]:
    write(text)
    with pytest.raises(ConfigError) as caught:
        load()
    return caught.value.problems


def test_without_a_file_the_defaults_hold() -> None:
    loaded = load()
    assert loaded.path is None
    assert loaded.database_url == "sqlite:///ascolto.db"
    assert (loaded.brands, loaded.sources, loaded.ui_language) == ({}, (), "en")
    assert loaded.slack.alerts == "#reputation"
    assert loaded.brand(None).name == ""


def test_a_whole_file_is_read() -> None:
    write(
        'ui_language = "it"\n'
        + BRAND
        + 'timezone = "Europe/Rome"\n[brands.aurora.policy]\nhours = "mon-fri 09:00-18:00"\n'
        '[[sources]]\ntype = "feed"\nbrand = "aurora"\nurl = "https://aurora.example/rss"\nevery = "5m"\n'
        '[[sources]]\ntype = "feed"\nbrand = "aurora"\nurl = "https://aurora.example/atom"\n'
        '[[sources]]\nname = "shop"\ntype = "page"\nbrand = "aurora"\nurl = "https://aurora.example"\n'
        '[slack]\nalerts = "#care"\n[retention]\ntexts = "30d"\n'
    )
    loaded = load()
    assert loaded.path == Path("ascolto.toml")
    assert loaded.brands["aurora"].key == "aurora"
    assert [source.name for source in loaded.sources] == ["feed-1", "feed-2", "shop"]
    assert loaded.sources[0].every == timedelta(minutes=5)
    assert loaded.slack.alerts == "#care"
    assert (loaded.retention.texts, loaded.retention.authors) == (timedelta(days=30), timedelta(days=365))


def test_a_byte_order_mark_and_crlf_are_no_problem() -> None:
    Path("ascolto.toml").write_bytes(b"\xef\xbb\xbf" + BRAND.replace("\n", "\r\n").encode())
    assert load().brands["aurora"].name == "Caffè Aurora"


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('ui_langage = "it"', "ui_langage: unknown key: did you mean 'ui_language'?"),
        (BRAND + "[brands.aurora.polcy]\n", "brands.aurora.polcy: unknown key: did you mean 'policy'?"),
        (
            BRAND + '[brands.aurora.policy]\nfirst_contact = { critcal = "1m" }',
            "brands.aurora.policy.first_contact.critcal: unknown key: did you mean 'critical'?",
        ),
        (
            BRAND + "[brands.aurora.policy]\nabsences = [{ from = 2026-12-24, to = 2026-12-26, nota = 'x' }]",
            "brands.aurora.policy.absences[1].nota: unknown key: did you mean 'note'?",
        ),
        ("[slack]\nalert = '#x'", "slack.alert: unknown key: did you mean 'alerts'?"),
        ("[[slack.rules]]\nchanel = '#x'", "slack.rules[1].chanel: unknown key: did you mean 'channel'?"),
        ("[email]\nalert = []", "email.alert: unknown key: did you mean 'alerts'?"),
        (
            "[email]\nops = ['it@x.example']",
            'email: from is missing: write from = "Ascolto <ascolto@mybrand.example>"',
        ),
        (
            "[email]\nfrom = 'a@x.example'\nops = ['it@x.example', 'x@y.example, z@y.example']",
            "email.ops[2]: is no e-mail address: write it as name@mybrand.example",
        ),
        (
            "[email]\nfrom = 'Ascolto\\r\\nBcc: x'",
            'email.from: is no sender: write "Ascolto <ascolto@mybrand.example>"',
        ),
        ("[webhook]\nurl = 'https://x'", "webhook.url: unknown key"),
        ("[retention]\ntext = '1d'", "retention.text: unknown key: did you mean 'texts'?"),
        (BRAND + 'key = "x"', "brands.aurora.key: unknown key: the name of the table is the key"),
        (
            BRAND + "[[sources]]\ntype = 'page'\nbrand = 'aurora'\nurl = 'http://x'\n"
            "[sources.selectors]\nreview = 'a'\ntext = 'b'\nauthr = 'c'",
            "sources[1].selectors.authr: unknown key: did you mean 'author'?",
        ),
        (
            BRAND
            + "[[sources]]\nname = 'shop'\ntype = 'page'\nbrand = 'aurora'\nurl = 'http://x'\nurls = 'c'",
            "sources.shop.urls: unknown key: did you mean 'url'?",
        ),
    ],
)
def test_an_unknown_key_names_its_place_and_the_nearest(text: str, line: str) -> None:
    assert problems_of(text) == [line]


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("[brands.aurora]\n", "brands.aurora.name: is missing"),
        (BRAND + 'timezone = "Europe/Rom"', "'Europe/Rom' is no time zone: write an IANA name"),
        (BRAND + "[brands.aurora.policy]\nhours = 'mon 9-18'", "write e.g. mon-fri 09:00-18:00"),
        (BRAND + "[brands.aurora.policy]\nremedies = { staff = 'gift' }", "must be apology_fix, refund"),
        ("['brands'.'no good']\nname = 'x'", "brands.no good: is no key of a brand"),
        ("[[slack.rules]]\nchannel = 'x'", "slack.rules[1].channel: 'x' is no Slack channel: write its name"),
        ("[[slack.rules]]\nbrand = 'a'", "slack.rules[1]: this rule changes nothing: give it channel,"),
        ("[[slack.rules]]\nquiet = 'later'", "slack.rules[1].quiet: write keep, ignore or hours: 'later'"),
        ("[[slack.rules]]\nbundle = 'week'", "slack.rules[1].bundle: must be hour, day or no"),
        (
            "[[slack.rules]]\nchannel = '#x'\nseverity = ['bad']",
            "slack.rules[1].severity[1]: must be critical",
        ),
        ("[slack]\nquiet = 'always'", "slack.quiet.default: quiet hours must end: leave some hours"),
        ("[slack.quiet]\naurora = 'at night'", "slack.quiet.aurora: 'at night' are no hours: write e.g."),
        ("[slack]\nmost_per_hour = 0", "slack.most_per_hour: must be greater than or equal to 1"),
        ("brands = 3", "brands: must be a valid dictionary"),
        ("ui_language = 'fr'", "ui_language: must be en or it"),
        ("[[sources]]\ntype = 'pag'", "sources[1].type: there is no platform 'pag': did you mean 'page'?"),
        ("[[sources]]\nbrand = 'aurora'", "sources[1].type: is missing"),
        (
            BRAND + "[[sources]]\ntype = 'feed'\nbrand = 'auroa'\nurl = 'http://x'",
            "sources[1].brand: there is no [brands.auroa]: did you mean 'aurora'?",
        ),
        (BRAND + "[[sources]]\ntype = 'feed'\nbrand = 'aurora'", "sources[1].url: is missing"),
        (
            BRAND + "[[sources]]\ntype = 'feed'\nbrand = 'aurora'\nurl = 'ftp://x'",
            "sources[1].url: must begin with http:// or https://",
        ),
        (
            BRAND + "[[sources]]\nname = 'a'\ntype = 'feed'\nbrand = 'aurora'\nurl = 'http://x'\n" * 2,
            "sources.a.name: two sources are called 'a': rename one",
        ),
        ("[retention]\ntexts = '1h'", "retention.texts: "),
    ],
)
def test_a_wrong_value_names_its_place_and_the_mend(text: str, part: str) -> None:
    assert any(part in line for line in problems_of(text)), problems_of(text)


def test_all_problems_come_at_once() -> None:
    text = (
        "ui_langage = 'it'\n[brands.aurora]\n[[sources]]\ntype = 'pag'\nbrand = 'aurora'\n[slack]\nalert = 1"
    )
    assert len(problems_of(text)) == 4


def test_a_syntax_error_names_the_line() -> None:
    assert "at line 2" in problems_of('ui_language = "it"\nbrands = = 3')[0]


def test_not_utf8_is_said() -> None:
    Path("ascolto.toml").write_bytes(b'ui_language = "\xe8"')
    with pytest.raises(ConfigError, match="not UTF-8"):
        load()


def test_a_named_file_must_exist(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ConfigError, match="ascolto init"):
        load(required=True)
    monkeypatch.setenv("ASCOLTO_CONFIG", "elsewhere.toml")
    with pytest.raises(ConfigError, match=r"elsewhere\.toml"):
        load()


def test_the_environment_comes_before_the_env_file_and_a_value_before_a_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "secret").write_text("xapp-from-a-file\n")
    write(
        "",
        f"SLACK_BOT_TOKEN=xoxb-from-env-file\nSLACK_APP_TOKEN_FILE={tmp_path / 'secret'}\nASCOLTO_MODEL=\n",
    )
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-from-environment")
    environment = load().environment
    assert environment.slack_bot_token
    assert environment.slack_bot_token.get_secret_value() == "xoxb-from-environment"
    assert environment.slack_app_token
    assert environment.slack_app_token.get_secret_value() == "xapp-from-a-file"
    assert environment.model is None


def test_a_file_named_by_the_process_comes_before_the_env_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "secret").write_text("one")
    write("", "SLACK_SIGNING_SECRET=two\n")
    monkeypatch.setenv("SLACK_SIGNING_SECRET_FILE", str(tmp_path / "secret"))
    found = load().environment.slack_signing_secret
    assert found
    assert found.get_secret_value() == "one"


def test_a_secret_file_that_cannot_be_read_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLACK_BOT_TOKEN_FILE", "/nowhere/secret")
    with pytest.raises(ConfigError, match=r"SLACK_BOT_TOKEN_FILE: cannot read /nowhere/secret: No such file"):
        load()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ASCOLTO_DATABASE_URL", f"mysql://user:{SECRET}@host/db"),
        ("ASCOLTO_DATABASE_URL", f"{SECRET}"),
        ("ASCOLTO_BROKER_URL", f"amqp://user:{SECRET}@host"),
        ("SLACK_API_URL", SECRET),
    ],
)
def test_a_wrong_value_in_the_environment_is_named_and_not_shown(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(ConfigError) as caught:
        load()
    shown = "".join(traceback.format_exception(caught.value))
    assert name in shown
    assert SECRET not in shown


def test_no_secret_is_ever_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "SLACK_SIGNING_SECRET"):
        monkeypatch.setenv(name, SECRET)
    monkeypatch.setenv("ASCOLTO_DATABASE_URL", f"postgresql://user:{SECRET}@host/db")
    monkeypatch.setenv("ASCOLTO_BROKER_URL", f"redis://:{SECRET}@host")
    loaded = load()
    for shown in (
        repr(loaded),
        str(loaded),
        loaded.model_dump_json(),
        repr(loaded.environment),
        f"{loaded!r}",
    ):
        assert SECRET not in shown
    assert SECRET in loaded.database_url


def test_a_secret_in_the_file_is_sent_where_it_belongs_and_not_shown() -> None:
    lines = problems_of(f"[slack]\nbot_token = '{SECRET}'\n")
    assert lines == [
        "slack.bot_token: unknown key: secrets belong in the environment or in .env, such as SLACK_BOT_TOKEN"
    ]


def test_a_secret_in_the_wrong_place_is_not_shown() -> None:
    text = BRAND + f"languages = '{SECRET}'\n[[sources]]\ntype = 'feed'\nbrand = 'aurora'\nurl = '{SECRET}'\n"
    assert SECRET not in "\n".join(problems_of(text))


def test_env_file_reaches_the_processes_started_from_here(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "token").write_text("from a file\n")
    write(
        BRAND + "[[sources]]\ntype = 'mastodon'\nbrand = 'aurora'\nquery = 'x'\ntoken_env = 'TOOT_TOKEN'\n",
        f"PROXY_OF_TEST=http://proxy\nPATH_OF_TEST=ours\nTOOT_TOKEN_FILE={tmp_path / 'token'}\n",
    )
    monkeypatch.setattr(os, "environ", dict(os.environ) | {"PATH_OF_TEST": "theirs"})
    settings.export_env_file(load())
    assert os.environ["PROXY_OF_TEST"] == "http://proxy"
    assert os.environ["PATH_OF_TEST"] == "theirs"
    assert os.environ["TOOT_TOKEN"] == "from a file"


def test_a_brand_and_a_source_are_found_by_name() -> None:
    write(
        BRAND
        + '[brands.lumaca]\nname = "Tè Lumaca"\n[[sources]]\nname = "shop"\ntype = "page"\nbrand = "lumaca"\nurl = "http://x"\n'
    )
    loaded: Settings = load()
    assert loaded.brand("lumaca").name == "Tè Lumaca"
    assert loaded.source("shop").brand == "lumaca"
    with pytest.raises(ConfigError, match=r"choose one with --brand \(aurora, lumaca\)"):
        loaded.brand(None)
    with pytest.raises(ConfigError, match="did you mean 'aurora'"):
        loaded.brand("auroa")
    with pytest.raises(ConfigError, match="did you mean 'shop'"):
        loaded.source("sho")


# E-mail and webhook.


@pytest.mark.parametrize(
    ("variable", "value", "problem"),
    [
        ("ASCOLTO_SMTP_URL", f"smtp://me:{SECRET}@mail.example", "would send in the clear"),
        ("ASCOLTO_SMTP_URL", f"mail.example:{SECRET}", "is no address of a mail server"),
        ("ASCOLTO_WEBHOOK_URL", f"ftp://x.example/{SECRET}", "is no address of a webhook"),
        ("ASCOLTO_WEBHOOK_SECRET", SECRET, "is no secret of Standard Webhooks"),
    ],
)
def test_what_cannot_be_used_to_send_is_told_without_its_value(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str, problem: str
) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(ConfigError) as raised:
        load()
    assert f"{variable}: {problem}" in str(raised.value)
    assert SECRET not in str(raised.value)


def test_a_webhook_is_signed_and_encrypted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASCOLTO_WEBHOOK_URL", f"http://pager.example/{SECRET}")
    with pytest.raises(ConfigError) as raised:
        load()
    lines = raised.value.problems
    assert [line.partition(":")[0] for line in lines] == ["ASCOLTO_WEBHOOK_SECRET", "ASCOLTO_WEBHOOK_URL"]
    assert SECRET not in "".join(lines)
    monkeypatch.setenv("ASCOLTO_WEBHOOK_SECRET", HOOK_SECRET)
    write("[webhook]\nallow_private = true\n")
    loaded = load()
    assert loaded.webhook.allow_private
    assert SECRET not in repr(loaded)
    assert HOOK_SECRET not in repr(loaded)


def test_who_gets_mail() -> None:
    write(
        "[email]\nfrom = 'Ascolto <a@x.example>'\nalerts = ['b@x.example']\nops = ['c@x.example', 'b@x.example']\n"
    )
    email = load().email
    assert email.named == ("b@x.example", "c@x.example")
    assert email.to("crisis") == email.to("alerts") == ("b@x.example",)
    assert email.to("praise") == email.to("digest") == ()


# What watches Ascolto itself.


def test_the_address_of_the_heartbeat_is_a_secret_and_the_environments_comes_first() -> None:
    write(BRAND + '[service]\nheartbeat_url = "https://hc.example/from-file"\n')
    assert load().heartbeat_url == "https://hc.example/from-file"
    write(BRAND + '[service]\nheartbeat_url = "https://hc.example/from-file"\n',
          f"ASCOLTO_HEARTBEAT_URL=https://hc.example/{SECRET}\n")  # fmt: skip
    assert load().heartbeat_url == f"https://hc.example/{SECRET}"
    assert SECRET not in repr(load())
    assert Settings().heartbeat_url is None


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:8000/x", "http://localhost/x", "http://[::1]:8/x", "https://a.example"]
)
def test_what_may_be_called(url: str) -> None:
    write(f'[service]\nheartbeat_url = "{url}"\n')
    assert load().heartbeat_url == url


@pytest.mark.parametrize(
    "url",
    ["http://hc.example/x", "http://127.0.0.1.evil.example/", "ftp://127.0.0.1/", "file:///etc/passwd", "https://",
     "https://u:p@hc.example/", "https://hc.example:99999/", "hc.example", ""],
)  # fmt: skip
def test_what_may_not_be_called_is_told_without_its_value(url: str) -> None:
    (told,) = problems_of(f'[service]\nheartbeat_url = "{url}"\n')
    assert told.startswith("service.heartbeat_url: is no address that can be called")
    assert url in ("", "https://") or url not in told


def test_briefs_are_the_brands_own() -> None:
    write(BRAND + '[brands.aurora.briefs]\nmorning = "07:45"\nevening = "none"\n')
    briefs = load().brands["aurora"].briefs
    assert (str(briefs.morning), briefs.evening, briefs.samples) == ("07:45:00", None, 5)
    assert "is no time of day: write e.g. 08:30, or none" in problems_of(
        BRAND + '[brands.aurora.briefs]\nmorning = "soon"\n'
    )[0]  # fmt: skip


CHAT = '[generator]\nkind = "endpoint"\nmodel = "llama3.2"\nbase_url = "http://localhost:11434/v1"\n'


def test_a_generator_is_off_until_it_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    assert load().generator.kind == "off"
    write(CHAT, "ASCOLTO_GENERATOR_KEY=sk-1234")
    loaded = load()
    assert (loaded.generator.kind, loaded.generator.model) == ("endpoint", "llama3.2")
    assert loaded.environment.generator_key is not None
    assert "sk-1234" not in repr(loaded)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (CHAT.replace("model", "modle"), "generator.modle: unknown key: did you mean 'model'?"),
        (CHAT + 'api_key = "sk-1"\n', "generator.api_key: unknown key"),
        (CHAT + 'timeout = "2m"\n', "(for one draft, from 1s to 60s)"),
        ('[generator]\nkind = "endpoint"\nmodel = "m"\n', "generator: base_url is missing: write base_url ="),
    ],
)
def test_what_is_wrong_with_a_generator_is_named(text: str, line: str) -> None:
    assert any(line in problem for problem in problems_of(text))


def test_a_generators_key_that_no_header_can_hold_is_named_and_not_shown(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("ASCOLTO_GENERATOR_KEY", "two words")
    (problem,) = problems_of("")
    assert problem == "ASCOLTO_GENERATOR_KEY: is no key: it is one word of ASCII signs"
