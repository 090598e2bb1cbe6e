"""A site behind a wall is refused with the official way to the same; nothing is evaded, and a page is no wall."""

import pytest

from crawlers import walls
from store.db import Database
from tests.crawlers.engine import Engine
from tests.crawlers.jobs import job, page_source
from tests.crawlers.site import Answer, Site, review, reviews_page

HTML = {"content-type": "text/html"}


@pytest.mark.parametrize(
    ("status", "headers", "body", "maker"),
    [
        (403, {"cf-mitigated": "challenge"}, b"", "Cloudflare"),
        (503, HTML, b"<script>window._cf_chl_opt={}</script>", "Cloudflare"),
        (202, {"x-amzn-waf-action": "challenge"}, b"", "AWS WAF"),
        (405, HTML, b"<script>window.awsWafCookieDomainList = [];</script>", "AWS WAF"),
        (403, {"x-datadome": "protected"}, b"", "DataDome"),
        (403, HTML, b"<script src='https://ct.captcha-delivery.com/c.js'>", "DataDome"),
        (403, HTML, b"<div class='g-recaptcha'></div>", "a CAPTCHA"),
    ],
)
def test_walls_are_known_by_their_marks(
    status: int, headers: dict[str, str], body: bytes, maker: str
) -> None:
    assert walls.wall(status, headers, body, "https://shop.example/") == maker


@pytest.mark.parametrize(
    ("status", "headers", "body"),
    [
        (200, HTML | {"server": "cloudflare"}, b"<form><div class='g-recaptcha'></div></form>"),
        (200, HTML | {"x-datadome": "protected"}, b"reviews"),
        (403, HTML, b"Forbidden"),
        (403, {"content-type": "application/json"}, b'{"error": "g-recaptcha"}'),
        (404, HTML, b"cf-chl"),
    ],
)
def test_other_answers_are_none(status: int, headers: dict[str, str], body: bytes) -> None:
    assert walls.wall(status, headers, body, "https://shop.example/") is None


def test_a_sign_in_is_one_only_where_nobody_asked_for_it() -> None:
    asked = "https://shop.example/reviews"
    assert walls.sign_in(asked, "https://shop.example/login?next=/reviews")
    assert walls.sign_in(asked, "https://id.example/accounts/login/")
    assert not walls.sign_in(asked, "https://shop.example/blogins/")
    assert not walls.sign_in(asked, asked)
    assert not walls.sign_in("https://shop.example/login/a", "https://shop.example/login/b")


def test_what_to_do_instead_is_named_by_host() -> None:
    assert 'type = "trustpilot"' in walls.told("Cloudflare", "https://it.trustpilot.com/review/aurora")
    assert "ascolto import" in walls.told("Cloudflare", "https://shop.example/")


def test_a_wall_ends_the_read_with_that_and_a_page_that_mentions_one_does_not(
    db: Database, engine: Engine, site: Site
) -> None:
    site.put("/wall", Answer(b"<script>window._cf_chl_opt={}</script>", 403))
    site.put("/moved", Answer(b"", 302, headers={"Location": "/login?next=/moved"}))
    site.put("/login?next=/moved", "<form>Sign in</form>")
    site.put("/open", reviews_page([review(1, reviewBody="Il captcha cf-chl del negozio")]))
    sources = [page_source(site.url(f"/{name}"), name) for name in ("wall", "moved", "open")]
    told = engine.crawl(job(db, *sources)).reports
    assert "keeps programs out (Cloudflare)" in str(told["wall"].error)
    assert "keeps programs out (a sign-in)" in str(told["moved"].error)
    assert (told["open"].error, told["open"].new) == (None, 1)
    assert site.paths.count("/wall") == 1
