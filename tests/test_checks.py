"""`ascolto check`: each part looked at, a mend for what is wrong, no secret told, nothing raised."""

import base64
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from threading import Event

import pytest

from alerts.channels.slack.blocks import CHECK
from checks import _generator, run_checks
from demo.internet import Internet
from service import open_database
from settings import Settings, load
from source_checks import Check, live_check, source_check
from store.clock import utcnow
from store.tables import Case
from tests.alerts.rows import alert
from tests.chat_server import Raw, chat_server
from tests.crawlers.site import Site
from tests.crawlers.test_api_sources import as_json, listing, search
from tests.fake_slack import APP_TOKEN, BOT_TOKEN, SIGNING_SECRET, FakeSlack, fake_slack
from tests.hook_server import SECRET as HOOK_SECRET
from tests.hook_server import hook_server
from tests.mail_server import mail_server

VARIABLES = (
    "ASCOLTO_DATABASE_URL", "ASCOLTO_BROKER_URL", "ASCOLTO_MODEL", "SLACK_BOT_TOKEN", "SLACK_APP_TOKEN",
    "SLACK_SIGNING_SECRET", "SLACK_API_URL", "MASTODON_TOKEN", "ASCOLTO_SMTP_URL", "ASCOLTO_WEBHOOK_URL",
    "ASCOLTO_WEBHOOK_SECRET", "ASCOLTO_GENERATOR_KEY",
)  # fmt: skip


@pytest.fixture(autouse=True)
def clean(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def internet() -> Iterator[Internet]:
    with Internet(utcnow()) as running:
        yield running


def configured(folder: Path, text: str) -> Settings:
    (folder / "ascolto.toml").write_text(text, encoding="utf-8")
    return load(folder / "ascolto.toml")


def checked(settings: Settings, live: str | None = None) -> dict[str, Check]:
    return {check.name: check for check in run_checks(settings, live)}


def test_without_a_configuration_the_defaults_hold_and_the_mend_is_init(tmp_path: Path) -> None:
    found = checked(load())
    assert found["configuration"].status == "warn"
    assert "ascolto init" in found["configuration"].mend
    assert found["model"].status == "ok"
    assert "@" in found["model"].detail


def test_each_brand_and_source_is_looked_at(tmp_path: Path, internet: Internet) -> None:
    found = checked(configured(tmp_path, internet.config()))
    assert found["configuration"].status == "ok"
    assert found["brand aurora"].status == "ok"
    assert found["source shop-moka"] == Check("source shop-moka", "ok", "Web page, every 15 minutes")
    assert found["source mastodon"].status == "warn"
    assert "MASTODON_TOKEN" in found["source mastodon"].mend


def test_a_source_is_read_for_real_only_where_asked(tmp_path: Path, internet: Internet) -> None:
    settings = configured(tmp_path, internet.config())
    found = checked(settings, live="shop-moka")
    assert found["live shop-moka"].status == "ok"
    told = found["live shop-moka"].detail
    assert told.startswith("HTTP 200: 7 mentions; the newest of 2")
    assert "with text 100%, author 100%, stars 100%, date 100%; more pages follow; 1 request, " in told
    asked = {request.path.split("?")[0] for request in internet.requests}
    assert asked <= {"/robots.txt", "/prodotti/moka-sole"}
    assert sum(request.path.startswith("/prodotti/moka-sole") for request in internet.requests) == 1


@pytest.mark.parametrize(
    ("host", "more", "status"),
    [
        ("imap.aurora.example", "", "warn"),
        ("imap.aurora.example", 'authserv_id = "mx.aurora.example"\n', "ok"),
        ("outlook.office365.com", "", "ok"),  # signs with no name
    ],
)
def test_a_mailbox_that_believes_any_server_is_warned_of(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, host: str, more: str, status: str
) -> None:
    monkeypatch.setenv("MAILBOX_USER", "reviews")
    monkeypatch.setenv("MAILBOX_PASSWORD", "s3cret")
    text = (
        '[brands.aurora]\nname = "Caffè Aurora"\n'
        f'[[sources]]\nname = "post"\ntype = "mailbox"\nbrand = "aurora"\nhost = "{host}"\n{more}'
    )
    settings = configured(tmp_path, text)
    found = source_check(settings, settings.source("post"))
    assert found.status == status
    assert ("authserv_id" in found.mend) == (status == "warn")


def test_every_sources_secrets_are_looked_for_and_nothing_is_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("REDDIT_CLIENT_ID", "REDDIT_CLIENT_SECRET", "ASCOLTO_INBOUND_SECRET"):
        monkeypatch.delenv(name, raising=False)
    text = (
        '[brands.aurora]\nname = "Caffè Aurora"\n'
        '[[sources]]\nname = "r"\ntype = "reddit"\nbrand = "aurora"\nquery = "aurora"\n'
        'base_url = "http://127.0.0.1:9"\ntoken_url = "http://127.0.0.1:9"\n'
        '[[sources]]\nname = "zap"\ntype = "webhook"\nbrand = "aurora"\n'
    )
    settings = configured(tmp_path, text)
    found = {source.name: source_check(settings, source) for source in settings.sources}
    assert (found["r"].status, found["r"].detail) == ("fail", "Reddit: not signed in")
    assert "REDDIT_CLIENT_ID is not set" in found["r"].mend
    assert "ascolto connect reddit --source r" in found["r"].mend
    assert "set ASCOLTO_INBOUND_SECRET" in found["zap"].mend
    monkeypatch.setenv("REDDIT_CLIENT_ID", "me")
    assert "REDDIT_CLIENT_SECRET" in source_check(settings, settings.source("r")).mend
    monkeypatch.setenv("REDDIT_CLIENT_SECRET", "s3cret")
    assert source_check(settings, settings.source("r")) == Check("source r", "ok", "Reddit, every 15 minutes")
    live = live_check(settings, settings.source("zap"))
    assert (live.status, "post to /in/zap" in live.detail) == ("ok", True)


@pytest.mark.parametrize("signature", ["standard", "hub", "bearer"])
def test_a_secret_that_others_post_with_is_long_and_of_one_brand(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, signature: str
) -> None:
    def source(name: str, brand: str, more: str = "") -> str:
        return f'[[sources]]\nname = "{name}"\ntype = "webhook"\nbrand = "{brand}"\nsignature = "{signature}"\n{more}'

    brands = '[brands.aurora]\nname = "Caffè Aurora"\n[brands.bar]\nname = "Bar Aurora"\n'
    own = 'secret_env = "OWN_SECRET"\n'
    text = brands + source("a", "aurora") + source("b", "aurora") + source("c", "bar", own)
    for name in ("ASCOLTO_INBOUND_SECRET", "OWN_SECRET"):
        monkeypatch.setenv(name, "whsec_" + base64.b64encode(bytes(range(32))).decode())
    settings = configured(tmp_path, text)
    assert [source_check(settings, one).status for one in settings.sources] == ["ok"] * 3
    shared = configured(tmp_path, text.replace(own, ""))
    found = source_check(shared, shared.source("c"))
    assert (found.status, "c and a of another brand" in found.detail) == ("fail", True)
    assert source_check(shared, shared.source("a")).status == "fail"
    monkeypatch.setenv("OWN_SECRET", "whsec_")
    assert source_check(settings, settings.source("c")).status == "fail"


def test_a_sign_in_counts_and_what_is_left_of_the_limit_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REDDIT_CLIENT_ID", "me")
    monkeypatch.setenv("REDDIT_CLIENT_SECRET", "s3cret")
    with Site() as site:
        text = (
            '[brands.aurora]\nname = "Caffè Aurora"\n[[sources]]\nname = "r"\ntype = "reddit"\nbrand = "aurora"\n'
            f'query = "aurora"\nbase_url = "{site.base_url}/api"\ntoken_url = "{site.base_url}/token"\n'
        )
        settings = configured(tmp_path, text)
        site.put("/token", as_json({"access_token": "tok"}))
        site.put(search(), replace(listing("a", "b", after="t3_b"), headers={"x-ratelimit-remaining": "98"}))
        found = live_check(settings, settings.source("r"))
        assert found.status == "ok"
        assert "HTTP 200: 2 mentions" in found.detail
        assert "98 requests left; 2 requests, " in found.detail
        assert len(site.asked) == 2
    assert not list(tmp_path.glob("*.db"))


def test_who_runs_it_is_told_to_sites_or_named_as_missing(tmp_path: Path) -> None:
    found = checked(configured(tmp_path, '[brands.a]\nname = "A"\n'))
    assert (found["contact"].status, "service.contact" in found["contact"].mend) == ("warn", True)
    text = '[brands.a]\nname = "A"\n[service]\ncontact = "care@aurora.example"\n'
    assert checked(configured(tmp_path, text))["contact"].status == "ok"
    with Site() as site:
        text += f'[[sources]]\nname = "p"\ntype = "page"\nbrand = "a"\nurl = "{site.url("/p")}"\n'
        settings = configured(tmp_path, text)
        live_check(settings, settings.source("p"))
        agents = {asked.headers["User-Agent"] for asked in site.asked}
    (agent,) = agents
    assert re.fullmatch(r"Ascolto/\S+ \(\+care@aurora\.example\)", agent)


def test_a_source_that_cannot_be_read_fails(tmp_path: Path, internet: Internet) -> None:
    settings = configured(tmp_path, internet.config().replace("/prodotti/moka-sole", "/no-such-page"))
    assert checked(settings, live="shop-moka")["live shop-moka"].status == "fail"


@pytest.mark.parametrize(
    ("brand", "mend"),
    [
        ('[brands.a]\nname = "A"\n', "contacts"),
        ('[brands.a]\nname = "A"\npolicy = { holidays = "XX" }\n', "holidays"),
    ],
)
def test_what_a_brand_lacks(tmp_path: Path, brand: str, mend: str) -> None:
    found = checked(configured(tmp_path, brand))["brand a"]
    assert found.status == "warn"
    assert mend in found.mend


def test_what_a_brand_s_own_words_may_not_mean_is_a_warning(tmp_path: Path) -> None:
    policy = 'contacts = { default = "a@a.example" }, faq = [{ question = "Open?", answer = "Yes." }]'
    found = checked(configured(tmp_path, f'[brands.a]\nname = "A"\npolicy = {{ {policy} }}\n'))
    assert found["brand a"].status == "ok"
    assert found["brand a words"].status == "warn"
    assert "policy.faq, number 1" in found["brand a words"].detail


RULED = """
[brands.a]
name = "A"
policy = { contacts = { default = "a@a.example" } }
[slack]
bundle = "day"
quiet = { b = "mon 20:00-22:00" }
[[slack.rules]]
channel = "#a"
[[slack.rules]]
brand = "b"
channel = "#b"
[[slack.rules]]
languages = "de"
channel = "#de"
"""


def test_rules_that_never_hold_and_bundles_that_come_late_are_named_with_their_mend(tmp_path: Path) -> None:
    found = checked(configured(tmp_path, RULED))
    told = {name: (check.status, check.mend) for name, check in found.items() if name.startswith("slack ")}
    assert told == {
        "slack rule 2": ("warn", "name a table [brands.KEY]"),
        "slack rule 3": ("warn", "move it before rule 1, or remove it"),
        "slack quiet": ("warn", "name it as in [brands.KEY]"),
        "slack bundle a": (
            "warn",
            'set brands.a.policy.first_contact.normal to "8h" or more, or bundle by the hour',
        ),
        "slack buttons": ("off", ""),
    }


def test_rules_that_hold_are_counted(tmp_path: Path) -> None:
    found = checked(configured(tmp_path, "[[slack.rules]]\nlanguages = ['de']\nchannel = '#de'\n"))
    assert found["slack rules"] == Check("slack rules", "ok", "1 rules")


def test_slack_names_who_we_are_there(monkeypatch: pytest.MonkeyPatch) -> None:
    with fake_slack() as slack:
        monkeypatch.setenv("SLACK_BOT_TOKEN", BOT_TOKEN)
        monkeypatch.setenv("SLACK_API_URL", slack.url)
        found = checked(load())
        assert found["slack"] == Check("slack", "ok", "ascolto in Fake")
        assert found["slack buttons"].status == "warn"
        monkeypatch.setenv("SLACK_SIGNING_SECRET", SIGNING_SECRET)
        assert "signed HTTP" in checked(load())["slack buttons"].detail
        monkeypatch.setenv("SLACK_APP_TOKEN", APP_TOKEN)
        assert "Socket Mode" in checked(load())["slack buttons"].detail


def test_a_token_that_slack_refuses_fails_with_its_mend_and_is_not_shown(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with fake_slack() as slack:
        monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-hunter2")
        monkeypatch.setenv("SLACK_API_URL", slack.url)
        found = checked(load())["slack"]
    assert found.status == "fail"
    assert "SLACK_BOT_TOKEN" in found.mend
    assert "hunter2" not in f"{found}"


def test_the_mail_server_is_asked_for_everybody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mail = '[email]\nfrom = "a@x.example"\nalerts = ["b@x.example"]\nops = ["c@x.example"]\n'
    assert checked(configured(tmp_path, ""))["email"].status == "off"
    assert "ASCOLTO_SMTP_URL" in checked(configured(tmp_path, mail))["email"].mend
    with mail_server() as server:
        monkeypatch.setenv("ASCOLTO_SMTP_URL", f"smtp://127.0.0.1:{server.port}")
        assert "[email]" in checked(configured(tmp_path, ""))["email"].mend
        found = checked(configured(tmp_path, mail))["email"]
        assert found == Check("email", "ok", "the server takes mail for 2 addresses")
        server.faults["RCPT c@x.example"] = ["550 5.1.1 unknown"]
        found = checked(configured(tmp_path, mail))["email"]
    assert (found.status, found.detail) == ("fail", "recipient_refused")
    assert "[email]" in found.mend
    assert server.got == []


def test_the_webhook_is_connected_to_and_gets_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ASCOLTO_WEBHOOK_SECRET", HOOK_SECRET)
    with hook_server() as server:
        monkeypatch.setenv("ASCOLTO_WEBHOOK_URL", f"http://127.0.0.1:{server.port}/hunter2")
        settings = configured(tmp_path, "[webhook]\nallow_private = true\n")
        found = checked(settings)["webhook"]
        assert found == Check("webhook", "ok", "it can be reached; tells of alerts, crisis, digest, ops")
    assert server.posts == []
    gone = checked(settings)["webhook"]
    assert gone.status == "fail"
    assert "hunter2" not in f"{gone}"
    monkeypatch.setenv("ASCOLTO_WEBHOOK_URL", f"https://127.0.0.1:{server.port}/hunter2")
    inward = checked(configured(tmp_path, ""))["webhook"]
    assert (inward.status, inward.detail) == ("fail", "address_inside")
    assert "allow_private" in inward.mend


@pytest.mark.parametrize(
    ("name", "value", "part"),
    [
        ("ASCOLTO_DATABASE_URL", "postgresql://ascolto:hunter2@127.0.0.1:9/ascolto", "database"),
        ("ASCOLTO_BROKER_URL", "redis://:hunter2@127.0.0.1:9/0", "broker"),
        ("ASCOLTO_MODEL", "/no/such/folder", "model"),
    ],
)
def test_a_part_that_is_away_fails_and_the_others_are_still_looked_at(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, part: str
) -> None:
    monkeypatch.setenv(name, value)
    found = checked(load())
    assert {check.name for check in found.values() if check.status == "fail"} == {part}
    assert name in found[part].mend
    assert "hunter2" not in "".join(f"{check}" for check in found.values())


# ---------------------------------------------------------------------- a test alert


def connected(monkeypatch: pytest.MonkeyPatch, slack: FakeSlack, **names: str) -> Settings:
    for name, value in {"SLACK_BOT_TOKEN": BOT_TOKEN, "SLACK_API_URL": slack.url, **names}.items():
        monkeypatch.setenv(name, value)
    return load()


def tried(settings: Settings, wait: float, say: Callable[[str], object] = print) -> Check:
    return next(check for check in run_checks(settings, None, wait, say) if check.name == "slack test")


def test_a_test_alert_goes_out_and_its_button_comes_back(monkeypatch: pytest.MonkeyPatch) -> None:
    with fake_slack() as slack:

        def click(asked: str) -> None:
            assert "#reputation" in asked
            (message,) = slack.in_channel("reputation")
            assert slack.wait_for(lambda: bool(slack.sockets))
            slack.sockets[0].click(slack.payload(message, CHECK))

        found = tried(connected(monkeypatch, slack, SLACK_APP_TOKEN=APP_TOKEN), 30, click)
        assert found.status == "ok"
        assert "marta" in found.detail
        (message,) = slack.in_channel("reputation")
        assert message.buttons() == {}
        assert "heard" in message.text


def test_clicks_that_come_meanwhile_are_as_they_are_to_the_service(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Slack may give the check what people click on cases: only those who may act do, and each line goes where it
    does else."""
    with fake_slack() as slack:
        monkeypatch.setenv("ASCOLTO_DATABASE_URL", f"sqlite:///{tmp_path / 'clicks.db'}")
        settings = connected(monkeypatch, slack, SLACK_APP_TOKEN=APP_TOKEN)
        settings = settings.model_copy(
            update={"slack": settings.slack.model_copy(update={"people": ("U0LUCA",)})}
        )
        db = open_database(settings)
        with db.write() as session:
            case_id = alert(session, utcnow())

        def owner() -> str | None:
            with db.read() as session:
                return session.get_one(Case, case_id).owner

        def click(asked: str) -> None:
            (message,) = slack.in_channel("reputation")
            assert slack.wait_for(lambda: bool(slack.sockets))
            test = slack.payload(message, CHECK)
            taken = test["actions"][0] | {"action_id": "ascolto.case.acknowledge.v1", "value": f"{case_id}"}
            for user, name in (("U0MARTA", "marta"), ("U0LUCA", "luca")):
                one = slack.payload(message, CHECK, user, name) | {"actions": [taken]}
                slack.sockets[0].click(one)
                assert slack.wait_for(lambda: bool(slack.private))
            ends = time.monotonic() + 20
            while owner() is None and time.monotonic() < ends:
                Event().wait(0.05)
            slack.sockets[0].click(test)

        assert tried(settings, 30, click).status == "ok"
        assert owner() == "slack:U0LUCA:luca"
        db.close()
    assert [told["user"] for told in slack.private] == ["U0MARTA"]


def test_a_button_that_nobody_clicks_fails_with_its_mend(monkeypatch: pytest.MonkeyPatch) -> None:
    with fake_slack() as slack:
        found = tried(connected(monkeypatch, slack, SLACK_APP_TOKEN=APP_TOKEN), 0.1)
        (message,) = slack.in_channel("reputation")
    assert found.status == "fail"
    assert "Socket Mode" in found.mend
    assert message.buttons() == {}


def test_a_button_that_nobody_could_hear_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    with fake_slack() as slack:
        found = tried(connected(monkeypatch, slack), 600)
    assert found.status == "fail"
    assert "SLACK_APP_TOKEN" in found.mend


def test_an_app_token_that_slack_refuses(monkeypatch: pytest.MonkeyPatch) -> None:
    with fake_slack() as slack:
        found = tried(connected(monkeypatch, slack, SLACK_APP_TOKEN="xapp-hunter2"), 600)
    assert found.status == "fail"
    assert "SLACK_APP_TOKEN" in found.mend
    assert "hunter2" not in f"{found}"


def test_a_channel_that_is_not_there_fails_with_its_mend(monkeypatch: pytest.MonkeyPatch) -> None:
    with fake_slack(channels=("elsewhere",)) as slack:
        found = tried(connected(monkeypatch, slack, SLACK_APP_TOKEN=APP_TOKEN), 600)
    assert (found.status, found.detail) == ("fail", "channel_not_found")
    assert "[slack]" in found.mend


def test_without_slack_there_is_no_test_alert() -> None:
    assert tried(load(), 600).status == "off"
    assert "slack test" not in checked(load())


def chatting(folder: Path, base_url: str) -> Check:
    table = f'[generator]\nkind = "endpoint"\nmodel = "chat-1"\nbase_url = "{base_url}"\n'
    return _generator(configured(folder, table))


def test_the_chat_model_is_asked_for_a_word_where_there_is_one(tmp_path: Path) -> None:
    assert _generator(load()) == Check("generator", "off", "drafts are composed from phrases")
    with chat_server() as server:
        assert chatting(tmp_path, server.base_url) == Check("generator", "ok", "chat-1 answers (endpoint)")
        server.says = lambda messages: Raw(401)
        refused = chatting(tmp_path, server.base_url)
        assert (refused.status, "ASCOLTO_GENERATOR_KEY" in refused.mend) == ("warn", True)
        server.says = lambda messages: Raw(500)
        assert chatting(tmp_path, server.base_url).detail == "http_500: composed drafts stand"
        assert len(server.asked) == 3
