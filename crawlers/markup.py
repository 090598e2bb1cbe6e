"""schema.org markup of a page as plain nodes, whichever of JSON-LD, microdata and RDFa it is written in.

A node is a dict with `@type`, `@id` and properties; extruct reads the syntaxes, what the nodes mean is for
`crawlers.reviews`.
"""

import json
from collections.abc import Iterator
from typing import Any

import lxml.etree
import lxml.html
from extruct.jsonld import JsonLdExtractor
from extruct.rdfa import RDFaExtractor
from extruct.w3cmicrodata import MicrodataExtractor

Node = dict[str, Any]
DEEPEST = 60  # levels of nesting; real pages stay under 20
_NAMESPACES = ("schema:", "http://schema.org/", "https://schema.org/")
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
        try:
            nodes += [node for node in _listed(_loaded(script)) if isinstance(node, dict)]
        except (ValueError, RecursionError, TypeError, KeyError, IndexError):
            problems.append(f"JSON-LD script {number} is no JSON")
    return nodes, problems


def _loaded(script: lxml.html.HtmlElement) -> Any:
    """What a script says, through the marks that hide it from old browsers; extruct also reads past comments."""
    text = script.text or ""
    if not text.strip():
        return None
    for candidate in (text, _bare(text)):
        try:
            return json.loads(candidate, strict=False)
        except ValueError:
            continue
    script.set("type", _JSON_LD)  # "application/ld+json; charset=utf-8" means the same
    return JsonLdExtractor().extract_items(script)


def _bare(text: str) -> str:
    for mark in ("<!--", "//", "/*", "<![CDATA[", "*/"):
        text = text.strip().removeprefix(mark)
    for mark in (";", "-->", "*/", "]]>", "/*", "//"):
        text = text.strip().removesuffix(mark)
    return text


def microdata(tree: lxml.html.HtmlElement, url: str) -> tuple[list[Node], list[str]]:
    """The nodes of all top-level `itemscope`s."""
    try:
        found = MicrodataExtractor().extract_items(tree, base_url=url)
        return [node for entry in found if isinstance(node := _from_microdata(entry, 0), dict)], []
    except (ValueError, RecursionError, TypeError, KeyError, AttributeError):
        return [], ["the microdata cannot be read"]


def rdfa(text: str, url: str) -> tuple[list[Node], list[str]]:
    """The nodes of the RDFa graph in no order, with references between them resolved."""
    try:
        found = RDFaExtractor().extract(text, base_url=url)
    except Exception:  # pyRdfa raises whatever its parsers do
        return [], ["the RDFa cannot be read"]
    return _linked([entry for entry in found if isinstance(entry, dict)]), []


def value(node: Node, name: str) -> Any:
    """The property `name`, however its namespace is written; None where it is missing."""
    if (found := node.get(name)) is not None:
        return found
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


def children(node: Any) -> Iterator[Node | list[Any]]:
    """The objects and lists right inside a node or a list."""
    inside = node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
    return (entry for entry in inside if isinstance(entry, (dict, list)))


def index(nodes: list[Node]) -> dict[str, Node]:
    """All nodes that have an `@id` and say more than that, by it: what `{"@id": ...}` elsewhere refers to."""
    found: dict[str, Node] = {}
    waiting: list[tuple[Any, int]] = [(node, 0) for node in nodes]
    while waiting:
        node, depth = waiting.pop()
        if isinstance(node, dict) and isinstance(node.get("@id"), str) and len(node) > 1:
            found.setdefault(node["@id"], node)
        if depth < DEEPEST:
            waiting += [(child, depth + 1) for child in children(node)]
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
    """Expanded JSON-LD (`{"@value"}`, `{"@id"}` everywhere) as nested nodes under bare names, the outermost first."""
    nodes: dict[str, Node] = {str(entry.get("@id")): {} for entry in entries}
    inner: set[str] = set()
    for entry in entries:
        node = nodes[str(entry.get("@id"))]
        for name, entry_values in entry.items():
            if name.startswith("@"):
                node[name] = entry_values
            else:
                node[local(name)] = _single([_resolved(one, nodes, inner) for one in _listed(entry_values)])
    return sorted(nodes.values(), key=lambda node: str(node.get("@id")) in inner)


def _resolved(entry: Any, nodes: dict[str, Node], inner: set[str]) -> Any:
    """The value of an entry, or the node it refers to, whose id is noted in `inner`."""
    if not isinstance(entry, dict):
        return entry
    if "@value" in entry:
        text = entry["@value"]
        return " ".join(text.split()) if isinstance(text, str) else text  # line breaks of HTML mean nothing
    reference = entry.get("@id")
    if not isinstance(reference, str):
        return entry
    inner.add(reference)
    return nodes.get(reference, reference)


def _listed(entry: Any) -> list[Any]:
    return entry if isinstance(entry, list) else [entry]


def _single(entries: list[Any]) -> Any:
    return entries[0] if len(entries) == 1 else entries
