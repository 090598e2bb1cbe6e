"""App Store Connect, by Apple's own specification."""

from typing import Any

import jwt
import pytest

from crawlers.base import Page
from crawlers.spiders.appstore_connect import AUDIENCE
from demo.places import appstore_connect as place
from store.errors import Permanent
from tests.crawlers.contracts import NOW, parse, spec, spider
from tests.crawlers.contracts import told as demo
from tests.crawlers.contracts.requests import against_openapi, answer_problems

OPTIONS: dict[str, Any] = {"app_id": "1900000042", "issuer_id": place.ISSUER, "key_id": place.KEY_ID}
SPEC = "appstoreconnect/customer_reviews_subset_openapi.json"


def in_the_demo() -> Any:
    return spider(
        "appstore_connect",
        **OPTIONS,
        base_url="http://127.0.0.1/appstore_connect",
        secrets=place.SECRETS,
    )


def test_requests_are_ones_that_the_specification_knows() -> None:
    document = spec(SPEC)
    one = spider("appstore_connect", **OPTIONS)
    (fetch,) = one.first()
    assert against_openapi(fetch, document) == []
    assert against_openapi(one.look_up(["0000-1"]), document) == []
    assert "sort=-createdDate&include=response&limit=200" in fetch.url
    assert fetch.headers == {"Authorization": "Bearer token"}


def test_the_token_is_signed_as_apple_asks() -> None:
    one = spider("appstore_connect", **OPTIONS, secrets=place.SECRETS)
    assert one.sign_in() is None
    assert jwt.get_unverified_header(one.token) == {"alg": "ES256", "kid": place.KEY_ID, "typ": "JWT"}
    claims = jwt.decode(one.token, options={"verify_signature": False})
    assert (claims["iss"], claims["aud"]) == (place.ISSUER, AUDIENCE)
    assert claims["iat"] == NOW.timestamp()
    assert 0 < claims["exp"] - claims["iat"] <= 20 * 60
    with pytest.raises(Permanent, match="APPSTORE_CONNECT_KEY is not set"):
        spider("appstore_connect", **OPTIONS, secrets={}).sign_in()


def test_the_demo_answers_as_specified_and_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(place, "_signed", lambda header: header == "Bearer token")  # its clock is not NOW
    document, one = spec(SPEC), in_the_demo()
    answer = demo("appstore_connect", one.first()[0])
    assert answer_problems(answer, "CustomerReviewsResponse", document) == []
    parsed = parse(one, answer)
    told = {review["id"]: review["attributes"] for review in answer["data"]}
    assert {m.external_id: m.stars for m in parsed.mentions} == {k: a["rating"] for k, a in told.items()}
    assert {m.place for m in parsed.mentions} == {f"App Store {a['territory']}" for a in told.values()}
    pending = [one for one in answer["included"] if one["attributes"]["state"] == "PENDING_PUBLISH"]
    assert [m.answer for m in parsed.mentions if m.answer] == [
        one["attributes"]["responseBody"] for one in pending
    ]
    looked = demo("appstore_connect", one.look_up([parsed.mentions[0].external_id]))
    assert answer_problems(looked, "CustomerReviewResponse", document) == []
    (again,) = parse(one, looked, chain="look").mentions
    assert again == parsed.mentions[0]


def test_the_token_goes_to_no_other_place() -> None:
    one = spider("appstore_connect", **OPTIONS)
    for link, follows in (
        ("https://api.appstoreconnect.apple.com/v1/apps/1/customerReviews?cursor=a", True),
        ("https://evil.example/v1/apps/1/customerReviews?cursor=a", False),
        ("http://api.appstoreconnect.apple.com/v1/apps/1/customerReviews?cursor=a", False),
        ("https://api.appstoreconnect.apple.com@evil.example/", False),
        ("https://[/", False),
        ("/v1/apps/1/customerReviews?cursor=a", False),
    ):
        parsed = parse(one, {"data": [], "links": {"next": link}})
        assert bool(parsed.next) is follows, link
        assert bool(parsed.problems) is not follows, link


@pytest.mark.parametrize(("status", "told"), [(401, "issuer_id"), (403, "role")])
def test_refusals_say_what_to_check(status: int, told: str) -> None:
    refused = spider("appstore_connect", **OPTIONS).refusal(Page("https://x.example", b"", status=status))
    assert isinstance(refused, Permanent)
    assert told in str(refused)
