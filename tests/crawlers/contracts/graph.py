"""Whether a request is one that Meta's lists of fields and edges know, and what it asks of each node."""

from typing import Any
from urllib.parse import parse_qsl, urlsplit

from crawlers.base import Fetch
from demo.graph import Asked, expression
from tests.crawlers.contracts import spec

ALWAYS = {"id"}  # every node has one, whether its list says so or not
PAGING = {"limit", "after", "summary"}  # of every edge


def against_graph(fetch: Fetch, root: str) -> list[str]:
    """What is wrong with a request for an edge of `root` (`IGUser`), or with one for nodes of that kind by `ids`."""
    path = urlsplit(fetch.url).path.strip("/").split("/")
    words = dict(parse_qsl(urlsplit(fetch.url).query))
    asked = expression(words.pop("fields"))
    if "ids" in words:
        return [*_nodes(asked, root), *sorted(words.keys() - {"ids"})]
    return _edge(Asked(path[-1], words, asked), root)


def _edge(asked: Asked, on: str) -> list[str]:
    found = _edges(on).get(asked.name)
    if found is None:
        return [f"{on} has no {asked.name}"]
    returns, known = found
    wrong = [f"{on}/{asked.name} takes no {word}" for word in sorted(asked.words.keys() - known - PAGING)]
    return wrong + _nodes(asked.inside, returns)


def _nodes(asked: tuple[Asked, ...], kind: str) -> list[str]:
    wrong: list[str] = []
    for one in asked:
        if one.name in _edges(kind) and one.name not in _fields(kind):
            wrong += _edge(one, kind)
        elif one.name not in _fields(kind).keys() | ALWAYS:
            wrong.append(f"{kind} has no {one.name}")
        elif one.inside and _fields(kind)[one.name] != "Object":  # of those no list is published
            wrong += _nodes(one.inside, _fields(kind)[one.name])
    return wrong


def _fields(kind: str) -> dict[str, str]:
    return {one["name"]: one["type"] for one in spec(f"facebook/{kind}.json")["fields"]}


def _edges(kind: str) -> dict[str, tuple[str, set[str]]]:
    """The lists under a node: what they return, and the words they take."""
    apis: list[dict[str, Any]] = spec(f"facebook/{kind}.json")["apis"]
    return {
        api["endpoint"].strip("/"): (api["return"], {one["name"] for one in api["params"]})
        for api in apis
        if api["method"] == "GET" and "endpoint" in api
    }
