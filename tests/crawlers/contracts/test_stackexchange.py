"""Stack Exchange: a constructed answer, the throttle's error, and a third party's description of the API."""

from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jsonschema
import pytest

from crawlers.base import Page, Spider
from demo.world import World
from store.errors import Permanent, Transient
from tests.crawlers.contracts import NOW, parse, sample, sample_bytes, spider, told, yaml_spec
from tests.crawlers.contracts.requests import against_openapi

COMMENTS = "stackexchange/stack-exchange-comments-openapi.yml"
SPEC = "stackexchange/stack-exchange-search-openapi.yml"
# The description leaves out what the API takes on every call.
COMMON = {"fromdate is unknown", "key is unknown"}


def one(**options: Any) -> Spider[Any]:
    return spider("stackexchange", **{"query": "caffè aurora"} | options)


def test_a_constructed_search_is_read() -> None:
    answer = sample("constructed/stackexchange_search.json")
    parsed = parse(one(query="acme"), answer, chain="questions")
    (mention,), (item,) = parsed.mentions, answer["items"]
    assert mention.external_id == mention.thread == f"stackoverflow/{item['question_id']}"
    assert mention.title == 'Acme SDK "timeout" error'
    assert (mention.text, mention.author) == ("", item["owner"]["display_name"])
    assert mention.author_id == f"stackoverflow/{item['owner']['user_id']}"
    assert mention.published_at == datetime.fromtimestamp(item["creation_date"], UTC)
    assert mention.edited_at is None
    assert mention.url == item["link"]
    assert (mention.likes, mention.replies, mention.views) == (0, item["answer_count"], item["view_count"])
    assert (parsed.wait, parsed.left) == (answer["backoff"], answer["quota_remaining"])
    (following,) = parsed.next
    assert parse_qs(urlsplit(following.url).query)["page"] == ["2"]


def test_a_throttle_says_when_it_ends() -> None:
    refused = one().refusal(
        Page("https://x", sample_bytes("constructed/stackexchange_error_throttle.json"), status=400)
    )
    assert isinstance(refused, Transient)
    assert refused.retry_after == 82216


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b'{"error_id": 503, "error_name": "temporarily_unavailable", "error_message": "x"}', Transient),
        (b'{"error_id": 400, "error_name": "bad_parameter", "error_message": "site"}', Permanent),
        (b'{"error_id": 1, "error_name": ["x"], "error_message": {}}', type(None)),
        (b"<html>", type(None)),
    ],
)
def test_errors_are_told_by_their_names(body: bytes, kind: type) -> None:
    assert isinstance(one().refusal(Page("https://x", body, status=400)), kind)


def test_requests_are_those_of_the_description() -> None:
    search = one(tags=["moka", "espresso"]).first()[0]
    problems = against_openapi(search, yaml_spec(SPEC))
    assert set(problems) <= COMMON
    asked = parse_qs(urlsplit(search.url).query)
    assert (asked["q"], asked["tagged"], asked["site"]) == (
        ["caffè aurora"],
        ["moka;espresso"],
        ["stackoverflow"],
    )
    assert asked["fromdate"] == [str(int(NOW.timestamp()) - 30 * 86_400)]
    assert asked["filter"] == ["withbody"]
    assert "key" not in parse_qs(
        urlsplit(spider("stackexchange", secrets={}, query="x").first()[0].url).query
    )


def test_what_stands_below_a_question_is_looked_up_with_it() -> None:
    fetch = one().look_up(["stackoverflow/5", "stackoverflow/5/a6", "stackoverflow/7", "stackoverflow/7/c8"])
    assert urlsplit(fetch.url).path == "/2.3/questions/5;7"
    assert parse_qs(urlsplit(fetch.url).query)["pagesize"] == ["100"]


def test_the_brands_answers_are_read_by_its_users_ids_only() -> None:
    _, theirs = one(accounts=[77, 78]).first()
    assert urlsplit(theirs.url).path == "/2.3/users/77;78/answers"
    assert len(one().first()) == 1


def test_what_the_demo_answers_is_what_the_description_says() -> None:
    document = yaml_spec(SPEC)
    here = one(base_url="http://127.0.0.1/stackexchange", site="coffee", accounts=[77])
    questions, theirs = here.first()
    schema = {"$ref": "#/components/schemas/QuestionsResponse", "components": document["components"]}
    answer = told("stackexchange", questions)
    assert answer["items"]
    jsonschema.validate(answer, schema)
    jsonschema.validate(told("stackexchange", theirs), schema)
    refused = told("stackexchange", one(base_url="http://127.0.0.1/stackexchange").first()[0])
    jsonschema.validate(refused, {**schema, "$ref": "#/components/schemas/ErrorResponse"})
    assert refused["error_name"] == "bad_parameter"


def test_comments_are_what_the_description_says() -> None:
    """They stand below questions and answers where the filter shows them."""
    document = yaml_spec(COMMENTS)
    schema = {"$ref": "#/components/schemas/Comment", "components": document["components"]}
    here = one(base_url="http://127.0.0.1/stackexchange", site="coffee", filter="!ascolto-with-answers")
    world = World(NOW)
    world.advance()  # until then nobody has commented
    questions = told("stackexchange", here.first()[0], world=world)["items"]
    names = [f"coffee/{question['question_id']}" for question in questions]
    looked = told("stackexchange", here.look_up(names), world=world)
    comments = [
        comment
        for question in looked["items"]
        for above in (question, *question.get("answers", []))
        for comment in above.get("comments", [])
    ]
    assert comments
    for comment in comments:
        jsonschema.validate(comment, schema)
