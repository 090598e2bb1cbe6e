"""Web pages with reviews: schema.org markup, or the configuration's CSS selectors where a site has none."""

import json
from collections.abc import Sequence
from typing import ClassVar
from urllib.parse import urljoin, urlsplit

import lxml.html
from pydantic import ValidationError
from w3lib.encoding import html_to_unicode

from crawlers import base, conditional, identity, markup
from crawlers.base import Fetch, Page, Parsed
from crawlers.links import next_link
from crawlers.reviews import Review, reviews
from crawlers.selected import next_href, selected
from platforms.page import Options, official_way
from store.matching import matcher
from store.mention import NewMention

_KINDS = ("html", "xml", "json", "text/plain")
_MICRODATA, _RDFA = ("itemtype", "itemscope"), ("typeof", "property")


class Spider(base.Spider[Options]):
    rolling: ClassVar[bool] = False

    def first(self) -> list[Fetch]:
        return [Fetch(self.context.options.url, headers=conditional.conditions(self.context.kept))]

    def avoids(self, url: str) -> str | None:
        instead = official_way(url)
        return f"pages of {urlsplit(url).hostname} are not read by programs: {instead}" if instead else None

    def parse(self, page: Page) -> Parsed:
        base.expect(page, _KINDS, "a web page")
        text = html_to_unicode(page.headers.get("content-type"), page.body)[1]
        if text.lstrip()[:1] in ("{", "["):
            found, problems = self._json(text, page)
            return self._parsed(found, page, problems, None)
        tree = markup.parse_html(text)
        if tree is None:
            return Parsed(problems=("the page is empty",))
        found, problems = self._read(tree, text, page)
        return self._parsed(found, page, problems, self._next(tree, page))

    def _read(self, tree: lxml.html.HtmlElement, text: str, page: Page) -> tuple[list[Review], list[str]]:
        options = self.context.options
        if options.selectors:
            return selected(tree, options.selectors, self.context.now), []
        nodes, problems = markup.json_ld(tree)
        found = self._reviews(nodes, page)
        if all(mark in text for mark in _MICRODATA) and "Review" in text:
            nodes, more = markup.microdata(tree, page.url)
            found, problems = _merged(found, self._reviews(nodes, page)), problems + more
        if all(mark in text for mark in _RDFA) and "Review" in text and "schema.org" in text:
            nodes, more = markup.rdfa(text, page.url)
            found = _merged(found, _as_written(self._reviews(nodes, page), text))
            problems += more
        return found, problems

    def _json(self, text: str, page: Page) -> tuple[list[Review], list[str]]:
        """A page that is JSON-LD by itself, as some shops serve their reviews."""
        try:
            whole = json.loads(text, strict=False)
        except (ValueError, RecursionError):
            return [], ["the JSON cannot be read"]
        nodes = whole if isinstance(whole, list) else [whole]
        return self._reviews([node for node in nodes if isinstance(node, dict)], page), []

    def _reviews(self, nodes: list[markup.Node], page: Page) -> list[Review]:
        return reviews(nodes, page.url, self.context.now, matcher(self.context.brand).names)

    def _next(self, tree: lxml.html.HtmlElement, page: Page) -> str | None:
        selectors = self.context.options.selectors
        if selectors and selectors.next:
            return next_href(tree, selectors.next)
        return next_link(tree, page)

    def _parsed(self, found: list[Review], page: Page, problems: list[str], following: str | None) -> Parsed:
        ids = identity.given_ids([one.ids for one in found], page.url, [one.url for one in found])
        made = [
            None
            if given
            else identity.made_id(page.host, one.author_id or one.author, one.published_at, one.place)
            for one, given in zip(found, ids, strict=True)
        ]
        names = [given or (key.key if key else "") for given, key in zip(ids, made, strict=True)]
        mentions, refused = self._mentions(found, names, page)
        more = self._following(following, page)
        return Parsed(
            mentions=tuple(mentions),
            next=more,
            problems=(*problems, *refused),
            undated=frozenset(
                name for name, one in zip(names, found, strict=True) if one.published_at is None
            ),
            derived={key.key: key.strong for key in made if key},
            kept=self._kept(page, more),
        )

    def _kept(self, page: Page, more: Sequence[Fetch]) -> dict[str, str] | None:
        """A list of one page is asked for only where it changed. Of a longer one each page may change alone, and what
        was kept while it was short is forgotten."""
        if page.number > 1:
            return None
        return dict.fromkeys(self.context.kept, "") | ({} if more else conditional.validators(page))

    def _mentions(
        self, found: Sequence[Review], names: list[str], page: Page
    ) -> tuple[list[NewMention], list[str]]:
        mentions: list[NewMention] = []
        problems: list[str] = []
        for number, (one, name) in enumerate(zip(found, names, strict=True), start=1):
            try:
                mentions.append(self._mention(one, name, page))
            except ValidationError as error:
                problems.append(f"review {number}: {error.errors()[0]['msg']}")
        return mentions, problems

    def _mention(self, one: Review, name: str, page: Page) -> NewMention:
        context = self.context
        return context.mention(
            external_id=name,
            text=one.text,
            title=one.title,
            author=one.author,
            author_id=one.author_id,
            stars=one.stars,
            lang=one.lang or context.options.language,
            published_at=one.published_at or context.now,
            edited_at=one.edited_at,
            url=one.url or page.url,
            place=one.place,
            likes=one.likes,
            answer=one.answer,
            answered_at=one.answered_at,
        )

    def _following(self, address: str | None, page: Page) -> tuple[Fetch, ...]:
        """The next page, on the same host only: another site's pages are another source."""
        try:
            following = urljoin(page.url, address) if address else ""
            same = bool(following) and urlsplit(following).netloc.lower() == urlsplit(page.url).netloc.lower()
        except ValueError:
            return ()
        if not same or not following.startswith(("http://", "https://")):
            return ()
        return (Fetch(following.partition("#")[0], page.number + 1, page.chain),)


def _as_written(found: list[Review], text: str) -> list[Review]:
    """Reviews of a syntax whose reader keeps no order, by where their words stand in the page."""
    return sorted(found, key=lambda one: (text.find(one.text[:30]), text.find(one.author or ""), repr(one)))


def _merged(found: list[Review], more: list[Review]) -> list[Review]:
    """Reviews that a page marks up twice, once: the first syntax is the one that is kept."""
    seen = {_print(one) for one in found}
    return found + [one for one in more if _print(one) not in seen]


def _print(one: Review) -> tuple[str, str, float | None]:
    return (one.author or "").casefold(), " ".join(one.text.split())[:80].casefold(), one.stars
