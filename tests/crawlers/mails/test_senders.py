"""What the notifications of each platform say."""

import pytest

from crawlers.mails.letter import Letter, read_letter
from crawlers.mails.senders import notice, rules, sent_by
from platforms import label, names
from platforms.mailbox import KNOWN_BY_MAIL
from tests.crawlers.contracts import NOW
from tests.crawlers.mails.written import WRITTEN, Written, mail


def letter(raw: bytes) -> Letter:
    found = read_letter(raw, NOW)
    assert found is not None
    return found


@pytest.mark.parametrize("one", WRITTEN, ids=lambda one: f"{one.platform}: {one.subject[:20]}")
def test_a_notification_says_who_wrote_what_where(one: Written) -> None:
    told = notice(letter(mail(one)))
    assert told is not None
    assert (told.platform, told.text, told.author, told.stars, told.place, told.url, told.whole) == (
        one.platform,
        one.text,
        one.author,
        one.stars,
        one.place,
        one.url,
        one.whole,
    )


def test_each_rule_is_tried_and_each_place_has_a_name() -> None:
    assert {one.platform for one in WRITTEN} == set(rules())
    for name in rules():
        assert (
            name in names()
            or name in KNOWN_BY_MAIL
            or name in ("google_business", "tripadvisor", "trustpilot")
        )
    assert label("booking") == "Booking.com"
    assert label("nowhere") == "nowhere"


@pytest.mark.parametrize(
    "sender",
    [
        "noreply@google.com.evil.example",
        "google.com@evil.example",
        "noreply@notgoogle.com",
        "",
        "a@b@booking.com.evil.example",
    ],
)
def test_a_sender_that_only_looks_like_one_is_none(sender: str) -> None:
    assert sent_by(letter(mail(WRITTEN[0]._replace(sender=sender)))) is None


@pytest.mark.parametrize(
    ("told", "doubted"),
    [
        ("mx.aurora.example; dkim=pass header.d=google.com; dmarc=pass", False),
        ("mx.aurora.example; dkim=pass header.d=evil.example; dmarc=fail", True),
        ("mx.aurora.example; spf=pass", True),
        ("mx.aurora.example; none", True),
    ],
)
def test_what_the_own_server_could_not_confirm_is_doubted(told: str, doubted: bool) -> None:
    assert letter(mail(WRITTEN[0], Authentication_Results=told)).doubted is doubted


def test_newsletters_of_known_senders_are_no_notifications() -> None:
    for subject in ("Your weekly performance report", "Fattura di novembre", "Security alert"):
        assert notice(letter(mail(WRITTEN[0]._replace(subject=subject)))) is None


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\xff\xfe\x00",
        b"From: =?bad?q?\r\nSubject: =?utf-8?b?////?=\r\nDate: never\r\n\r\n",
        b"Content-Type: text/html; charset=no-such\r\nFrom: a@google.com\r\n\r\n<p>x",
        b"Content-Type: multipart/mixed; boundary=x\r\nFrom: a@google.com\r\n\r\n--x\r\n",
        b"From: " + b"a" * 100_000 + b"@google.com\r\n\r\n",
        b"From: a@google.com\r\nContent-Type: text/html\r\n\r\n" + b"<div>" * 50_000,
        b"From: a@google.com\r\nContent-Transfer-Encoding: base64\r\n\r\n%%%%",
        b"From: a@google.com\r\nAuthentication-Results: \xff\xfe;;;;\r\n\r\nx",
        b"From: a@google.com\r\nSubject: " + b"x left a review " * 20_000 + b"\r\n\r\nx",
    ],
)
def test_broken_mail_is_read_as_far_as_it_goes(raw: bytes) -> None:
    found = read_letter(raw, NOW)
    if found is not None:
        notice(found)


def test_what_is_quoted_beneath_is_not_the_customers() -> None:
    told = WRITTEN[0]._replace(html="Ada Neri ha lasciato una recensione\nFreddo.\n> Rispondi\n> Buono")
    found = notice(letter(mail(told, plain=True)))
    assert found is not None
    assert found.text == "Freddo."
