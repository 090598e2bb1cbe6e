"""WooCommerce's REST interface: product reviews for who has a key; the shop's replies are comments of WordPress."""

from typing import Any

from demo.places import Response, Visit
from demo.places.wordpress import ROUTE as COMMENTS
from demo.places.wordpress import basic, comment, error, listed
from demo.world import Post, World

SOURCE = """
[[sources]]
name = "shop-reviews"
type = "woocommerce"
brand = "aurora"
base_url = "$base_url/woocommerce"
team = ["Negozio Aurora"]
"""
SECRETS = {"WOOCOMMERCE_KEY": "ck_piazza", "WOOCOMMERCE_SECRET": "cs_piazza"}
ROUTE = "/wp-json/wc/v3/products/reviews"


def ids(world: World) -> set[str]:
    return {
        f"127.0.0.1/woocommerce/{post.key}" for post in world.posts("woocommerce") if "ours" not in post.marks
    }


def answer(visit: Visit) -> Response:
    posts = visit.world.posts("woocommerce")
    if visit.path == COMMENTS:  # public, and without the reviews themselves
        return listed(visit, [comment(visit, post, _page(visit, post)) for post in posts if post.reply_to])
    if visit.path != ROUTE:
        return error(404, "rest_no_route", "No route was found matching the URL and request method.")
    if visit.headers.get("authorization") != basic(*SECRETS.values()):
        return error(401, "woocommerce_rest_cannot_view", "Sorry, you cannot list resources.")
    wanted = visit.query.get("status", "approved")
    reviews = [_review(visit, post) for post in posts if not post.reply_to]
    return listed(visit, [one for one in reviews if wanted in ("all", one["status"])])


def _page(visit: Visit, post: Post) -> str:
    return f"{visit.base_url}/woocommerce/prodotto/{post.more['product_id']}/"


def _review(visit: Visit, post: Post) -> dict[str, Any]:
    base = comment(visit, post, _page(visit, post))
    return {
        "id": base["id"],
        "date_created": base["date"],
        "date_created_gmt": base["date_gmt"],
        "product_id": post.more["product_id"],
        "product_name": post.product,
        "product_permalink": _page(visit, post),
        "status": base["status"],
        "reviewer": post.author,
        "reviewer_email": f"cliente{post.key}@posta.example",
        "review": base["content"]["rendered"],
        "rating": int(post.stars or 0),
        "verified": bool(post.more.get("verified")),
    }
