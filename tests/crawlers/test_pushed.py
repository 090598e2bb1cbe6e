"""What others post to us: who may, and what of it becomes mentions."""

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from standardwebhooks import Webhook

from crawlers.pushed import IDS, Received, genuine, is_short, receive
from platforms.webhook import Options
from store.db import Database
from store.errors import Permanent
from store.tables import SourceRow
from tests.crawlers.jobs import AURORA, mentions, source_row

NOW = datetime(2026, 11, 24, 11, 0, tzinfo=UTC)
SECRET = "whsec_" + "QXNjb2x0byBsaXN0ZW5zIHRvIGV2ZXJ5Ym9keQ=="
BODY = b'{"text": "Il caff\xc3\xa8 perde"}'


def options(**values: Any) -> Options:
    return Options.model_validate({"name": "zap", "type": "webhook", "brand": "aurora"} | values)


def signed(body: bytes = BODY, at: datetime = NOW, secret: str = SECRET) -> dict[str, str]:
    """As the scheme's own package signs."""
    return {
        "webhook-id": "msg_1",
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": Webhook(secret).sign("msg_1", at, body.decode()),
    }


def post(db: Database, value: Any, kind: str = "application/json", **values: Any) -> Any:
    body = value if isinstance(value, bytes) else json.dumps(value).encode()
    return receive(db, options(**values), AURORA, body, kind, NOW)


class TestGenuine:
    def test_the_schemes_own_package_signs_what_we_take(self) -> None:
        assert genuine(options(), SECRET, signed(), BODY, NOW)
        rotated = signed() | {"webhook-signature": f"v1,AAAA {signed()['webhook-signature']}"}
        assert genuine(options(), SECRET, rotated, BODY, NOW)

    @pytest.mark.parametrize(
        "change",
        [
            {"webhook-signature": ""},
            {"webhook-signature": "v1,AAAA"},
            {"webhook-signature": "v1,\udcff"},
            {"webhook-id": "msg_2"},
            {"webhook-timestamp": "yesterday"},
            {"webhook-timestamp": "9" * 40},
            {"webhook-timestamp": "-1"},
            {"webhook-timestamp": str(int(NOW.timestamp()) + 1)},
        ],
    )
    def test_what_was_changed_is_refused(self, change: dict[str, str]) -> None:
        assert not genuine(options(), SECRET, signed() | change, BODY, NOW)
        assert not genuine(options(), SECRET, signed(), BODY + b" ", NOW)

    @pytest.mark.parametrize("away", [timedelta(minutes=6), timedelta(minutes=-6)])
    def test_what_was_signed_at_another_time_is_refused(self, away: timedelta) -> None:
        assert genuine(options(), SECRET, signed(at=NOW - away / 2), BODY, NOW)
        assert not genuine(options(), SECRET, signed(at=NOW - away), BODY, NOW)

    def test_hub_and_bearer(self) -> None:
        digest = hmac.new(b"s3cret", BODY, hashlib.sha256).hexdigest()
        hub, bearer = options(signature="hub"), options(signature="bearer")
        assert genuine(hub, "s3cret", {"x-hub-signature-256": f"sha256={digest}"}, BODY, NOW)
        assert not genuine(hub, "s3cret", {"x-hub-signature-256": digest}, BODY, NOW)
        assert not genuine(hub, "other", {"x-hub-signature-256": f"sha256={digest}"}, BODY, NOW)
        assert genuine(bearer, "s3cret", {"authorization": "Bearer s3cret"}, b"", NOW)
        assert not genuine(bearer, "s3cret", {"authorization": "Bearer s3cre"}, b"", NOW)
        assert not genuine(bearer, "s3cret", {}, b"", NOW)

    @pytest.mark.parametrize("kind", ["standard", "hub", "bearer"])
    def test_an_empty_secret_opens_nothing(self, kind: str) -> None:
        empty = {
            "authorization": "Bearer ",
            "x-hub-signature-256": f"sha256={hmac.new(b'', BODY, hashlib.sha256).hexdigest()}",
        }
        assert not genuine(options(signature=kind), "", empty, BODY, NOW)

    def test_a_secret_that_is_none_opens_nothing(self) -> None:
        assert not genuine(options(), "whsec_?", signed(), BODY, NOW)

    @pytest.mark.parametrize("key", [b"", b"k" * 15, b"k" * 16])
    def test_a_short_key_opens_nothing(self, key: bytes) -> None:
        secret = "whsec_" + base64.b64encode(key).decode()
        at = str(int(NOW.timestamp()))
        digest = hmac.digest(key, f"m.{at}.".encode() + BODY, hashlib.sha256)
        headers = {
            "webhook-id": "m",
            "webhook-timestamp": at,
            "webhook-signature": f"v1,{base64.b64encode(digest).decode()}",
        }
        assert genuine(options(), secret, headers, BODY, NOW) is (len(key) >= 16)
        assert is_short(options(), secret) is (len(key) < 16)
        assert is_short(options(signature="hub"), key.decode()) is (len(key) < 16)


class TestReceive:
    def test_a_record_a_list_and_a_form(self, db: Database) -> None:
        told = {
            "external_id": "7",
            "text": "Il caffè perde",
            "author": "Ada",
            "stars": "2",
            "published_at": "2026-11-24T10:00:00Z",
            "likes": 3,
            "place": "Trieste",
            "answer": "Ci dispiace",
            "answered_at": "2026-11-24T10:30:00Z",
            "thread": "5",
        }
        assert post(db, told).new == 1
        assert post(db, told).unchanged == 1
        assert post(db, [told | {"stars": 1}, {"text": "Altro"}]).edited == 1
        form = urlencode({"text": "Dal modulo", "author": "Bea"}).encode()
        assert post(db, form, "application/x-www-form-urlencoded; charset=utf-8").new == 1
        first, second, third = mentions(db)
        assert (first.external_id, first.thread, first.stars, first.likes, first.place) == (
            "zap/7",
            "zap/5",
            1.0,
            3,
            "Trieste",
        )
        assert (first.answer, first.answered_at) == (
            "Ci dispiace",
            datetime(2026, 11, 24, 10, 30, tzinfo=UTC),
        )
        assert (second.text, second.published_at) == ("Altro", NOW)
        assert third.author == "Bea"
        assert {m.platform for m in (first, second, third)} == {"webhook"}

    def test_fields_and_records_stand_where_the_options_say(self, db: Database) -> None:
        found = {
            "result": {
                "reviews": [
                    {"uid": 1, "body": {"texts": ["Buono"]}},
                    {"uid": 2, "body": {"texts": []}, "note": 5},
                ]
            }
        }
        received = post(
            db,
            found,
            records="result.reviews",
            fields={"external_id": "uid", "text": "body.texts.0", "stars": "note"},
        )
        assert (received.new, received.errors) == (2, [])
        assert [(m.external_id, m.text, m.stars) for m in mentions(db)] == [
            ("zap/1", "Buono", None),
            ("zap/2", "", 5.0),
        ]

    def test_the_same_words_again_are_the_same_mention(self, db: Database) -> None:
        assert post(db, {"text": "Senza id"}).new == 1
        assert post(db, {"text": "Senza id"}).unchanged == 1

    def test_what_is_old_is_history(self, db: Database) -> None:
        post(
            db,
            [
                {"text": "Vecchia", "published_at": "2026-11-01"},
                {"text": "Nuova", "published_at": "2026-11-24"},
            ],
        )
        assert [m.history for m in mentions(db)] == [True, False]

    def test_a_bad_record_is_told_and_the_others_are_kept(self, db: Database) -> None:
        received = post(
            db,
            [
                4,
                {"author": "Ada"},
                {"text": "Bene", "stars": "many"},
                {"text": "Buono"},
                {"text": "x", "published_at": "mai"},
            ],
        )
        assert received.new == 1
        assert [one["record"] for one in received.errors] == [1, 2, 3, 5]
        assert received.errors[1]["error"] == "text: is missing, and there are no stars"
        assert source_row(db, "zap").last_error == "record 1: this is no object"
        assert (source_row(db, "zap").failures, source_row(db, "zap").last_ok_at) == (0, NOW)
        post(db, {"author": "Ada"})
        assert source_row(db, "zap").failures == 1
        post(db, {"text": "Tutto bene"})
        assert (source_row(db, "zap").last_error, source_row(db, "zap").failures) == (None, 0)

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("external_id", {"id": 1}),
            ("external_id", ["1"]),
            ("external_id", True),
            ("thread", {}),
            ("answer", 7),
            ("answer", {"text": "Ci dispiace"}),
            ("edited_at", "mai"),
            ("answered_at", {"at": 1}),
        ],
    )
    def test_what_is_of_another_kind_is_told_and_not_made_up(
        self, db: Database, name: str, value: Any
    ) -> None:
        received = post(db, {"text": "Buono", name: value})
        assert (received.new, [one["error"].split(":")[0] for one in received.errors]) == (0, [name])
        assert post(db, {"text": "Buono", "external_id": 7, "edited_at": " "}).new == 1

    def test_where_the_source_asks_for_it_the_brand_must_be_named(self, db: Database) -> None:
        received = post(db, [{"text": "Caffè Aurora è buono"}, {"text": "aurora boreale"}], match=True)
        assert (received.new, received.left_out) == (1, 1)

    @pytest.mark.parametrize("body", [b"", b"no", b"\xff\xfe", b"[" * 100_000, b'{"a":'])
    def test_what_cannot_be_read_is_an_error_that_says_what_to_post(self, body: bytes, db: Database) -> None:
        with pytest.raises(Permanent, match="post a JSON object"):
            post(db, body)

    def test_what_holds_no_records_or_too_many(self, db: Database) -> None:
        with pytest.raises(Permanent, match=r"nothing at 'result\.reviews'"):
            post(db, {"result": []}, records="result.reviews")
        with pytest.raises(Permanent, match="1000 at most"):
            post(db, [{"text": "x"}] * 1001)
        with pytest.raises(Permanent, match="200 fields"):
            post(db, b"&".join(b"a%d=1" % n for n in range(300)), "application/x-www-form-urlencoded")

    def test_hostile_values_are_stored_safely_or_told(self, db: Database) -> None:
        received = post(
            db,
            [
                {
                    "text": "\x00\ud800 <!channel>",
                    "answer": "\x00",
                    "lang": "\x00" * 9,
                    "url": "javascript:x",
                    "author": {"a": 1},
                    "likes": -3,
                },
                {"text": "ok", "answer": "\ud800\x00", "place": "\x00"},
            ],
        )
        assert len(received.errors) == 1
        (kept,) = mentions(db)
        assert kept.answer == "\ufffd\ufffd"


FIRST = {"external_id": "1", "text": "Terribile", "stars": 1, "published_at": "2026-11-24T08:00:00Z"}
EDIT = FIRST | {"text": "Risolto", "stars": 5, "edited_at": "2026-11-24T09:00:00Z"}


class TestAgain:
    """What was posted once does not undo what came after it."""

    def test_the_same_post_again_stores_nothing_for_ten_minutes(self, db: Database) -> None:
        def send(text: str, name: str, later: timedelta = timedelta()) -> Any:
            body = json.dumps(FIRST | {"text": text}).encode()
            return receive(db, options(), AURORA, body, "application/json", NOW + later, name)

        assert send("Uno", "a").new == 1
        assert send("Due", "b").edited == 1
        assert send("Uno", "a", timedelta(minutes=9)) == Received()
        assert [m.text for m in mentions(db)] == ["Due"]
        assert send("Uno", "a", timedelta(minutes=11)).edited == 1

    def test_of_many_posts_the_last_are_remembered(self, db: Database) -> None:
        post(db, FIRST)
        with db.write() as session:
            at = NOW.timestamp()
            session.get_one(SourceRow, "zap").cursor = {"posts": {str(n): at for n in range(2 * IDS)}}
        receive(db, options(), AURORA, json.dumps(FIRST).encode(), "", NOW, "\udcff")
        kept = source_row(db, "zap").cursor["posts"]
        assert (len(kept), "1999" in kept, "0" in kept) == (IDS, True, False)

    def test_a_post_of_which_nothing_was_taken_gets_the_same_answer(self, db: Database) -> None:
        for _ in range(2):
            told = receive(db, options(), AURORA, b'{"author": "Ada"}', "", NOW, "a")
            assert len(told.errors) == 1

    def test_an_older_record_changes_nothing(self, db: Database) -> None:
        post(db, FIRST)
        post(db, EDIT)
        for old in (FIRST, EDIT | {"text": "Mezzo", "edited_at": "2026-11-24T08:30:00Z"}):
            received = post(db, old)
            assert (received.edited, received.unchanged) == (0, 1)
        assert post(db, [EDIT, FIRST]).unchanged == 2
        assert [(m.text, m.revision) for m in mentions(db)] == [("Risolto", 2)]
        assert post(db, EDIT | {"text": "Di nuovo", "edited_at": "2026-11-24T10:00:00Z"}).edited == 1

    def test_a_sender_that_never_tells_when_it_edited_is_taken_at_its_word(self, db: Database) -> None:
        for text in ("Uno", "Due", "Tre"):
            post(db, FIRST | {"text": text})
        assert [(m.text, m.revision) for m in mentions(db)] == [("Tre", 3)]
