"""A mailbox read by a crawl, from a real server on this machine."""

import base64
import imaplib
import re
import socket
from collections.abc import Iterator
from datetime import timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest

from crawlers.mails import imap
from demo.imap import MailServer
from store.clock import utcnow
from store.db import Database
from tests.certificates import server_side, trusted_file
from tests.crawlers.engine import Engine
from tests.crawlers.jobs import job, mentions, source_row
from tests.crawlers.mails.written import WRITTEN, Written, mail
from tests.crawlers.site import Answer, Site

USER, PASSWORD = "care@aurora.example", 'p"w\\d 1'


@pytest.fixture
def server() -> Iterator[MailServer]:
    letters = {10 + number: mail(one, number) for number, one in enumerate(WRITTEN)}
    other = mail(WRITTEN[0]._replace(sender="friend@elsewhere.example"), 99)
    with MailServer(letters | {5: other}, USER, PASSWORD, "tok") as running:
        yield running


@pytest.fixture(autouse=True)
def signed_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAILBOX_USER", USER)
    monkeypatch.setenv("MAILBOX_PASSWORD", PASSWORD)


def mailbox(server: MailServer, **options: Any) -> dict[str, Any]:
    where = {"host": "127.0.0.1", "port": server.port, "security": "none"}
    return {"name": "mailbox", "type": "mailbox", "brand": "aurora"} | where | options


def test_notifications_become_mentions_of_their_platforms(
    server: MailServer, engine: Engine, db: Database
) -> None:
    report = engine.crawl(job(db, mailbox(server))).report
    assert (report.new, report.error) == (len(WRITTEN), None)
    found = {m.external_id: m for m in mentions(db)}
    for number, one in enumerate(WRITTEN):
        stored = found[f"mail/m{number}@piazza.example"]
        assert (stored.platform, stored.text, stored.author, stored.stars) == (
            one.platform,
            one.text,
            one.author,
            one.stars,
        )
        assert stored.source == "mailbox"
    assert not any("STORE" in command for command in server.commands)
    assert any("BODY.PEEK[]" in command for command in server.commands)
    assert not any("EXPUNGE" in command or command.startswith("SELECT") for command in server.commands)


def test_an_unchanged_mailbox_costs_no_search(server: MailServer, engine: Engine, db: Database) -> None:
    engine.crawl(job(db, mailbox(server)))
    before = len(server.commands)
    report = engine.crawl(job(db, mailbox(server))).report
    assert (report.status, report.new, report.requests) == ("ok", 0, 1)
    assert [command.split()[0] for command in server.commands[before:]] == [
        "CAPABILITY",
        "LOGIN",
        "EXAMINE",
        "LOGOUT",
    ]
    server.messages[50] = mail(WRITTEN[1], 50)
    assert engine.crawl(job(db, mailbox(server))).report.new == 1


def test_pages_go_back_through_a_large_folder(server: MailServer, engine: Engine, db: Database) -> None:
    server.messages = {number: mail(WRITTEN[number % len(WRITTEN)], number) for number in range(1, 61)}
    report = engine.crawl(job(db, mailbox(server))).report
    assert (report.new, report.requests) == (60, 3)


def test_newsletters_alone_do_not_end_the_list(server: MailServer, engine: Engine, db: Database) -> None:
    news = WRITTEN[0]._replace(subject="Your weekly report")
    server.messages = {1: mail(WRITTEN[0], 1)} | {number: mail(news, number) for number in range(2, 40)}
    assert engine.crawl(job(db, mailbox(server))).report.new == 1


def test_a_wrong_password_and_a_missing_folder_are_told(
    server: MailServer, engine: Engine, db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "HTTP 404" in (engine.crawl(job(db, mailbox(server, folder="Lost"))).report.error or "")
    monkeypatch.setenv("MAILBOX_PASSWORD", "wrong")
    error = engine.crawl(job(db, mailbox(server))).report.error or ""
    assert "sign-in needed" in error
    assert "wrong" not in error
    monkeypatch.delenv("MAILBOX_PASSWORD")
    assert "MAILBOX_PASSWORD is not set" in (engine.crawl(job(db, mailbox(server))).report.error or "")
    assert mentions(db) == []
    assert source_row(db, "mailbox").failures == 3


def test_oauth2_signs_in_with_a_fresh_token(
    server: MailServer, engine: Engine, db: Database, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("MAILBOX_CLIENT_ID", "MAILBOX_CLIENT_SECRET"):
        monkeypatch.setenv(name, "x")
    site.put(
        "/token",
        Answer(b'{"access_token": "tok"}', kind="application/json"),
        Answer(b'{"access_token": "old"}', kind="application/json"),
    )
    source = mailbox(server, sign_in="oauth2", token_url=site.url("/token"))
    assert engine.crawl(job(db, source)).report.new == len(WRITTEN)
    assert "sign-in needed" in (engine.crawl(job(db, source)).report.error or "")


def test_a_letter_that_is_not_genuine_is_told_and_not_believed(
    server: MailServer, engine: Engine, db: Database
) -> None:
    server.messages = {
        1: mail(WRITTEN[0], 1, Authentication_Results="mx; dmarc=fail"),
        2: mail(WRITTEN[1], 2),
        3: mail(WRITTEN[2], 3, Authentication_Results=""),
    }
    assert engine.crawl(job(db, mailbox(server))).report.new == 1
    (kept,) = mentions(db)
    assert kept.author == "Ben Hill"
    assert engine.crawl(job(db, mailbox(server, unverified=True))).report.new == 1
    assert engine.crawl(job(db, mailbox(server, authserv_id="other.example"))).report.new == 0


def test_a_server_that_is_away_or_speaks_otherwise_is_told(
    engine: Engine, db: Database, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(imap, "TIMEOUT", 0.5)  # a web server waits for us to speak, as we do for it
    port = int(site.base_url.rpartition(":")[2])
    with MailServer({}, USER, PASSWORD) as gone:
        away = mailbox(gone)
    for source in (away, away | {"name": "web", "port": port}):
        report = engine.crawl(job(db, source)).report
        assert report.status == "error"
        assert report.error


def test_over_tls_only_a_certificate_that_is_known_is_accepted(
    engine: Engine, db: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    letters = {1: mail(WRITTEN[0], 1)}
    with MailServer(letters, USER, PASSWORD, context=server_side()) as running:
        source = mailbox(running, host="localhost", security="tls")
        report = engine.crawl(job(db, source)).report
        assert (report.status, report.new, running.commands) == ("error", 0, [])
        monkeypatch.setenv("SSL_CERT_FILE", str(trusted_file(tmp_path)))
        assert engine.crawl(job(db, source)).report.new == 1


def test_a_letter_that_was_filed_away_is_no_removal(engine: Engine, db: Database) -> None:
    letters = {10 + number: _dated(WRITTEN[number], number) for number in range(len(WRITTEN))}
    with MailServer(letters, USER, PASSWORD) as server:
        assert engine.crawl(job(db, mailbox(server))).report.new > 2
        del server.messages[11]
        server.messages[90] = _dated(WRITTEN[1], 90)
        report = engine.crawl(job(db, mailbox(server))).report
        assert (report.gone, report.error) == (0, None)
    assert all(mention.gone_at is None for mention in mentions(db))


def _dated(written: Written, number: int) -> bytes:
    at = format_datetime(utcnow() - timedelta(hours=100 - number)).encode()
    return re.sub(rb"(?mi)^Date: .*$", b"Date: " + at, mail(written, number))


def test_names_and_passwords_are_not_only_ascii(
    server: MailServer, engine: Engine, db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.password, server.folder = "pässwörd€", "Recensioni & caff&AOg-".replace(" & ", " &- ")
    monkeypatch.setenv("MAILBOX_PASSWORD", server.password)
    report = engine.crawl(job(db, mailbox(server, folder="Recensioni & caffè"))).report
    assert (report.new, report.error) == (len(WRITTEN), None)
    monkeypatch.setenv("MAILBOX_PASSWORD", "ø")
    error = engine.crawl(job(db, mailbox(server))).report.error or ""
    assert "sign-in needed" in error


def test_a_large_letter_is_told_and_not_read(
    server: MailServer, engine: Engine, db: Database, caplog: pytest.LogCaptureFixture
) -> None:
    server.messages = {1: mail(WRITTEN[0], 1), 2: mail(WRITTEN[1], 2) + b"x" * imap.LARGEST}
    assert engine.crawl(job(db, mailbox(server))).report.new == 1
    assert "message 2: larger than 1 MB" in caplog.text
    assert not any(command.startswith("FETCH 2 (BODY") for command in server.commands)


def test_a_server_that_sends_more_than_it_said_is_left(
    server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    where = f"imap://127.0.0.1:{server.port}/INBOX?most=25"
    secret = "Basic " + base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
    assert imap._answer(where, secret, "none")[0] == 200
    monkeypatch.setattr(imap, "_sizes_of", lambda _, uids: dict.fromkeys(uids, 100))
    monkeypatch.setattr(imap, "LARGEST", 200)
    monkeypatch.setattr("demo.imap._MOST", re.compile(rb"never"))
    with pytest.raises(imap.TooMuch, match="literal"):
        imap._answer(where, secret, "none")
    monkeypatch.setattr(imap._Bounded, "_left", 100)
    with pytest.raises(imap.TooMuch, match="all in all"):
        imap._answer(where, secret, "none")


@pytest.mark.timeout(25)
def test_a_server_that_goes_on_for_ever_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imap, "TOTAL", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent, pytest.raises((OSError, imaplib.IMAP4.error)):
        imap._answer(f"imap://127.0.0.1:{silent.getsockname()[1]}/INBOX", "", "none")
