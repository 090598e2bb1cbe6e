"""Meta's Graph API as the demo's internet speaks it: fields that are asked for, edges, cursors, usage, errors.

What stands there is for the places: they give nodes, each with all the fields it knows (None: not set), and edges.
"""

import base64
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from demo.places import Response, Visit, as_json

Node = dict[str, Any]
MOST = 3  # entries of one answer, whatever limit is asked for, so that there are pages to turn
_PART = re.compile(r"[\w.]+|[{}(),]")


class Refused(Exception):
    """An answer in the shape of the API's errors."""

    def __init__(self, code: int, told: str, subcode: int | None = None, status: int = 400) -> None:
        super().__init__(told)
        self.code, self.told, self.subcode, self.status = code, told, subcode, status


@dataclass(frozen=True, slots=True)
class Edge:
    """A list under a node, the newest first. `time`: the field that holds when an entry was written."""

    nodes: Sequence[Node]
    time: str = "created_time"


@dataclass(frozen=True, slots=True)
class Asked:
    """One field of an expression: `name.limit(3){of,its,own}`."""

    name: str
    words: Mapping[str, str] = field(default_factory=dict)
    inside: tuple["Asked", ...] = ()


def expression(text: str) -> tuple[Asked, ...]:
    """The fields of an expression. Raises `Refused` where it is none."""
    parts = _PART.findall(text)
    if "".join(parts) != text:
        raise Refused(2500, "Syntax error in the field expansion")
    try:
        found = tuple(_fields(iter(parts)))
    except (StopIteration, RuntimeError):
        raise Refused(2500, "Syntax error: unexpected end of string") from None
    return found


def _fields(parts: Iterator[str]) -> list[Asked]:
    """Up to the closing brace, or the end."""
    found: list[Asked] = []
    name, inside = "", ()  # type: str, tuple[Asked, ...]
    words: dict[str, str] = {}
    for part in parts:
        if part in ",}":
            found.append(Asked(name.partition(".")[0], words, inside))
            name, words, inside = "", {}, ()
            if part == "}":
                return found
        elif part == "{":
            inside = tuple(_fields(parts))
        elif part == "(":
            words = words | {name.rpartition(".")[2]: next(parts)}
            next(parts)
        else:
            name += part
    found.append(Asked(name.partition(".")[0], words, inside))
    return found


def shown(node: Node, asked: Sequence[Asked]) -> Node:
    """What an answer holds of a node. Raises `Refused` for a field that it does not have."""
    found: Node = {"id": node["id"]} if node.get("id") else {}
    for one in asked:
        if one.name not in node:
            raise Refused(100, f"(#100) Tried accessing nonexisting field ({one.name})")
        value = node[one.name]
        if isinstance(value, Edge):
            listed = listing(value, one.words, one.inside)
            if listed["data"] or "summary" in listed:
                found[one.name] = listed
        elif isinstance(value, dict) and one.inside:
            found[one.name] = shown(value, one.inside)
        elif value is not None:
            found[one.name] = value
    return found


def listing(edge: Edge, words: Mapping[str, str], asked: Sequence[Asked]) -> Node:
    """One page of an edge, with cursors; `next` only where more follows."""
    nodes = list(edge.nodes)
    if words.get("filter") == "toplevel":
        nodes = [node for node in nodes if not node.get("parent")]
    if words.get("order") == "chronological":
        nodes.reverse()
    if (since := words.get("since", "")).isdigit():
        nodes = [node for node in nodes if datetime.fromisoformat(node[edge.time]).timestamp() >= int(since)]
    limit = words.get("limit", "25")
    start, most = _from_cursor(words.get("after", "")), min(int(limit) if limit.isdigit() else 25, MOST)
    page = nodes[start : start + most]
    found: Node = {"data": [shown(node, asked) for node in page]}
    if page:
        found["paging"] = {"cursors": {"before": _cursor(start), "after": _cursor(start + len(page))}}
        if start + len(page) < len(nodes):
            found["paging"]["next"] = "https://graph.example/next?access_token=not-to-be-followed"
    if words.get("summary") in ("true", "1"):
        found["summary"] = {"total_count": len(edge.nodes)}
    return found


def answer(visit: Visit, token: str, nodes: Mapping[str, Node]) -> Response:
    """`/vN.N/ID`, `/vN.N/ID/EDGE` and `/vN.N/?ids=` for whoever shows the token."""
    try:
        return as_json(_found(visit, token, nodes), _usage(visit))
    except Refused as refused:
        error: dict[str, Any] = {"message": refused.told, "type": "OAuthException", "code": refused.code}
        if refused.subcode:
            error["error_subcode"] = refused.subcode
        body = json.dumps({"error": error | {"fbtrace_id": "Adem0"}}).encode()
        return Response(body, "application/json; charset=utf-8", refused.status, _usage(visit))


def _found(visit: Visit, token: str, nodes: Mapping[str, Node]) -> Node:
    if visit.headers.get("authorization") != f"Bearer {token}":
        raise Refused(190, "Invalid OAuth access token - Cannot parse access token")
    version, _, path = visit.path.strip("/").partition("/")
    if visit.method != "GET" or not re.fullmatch(r"v\d+\.\d+", version):
        raise Refused(2500, f"Unknown path components: /{version}")
    asked = expression(visit.query.get("fields") or "id")
    if not path:
        names = visit.query.get("ids", "").split(",")
        if missing := [name for name in names if name not in nodes]:
            raise Refused(
                803, f"(#803) Some of the aliases you requested do not exist: {missing[0]}", status=404
            )
        return {name: shown(nodes[name], asked) for name in names}
    name, _, edge = path.partition("/")
    if name not in nodes:
        raise Refused(100, f"Unsupported get request. Object with ID '{name}' does not exist", 33)
    if not edge:
        return shown(nodes[name], asked)
    listed = nodes[name].get(edge)
    if not isinstance(listed, Edge):
        raise Refused(100, f"(#100) Tried accessing nonexisting field ({edge})")
    return listing(listed, visit.query, asked)


def _usage(visit: Visit) -> dict[str, str]:
    share = visit.earlier % 60
    counts = {"call_count": share, "total_cputime": share // 2, "total_time": share // 2}
    business = {"1": [counts | {"type": "pages", "estimated_time_to_regain_access": 0}]}
    return {"X-App-Usage": json.dumps(counts), "X-Business-Use-Case-Usage": json.dumps(business)}


def _cursor(place: int) -> str:
    return base64.urlsafe_b64encode(f"at{place}".encode()).decode().rstrip("=")


def _from_cursor(cursor: str) -> int:
    try:
        return int(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))[2:])
    except ValueError:
        return 0
