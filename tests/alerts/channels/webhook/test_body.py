"""What a webhook carries is what its schema says, for every kind and whatever the outside writes."""

import json
import re
from functools import cache
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings

from alerts.channels.webhook.body import TEXT, encode
from alerts.views import View
from alerts.words import Words
from tests.alerts.channels.email.test_message import HOSTILE, hostile
from tests.alerts.channels.kinds import ALONE, KINDS, NOW
from tests.conftest import ROOT


@cache
def validator() -> Any:
    schema = json.loads((ROOT / "docs" / "webhook.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


def strict(part: Any) -> Any:
    """The schema with nothing allowed that it does not name: what we add must be described."""
    if isinstance(part, dict):
        closed = (
            {"additionalProperties": False}
            if "required" in part and part["properties"].get("version") is None
            else {}
        )
        return {name: strict(one) for name, one in part.items()} | closed
    return list(map(strict, part)) if isinstance(part, list) else part


def carried(view: View, lang: str = "en", *, changed: bool = False) -> Any:
    body = json.loads(encode(view, "msg_1", Words(lang, lasting=True), NOW, changed=changed))
    validator().validate(body)
    return body


@pytest.mark.parametrize("lang", ["en", "it"])
@pytest.mark.parametrize("kind", ALONE)
def test_every_kind_is_as_the_schema_says(kind: str, lang: str) -> None:
    body = carried(KINDS[kind], lang)
    known = {one["if"]["properties"]["type"]["const"]: one["then"] for one in validator().schema["allOf"]}
    wanted = strict(known[body["type"]]) | {"$defs": strict(validator().schema["$defs"])}
    jsonschema.Draft202012Validator(wanted).validate(body)
    assert body["text"]
    assert body["id"] == "msg_1"


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("critical", "case.opened"),
        ("line_raised", "case.event"),
        ("reminder", "case.reminder"),
        ("source_down", "source.down"),
        ("source_back", "source.up"),
        ("start", "source.start"),
        ("report", "digest"),
        ("brief_morning", "brief"),
        ("brief_evening", "brief"),
        ("paused", "pause.began"),
        ("goes_on_by_itself", "pause.ended"),
        ("storm", "case.opened"),
        ("trouble", "delivery.failed"),
        ("trial", "test"),
    ],
)
def test_the_types(kind: str, expected: str) -> None:
    assert carried(KINDS[kind])["type"] == expected


def test_a_change_of_a_case_has_a_type_of_its_own() -> None:
    body = carried(KINDS["resolved"], changed=True)
    assert body["type"] == "case.updated"
    assert body["data"]["case"]["status"] == "resolved"


def test_a_brief_in_full() -> None:
    morning, evening = (carried(KINDS[f"brief_{moment}"])["data"] for moment in ("morning", "evening"))
    assert (morning["moment"], morning["mentions"], morning["new"]["total"]) == ("morning", 34, 12)
    first = morning["new"]["first"][0]
    assert (first["case_id"], first["due_at"], first["owner"]) == (12, "2026-11-24T06:50:00Z", None)
    assert first["url"] == "https://apps.example.com/it"
    assert morning["muted"]["first"][0]["case_id"] is None
    assert evening["owners"] == [{"owner": None, "cases": 8}, {"owner": "marta", "cases": 3}]
    assert [one["source"] for one in evening["unread"]] == ["mastodon-aurora", "app"]
    pause = carried(KINDS["paused"])
    assert pause["data"] == {"brand": None, "who": "marta", "until": None}
    assert carried(KINDS["goes_on_by_itself"])["data"]["who"] is None


def test_a_case_in_full() -> None:
    case = carried(KINDS["critical"])["data"]["case"]
    assert case["urgency"] == "critical"
    assert case["reasons"][0] == {"kind": "urgent", "detail": ["bocca gonfia", "mia figlia"]}
    assert case["due_at"] == "2026-11-24T11:15:00Z"
    assert case["mention"]["url"] == "https://apps.example.com/it/app/id1?see=reviews"
    assert case["mention"]["quote"].startswith("Dopo averlo mangiato")
    assert case["draft"]["reply"].startswith("Gentile Giulia")
    assert carried(KINDS["erased"])["data"]["case"]["mention"] is None
    assert carried(KINDS["reminder_owner"])["data"]["to"] == ["marta", "@head-of-care"]


def test_an_event_carries_who_did_what_and_their_words() -> None:
    told = {
        kind: carried(KINDS[f"line_{kind}"])["data"] for kind in ("given", "promised", "reported", "gone")
    }
    nothing = {"to": None, "code": None, "words": None, "until": None}
    assert told["given"]["said"] == nothing | {"who": "marta", "to": "luca"}
    assert told["promised"]["said"] == nothing | {
        "who": "marta",
        "words": "ricambio spedito",
        "until": "2026-11-26T11:00:00Z",
    }
    assert told["reported"]["said"] == nothing | {
        "who": "marta",
        "code": "fake",
        "words": "mai stata cliente",
    }
    assert told["reported"]["url"] == "https://apps.example.com/it"
    assert told["gone"]["said"] is None


def test_a_storm_carries_its_count_and_its_worst() -> None:
    case = carried(KINDS["storm"])["data"]["case"]
    assert (case["storm"], case["mentions"], case["opened_at"]) == (True, 990, "2026-11-24T10:48:00Z")
    assert [row["id"] for row in case["worst"]] == [35, 36]
    assert carried(KINDS["trouble"])["data"]["reason"] == KINDS["trouble"].reason  # type: ignore[union-attr]


@settings(max_examples=200)
@given(HOSTILE)
def test_whatever_the_outside_writes_it_stays_json(text: str) -> None:
    for view in hostile(text):
        raw = encode(view, "msg_1", Words("it", lasting=True), NOW)
        body = json.loads(raw.decode("utf-8"))
        assert len(body["text"]) <= TEXT
        assert not re.search(
            r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u200b\ud800-\udfff]", raw.decode("utf-8")
        )
        assert "\n" not in body["text"]


def test_the_example_of_the_documents_is_as_the_schema_says() -> None:
    text = (ROOT / "docs" / "notifications.md").read_text(encoding="utf-8")
    example = json.loads(re.findall(r"```json\n(.*?)```", text, re.S)[0])
    validator().validate(example)
    assert set(example["data"]["case"]) == set(carried(KINDS["critical"])["data"]["case"])
