"""Press and blogs: an RSS 2.0 and an Atom feed with ETag and Last-Modified, and the articles they point to."""

import hashlib
from collections.abc import Callable
from email.utils import format_datetime
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from demo.places import Response, Visit, html, not_found
from demo.world import Post

_ATOM = "http://www.w3.org/2005/Atom"
_DC = "http://purl.org/dc/elements/1.1/"
ElementTree.register_namespace("dc", _DC)
ElementTree.register_namespace("atom", _ATOM)


def rss(visit: Visit) -> Response:
    """`/stampa/rss.xml`"""
    root = Element("rss", version="2.0")
    channel = SubElement(root, "channel")
    _add(channel, "title", "Rassegna del caffè")
    _add(channel, "link", f"{visit.base_url}/")
    _add(channel, "description", "Giornali e blog che parlano di caffè")
    _add(channel, "language", "it")
    return _feed(visit, "rss", root, lambda post: _rss_item(channel, visit, post), "application/rss+xml")


def atom(visit: Visit) -> Response:
    """`/blog/atom.xml`"""
    root = Element(f"{{{_ATOM}}}feed")
    _add(root, f"{{{_ATOM}}}id", "tag:coffee-planet.example,2026:feed")
    _add(root, f"{{{_ATOM}}}title", "Coffee planet")
    posts = _posts(visit, "atom")
    _add(root, f"{{{_ATOM}}}updated", visit.world.when(posts[0].at).isoformat())
    return _feed(visit, "atom", root, lambda post: _atom_entry(root, visit, post), "application/atom+xml")


def article(visit: Visit) -> Response:
    """`/articoli/SLUG`"""
    slug = visit.path.removeprefix("/articoli/")
    for post in visit.world.posts("press"):
        if post.slug == slug:
            return html("article.html", post=post, when=visit.world.when)
    return not_found()


def entry_id(post: Post) -> str:
    """What the feed calls an entry, wherever it is read."""
    return f"tag:rassegna.example,2026:{post.slug}"


def _posts(visit: Visit, feed: str) -> list[Post]:
    return [post for post in visit.world.posts("press") if post.feed == feed]


def _feed(visit: Visit, feed: str, root: Element, add: Callable[[Post], None], content_type: str) -> Response:
    posts = _posts(visit, feed)
    for post in posts:
        add(post)
    body = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    headers = {
        "ETag": f'"{hashlib.sha256(body).hexdigest()[:16]}"',
        "Last-Modified": format_datetime(visit.world.when(posts[0].at), usegmt=True),
    }
    return Response(body, f"{content_type}; charset=utf-8", headers=headers)


def _rss_item(channel: Element, visit: Visit, post: Post) -> None:
    entry = SubElement(channel, "item")
    _add(entry, "title", post.title or "")
    _add(entry, "link", f"{visit.base_url}/articoli/{post.slug}")
    SubElement(entry, "guid", isPermaLink="false").text = entry_id(post)
    _add(entry, "pubDate", format_datetime(visit.world.when(post.at), usegmt=True))
    _add(entry, f"{{{_DC}}}creator", post.author)
    _add(entry, "description", f"<p>{post.text}</p>")


def _atom_entry(root: Element, visit: Visit, post: Post) -> None:
    entry = SubElement(
        root, f"{{{_ATOM}}}entry", {"{http://www.w3.org/XML/1998/namespace}lang": post.lang or ""}
    )
    written = visit.world.when(post.at).isoformat()
    _add(entry, f"{{{_ATOM}}}id", entry_id(post))
    _add(entry, f"{{{_ATOM}}}title", post.title or "")
    SubElement(entry, f"{{{_ATOM}}}link", rel="alternate", href=f"{visit.base_url}/articoli/{post.slug}")
    _add(entry, f"{{{_ATOM}}}published", written)
    _add(entry, f"{{{_ATOM}}}updated", written)
    _add(SubElement(entry, f"{{{_ATOM}}}author"), f"{{{_ATOM}}}name", post.author)
    SubElement(entry, f"{{{_ATOM}}}content", type="html").text = f"<p>{post.text}</p>"


def _add(parent: Element, tag: str, text: str) -> None:
    SubElement(parent, tag).text = text
