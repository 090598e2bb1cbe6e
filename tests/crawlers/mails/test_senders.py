"""What the notifications of each platform say."""

from typing import Any

import pytest

from crawlers.mails.letter import Letter, read_letter
from crawlers.mails.proofs import Trust
from crawlers.mails.senders import is_genuine, notice, rules, sent_by
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


def genuine(*told: str, sender: str = WRITTEN[0].sender, **trust: Any) -> bool:
    heads = "".join(f"Authentication-Results: {one}\r\n" for one in told)
    found = letter(f"{heads}From: Piazza <{sender}>\r\n\r\nx".encode())
    known = sent_by(found)
    assert known is not None
    return is_genuine(found, known[1], Trust(**trust))


@pytest.mark.parametrize(
    "told",
    [
        "mx.aurora.example; dkim=pass header.d=google.com; dmarc=pass",
        "mx.aurora.example 1; dkim=fail header.d=list.example; dkim=pass header.i=@google.com; dmarc=pass",
        "mx.aurora.example; dkim = pass (2048-bit key; dmarc=fail) header.b=ab=c header.d = google.com",
        "mx.aurora.example; spf=pass smtp.mailfrom=bounce@mail.google.com",
        "mx.aurora.example; dkim=pass header.d=google.com; spf=softfail smtp.mailfrom=evil.example; dmarc=none",
        "spf=pass (sender IP is 192.0.2.1) smtp.mailfrom=google.com;\r\n dmarc=pass action=none header.from=google.com;",
    ],
)
def test_what_the_own_server_confirms_is_genuine(told: str) -> None:
    assert genuine(told)


@pytest.mark.parametrize(
    "told",
    [
        "mx.aurora.example; dkim=pass header.d=evil.example; dmarc=fail header.from=google.com",
        "mx.aurora.example; dkim=pass header.d=evil.example; spf=pass smtp.mailfrom=evil.example",
        "mx.aurora.example; dkim=pass header.d=evil.example; dmarc=none header.from=google.com",
        "mx.aurora.example; dkim=pass header.d=google.com.evil.example",
        "mx.aurora.example; dkim=pass header.d=notgoogle.com",
        "mx.aurora.example; dkim=pass header.d=com",
        "mx.aurora.example; dkim=pass",
        "mx.aurora.example; dkim=pass header.d=google.com; dmarc=fail",
        "mx.aurora.example; dmarc=pass header.from=evil.example",
        'mx.aurora.example; spf=pass smtp.mailfrom="dkim=pass"@evil.example; dmarc=none',
        'mx.aurora.example; spf=pass smtp.mailfrom="; dmarc=pass ; x="@evil.example',
        'mx.aurora.example; spf=pass smtp.mailfrom="a\\"; dmarc=pass; \\""@evil.example',
        "mx.aurora.example; spf=fail (a (b); dmarc=pass) smtp.mailfrom=evil.example",
        "mx.aurora.example; spf=fail smtp.mailfrom==?utf-8?q?=3B_dmarc=3Dpass?=",
        "mx.aurora.example; dkim=pass header.d=evil.example header.d=google.com",
        "mx.aurora.example; x-spam=dmarc=pass",
        "mx.aurora.example; spf=pass",
        "mx.aurora.example; none",
        "dmarc",
        "",
    ],
)
def test_what_the_own_server_did_not_confirm_is_not(told: str) -> None:
    assert not genuine(told)
    assert not genuine(told, unverified=True)


def test_only_the_own_servers_word_counts() -> None:
    ours, theirs = "mx.aurora.example; dmarc=fail", "evil.example; dmarc=pass"
    assert not genuine(ours, theirs)
    assert genuine(theirs, ours)
    assert not genuine(theirs, ours, authserv_id="MX.aurora.example")
    assert not genuine(theirs, authserv_id="mx.aurora.example")
    assert genuine(theirs, "mx.aurora.example; dmarc=pass", ours, authserv_id="mx.aurora.example")


def test_without_any_word_a_letter_is_believed_only_where_that_is_asked_for() -> None:
    assert not genuine()
    assert genuine(unverified=True)


@pytest.mark.parametrize(
    "sender",
    [
        "From: a@evil.example\r\nFrom: noreply@booking.com",
        "From: noreply@booking.com\r\nFrom : a@evil.example",
        "From: noreply@booking.com, a@evil.example",
        "From: a@evil.example <noreply@booking.com>",
        "From: <a@evil.example> <noreply@booking.com>",
        "From: noreply@booking.com (a@evil.example)",
        'From: "noreply@booking.com" <a@evil.example>',
        "From: =?utf-8?q?noreply=40booking=2Ecom_=3C?= <a@evil.example>",
        "From: group: noreply@booking.com, a@evil.example;",
        "Sender: noreply@booking.com",
    ],
)
def test_a_letter_from_several_or_from_nobody_is_from_nobody_that_is_known(sender: str) -> None:
    assert sent_by(letter(f"{sender}\r\n\r\nx".encode())) is None
    plain = letter(b'From: "Booking.com, Inc" <NoReply@Booking.com>\r\n\r\nx')
    assert (plain.address, (sent_by(plain) or ("",))[0]) == ("noreply@booking.com", "booking")


def test_a_share_of_a_document_is_no_review() -> None:
    shared = WRITTEN[0]._replace(
        sender="drive-shares-dm-noreply@google.com", subject="new review for Caffè Aurora"
    )
    assert notice(letter(mail(shared))) is None


@pytest.mark.parametrize(
    "link",
    [
        "https://evil.example/www.tripadvisor.it/",
        "https://www.tripadvisor.it.evil.example/",
        "https://nottripadvisor.it/",
        "https://www.tripadvisor.it@evil.example/",
        "https://evil.example\\@www.tripadvisor.it/",
        "https://evil.example\\.www.tripadvisor.it/",
        "https://tripadvisor.evil.example/",
    ],
)
def test_a_link_that_leads_elsewhere_is_on_no_card(link: str) -> None:
    one = next(one for one in WRITTEN if one.platform == "tripadvisor")
    evil = one._replace(html=one.html.replace("https://www.tripadvisor.it/ShowUserReviews-g1-d2-r3", link))
    told = notice(letter(mail(evil)))
    assert told is not None
    assert told.url is None


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
