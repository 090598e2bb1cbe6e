"""The shop: product pages with reviews in JSON-LD, in microdata and without markup, and one path kept private."""

import tomllib
from functools import cache
from typing import Literal

from demo.places import Response, Visit, html, not_found
from demo.places.schemaorg import date_of, review_node, scripts
from demo.world import CONTENT, Post, Strict

ROBOTS = "User-agent: *\nDisallow: /anteprima/\n"


class Product(Strict):
    """`layout` is the JSON-LD shape of the first page (see `schemaorg.scripts`); the pages after it go on from there.

    `preview`: the last page links on to reviews that wait for moderation, which robots.txt closes to crawlers.
    """

    slug: str
    name: str
    brand: str
    description: str
    price: str
    style: Literal["jsonld", "microdata", "bare"]
    per_page: int
    layout: int = 0
    preview: bool = False


@cache
def products() -> dict[str, Product]:
    tables = tomllib.loads((CONTENT / "products.toml").read_text(encoding="utf-8"))
    return {slug: Product(slug=slug, **table) for slug, table in tables.items()}


def product_page(visit: Visit) -> Response:
    """`/prodotti/SLUG?pagina=N`: newest first, `per_page` reviews each."""
    product = products().get(visit.path.removeprefix("/prodotti/"))
    page = visit.number("pagina", 1)
    if product is None:
        return not_found()
    posts = [post for post in _posts(visit, product) if "forbidden" not in post.marks]
    start = (page - 1) * product.per_page
    shown = posts[start : start + product.per_page] if page > 0 else []
    if not shown:
        return not_found()
    more = len(posts) > start + product.per_page
    return _render(visit, product, shown, page, _next_url(product, page, more))


def preview_page(visit: Visit) -> Response:
    """`/anteprima/SLUG`: reviews in moderation. Served to anybody who asks; robots.txt says not to ask."""
    product = products().get(visit.path.removeprefix("/anteprima/"))
    if product is None or not product.preview:
        return not_found()
    waiting = [post for post in _posts(visit, product) if "forbidden" in post.marks]
    return _render(visit, product, waiting, 1, None)


def review_url(visit: Visit, post: Post) -> str:
    """The address of a review, the same on whichever page it stands today."""
    return f"{visit.base_url}/prodotti/{post.product}#rec-{post.key}"


def _posts(visit: Visit, product: Product) -> list[Post]:
    return [post for post in visit.world.posts("shop") if post.product == product.slug]


def _next_url(product: Product, page: int, more: bool) -> str | None:
    if more:
        return f"/prodotti/{product.slug}?pagina={page + 1}"
    return f"/anteprima/{product.slug}" if product.preview else None


def _render(visit: Visit, product: Product, posts: list[Post], page: int, next_url: str | None) -> Response:
    world = visit.world
    return html(
        "product.html",
        product=product,
        posts=posts,
        page=page,
        next_url=next_url,
        scripts=_scripts(visit, product, posts, page) if product.style == "jsonld" else [],
        when=world.when,
        date_of=lambda post: date_of(post, world.when(post.at)),
        url_of=lambda post: review_url(visit, post),
    )


def _scripts(visit: Visit, product: Product, posts: list[Post], page: int) -> list[str]:
    about = {
        "@type": "Product",
        "@id": f"{visit.base_url}/prodotti/{product.slug}",
        "name": product.name,
        "brand": {"@type": "Brand", "name": product.brand},
        "offers": {"@type": "Offer", "price": product.price.replace(",", "."), "priceCurrency": "EUR"},
    }
    nodes = [review_node(post, review_url(visit, post), product.brand, visit.world.when) for post in posts]
    return scripts(about, nodes, product.layout + page - 1)
