"""schema.org markup of a page as plain nodes, whichever of JSON-LD, microdata and RDFa it is written in.

A node is a dict with `@type`, `@id` and properties; extruct reads the syntaxes, what the nodes mean is for
`crawlers.reviews`.
"""

from collections.abc import Iterator
from typing import Any

import lxml.etree
import lxml.html
from extruct.jsonld import JsonLdExtractor
from extruct.rdfa import RDFaExtractor
from extruct.w3cmicrodata import MicrodataExtractor

Node = dict[str, Any]
DEEPEST = 60  # levels of nesting; real pages stay under 20
_NAMESPACES = ("", "schema:", "http://schema.org/", "https://schema.org/")
_SCRIPTS = lxml.etree.XPath("//script[contains(@type, 'ld+json')]")
_JSON_LD = "application/ld+json"


def parse_html(text: str) -> lxml.html.HtmlElement | None:
    """The tree of a page; None where there is nothing in it."""
    # Bytes, because libxml2 refuses a str that declares an encoding of its own.
    parser = lxml.html.HTMLParser(encoding="utf-8")
    try:
        return lxml.html.document_fromstring(text.encode("utf-8", "replace"), parser=parser)
    except (lxml.etree.LxmlError, ValueError, AssertionError):
        return None


def json_ld(tree: lxml.html.HtmlElement) -> tuple[list[Node], list[str]]:
    """The nodes of all JSON-LD scripts, and one problem for each script that is no JSON."""
    nodes: list[Node] = []
    problems: list[str] = []
    for number, script in enumerate(_SCRIPTS(tree), start=1):
        script.set("type", _JSON_LD)  # "application/ld+json; charset=utf-8" means the same
        try:
            nodes += [node for node in JsonLdExtractor().extract_items(script) if isinstance(node, dict)]
        except (ValueError, RecursionError, TypeError, KeyError, IndexError):
            problems.append(f"JSON-LD script {number} is no JSON")
    return nodes, problems


def microdata(tree: lxml.html.HtmlElement, url: str) -> tuple[list[Node], list[str]]:
    """The nodes of all top-level `itemscope`s."""
    try:
        found = MicrodataExtractor().extract_items(tree, base_url=url)
        return [node for entry in found if isinstance(node := _from_microdata(entry, 0), dict)], []
    except (ValueError, RecursionError, TypeError, KeyError, AttributeError):
        return [], ["the microdata cannot be read"]


def rdfa(text: str, url: str) -> tuple[list[Node], list[str]]:
    """The nodes of the RDFa graph, with references between them resolved."""
    try:
        found = RDFaExtractor().extract(text, base_url=url)
    except Exception:  # pyRdfa raises whatever its parsers do
        return [], ["the RDFa cannot be read"]
    return _linked([entry for entry in found if isinstance(entry, dict)]), []


def value(node: Node, name: str) -> Any:
    """The property `name`, however its namespace is written; None where it is missing."""
    for namespace in _NAMESPACES:
        if (found := node.get(namespace + name)) is not None:
            return found
    return None


def types(node: Node) -> list[str]:
    """The bare names of a node's types: Review, Product."""
    found = node.get("@type")
    listed = found if isinstance(found, list) else [found]
    return [local(entry) for entry in listed if isinstance(entry, str)]


def local(name: str) -> str:
    """`https://schema.org/Review`, `schema:Review` -> `Review`"""
    return name.rstrip("/").rpartition("/")[2].rpartition("#")[2].rpartition(":")[2]


def children(node: Any) -> Iterator[tuple[str, Any]]:
    """Each value inside a node with its property; the entries of a list one by one."""
    if isinstance(node, list):
        yield from (("", entry) for entry in node)
    elif isinstance(node, dict):
        for name, entry in node.items():
            if isinstance(entry, dict | list):
                yield local(name), entry


def index(nodes: list[Node]) -> dict[str, Node]:
    """All nodes that have an `@id` and say more than that, by it: what `{"@id": ...}` elsewhere refers to."""
    found: dict[str, Node] = {}
    waiting: list[tuple[Any, int]] = [(node, 0) for node in nodes]
    while waiting:
        node, depth = waiting.pop()
        if isinstance(node, dict) and isinstance(node.get("@id"), str) and len(node) > 1:
            found.setdefault(node["@id"], node)
        if depth < DEEPEST:
            waiting += [(child, depth + 1) for _, child in children(node)]
    return found


def _from_microdata(entry: Any, depth: int) -> Any:
    if depth > DEEPEST:
        return None
    if isinstance(entry, list):
        return [_from_microdata(one, depth + 1) for one in entry]
    if not isinstance(entry, dict) or "properties" not in entry:
        return entry["value"] if isinstance(entry, dict) and "value" in entry else entry
    node: Node = {name: _from_microdata(one, depth + 1) for name, one in entry["properties"].items()}
    if "type" in entry:
        node["@type"] = entry["type"]
    if "id" in entry:
        node["@id"] = entry["id"]
    return node


def _linked(entries: list[Node]) -> list[Node]:
    """Expanded JSON-LD (`{"@value"}`, `{"@id"}` everywhere) as nested nodes under bare names."""
    nodes: dict[str, Node] = {str(entry.get("@id")): {} for entry in entries}
    for entry in entries:
        node = nodes[str(entry.get("@id"))]
        for name, entry_values in entry.items():
            if name.startswith("@"):
                node[name] = entry_values
            else:
                node[local(name)] = _single([_resolved(one, nodes) for one in _listed(entry_values)])
    return list(nodes.values())


def _resolved(entry: Any, nodes: dict[str, Node]) -> Any:
    if not isinstance(entry, dict):
        return entry
    if "@value" in entry:
        return entry["@value"]
    reference = entry.get("@id")
    return nodes.get(reference, reference) if isinstance(reference, str) else entry


def _listed(entry: Any) -> list[Any]:
    return entry if isinstance(entry, list) else [entry]


def _single(entries: list[Any]) -> Any:
    return entries[0] if len(entries) == 1 else entries
