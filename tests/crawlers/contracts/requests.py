"""Whether a request is one that a specification knows: OpenAPI 3, Google's discovery format, AT protocol lexicons."""

import re
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import jsonschema

from crawlers.base import Fetch

Parameter = Mapping[str, Any]


def against_openapi(fetch: Fetch, spec: Any) -> list[str]:
    """What is wrong with the request by this OpenAPI document; the path may have a prefix before the spec's own."""
    for template, operations in spec["paths"].items():
        if not _matches(template, urlsplit(fetch.url).path):
            continue
        operation = operations.get(fetch.method.lower())
        if operation is None:
            continue
        given = [*operations.get("parameters", []), *operation.get("parameters", [])]
        known = [_resolved(parameter, spec) for parameter in given]
        return _problems(
            fetch,
            [
                one | {"schema": _resolved(one.get("schema", {}), spec)}
                for one in known
                if one["in"] == "query"
            ],
        )
    return [f"no {fetch.method} {urlsplit(fetch.url).path}"]


def against_discovery(fetch: Fetch, document: Any) -> list[str]:
    """What is wrong with the request by this discovery document."""
    common = document.get("parameters", {})
    for method in _methods(document):
        template = "/" + (method.get("flatPath") or method["path"])
        if method["httpMethod"] != fetch.method or not _matches(template, urlsplit(fetch.url).path):
            continue
        own = {name: one for name, one in method.get("parameters", {}).items() if one["location"] == "query"}
        known = [
            {"name": name, "schema": one, "required": one.get("required", False)}
            for name, one in (common | own).items()
        ]
        return _problems(fetch, known)
    return [f"no {fetch.method} {urlsplit(fetch.url).path}"]


def answer_problems(answer: Any, name: str, spec: Any) -> list[str]:
    """What is wrong with an answer by the schema `name` of this OpenAPI document."""
    schemas = {"components": _as_json_schema(spec["components"]), "$ref": f"#/components/schemas/{name}"}
    return [error.message[:200] for error in jsonschema.Draft202012Validator(schemas).iter_errors(answer)]


def _as_json_schema(part: Any) -> Any:
    """OpenAPI 3.0's `nullable` as JSON Schema says it."""
    if isinstance(part, list):
        return [_as_json_schema(one) for one in part]
    if not isinstance(part, dict):
        return part
    made = {name: _as_json_schema(one) for name, one in part.items()}
    if made.get("nullable") is True and isinstance(made.get("type"), str):
        made["type"] = [made["type"], "null"]
    return made


def against_lexicon(fetch: Fetch, lexicon: Any) -> list[str]:
    """What is wrong with the request by this lexicon of the AT protocol."""
    wanted = f"/xrpc/{lexicon['id']}"
    if fetch.method != "GET" or not urlsplit(fetch.url).path.endswith(wanted):
        return [f"no {fetch.method} {urlsplit(fetch.url).path}"]
    parameters = lexicon["defs"]["main"]["parameters"]
    known = [
        {"name": name, "schema": one, "required": name in parameters.get("required", [])}
        for name, one in parameters["properties"].items()
    ]
    given = parse_qsl(urlsplit(fetch.url).query)
    many = [
        f"{name}: more than {one['maxLength']}"
        for name, one in parameters["properties"].items()
        if one["type"] == "array" and sum(name == other for other, _ in given) > one.get("maxLength", 100)
    ]
    return _problems(fetch, known) + many


def _problems(fetch: Fetch, known: Iterable[Parameter]) -> list[str]:
    by_name = {one["name"].removesuffix("[]"): one for one in known}
    given = parse_qsl(urlsplit(fetch.url).query, keep_blank_values=True)
    found = []
    for name, value in given:
        parameter = by_name.get(name.removesuffix("[]"))
        if parameter is None:
            found.append(f"{name} is unknown")
        else:
            found += [f"{name}={value}: {problem}" for problem in _wrong(value, parameter.get("schema", {}))]
    missing = {name for name, one in by_name.items() if one.get("required")} - {
        name.removesuffix("[]") for name, _ in given
    }
    return found + [f"{name} is missing" for name in sorted(missing)]


def _wrong(value: str, schema: Mapping[str, Any]) -> list[str]:
    if schema.get("type") == "array" or schema.get("repeated"):
        inside = schema.get("items", {k: v for k, v in schema.items() if k != "repeated" and k != "type"})
        return [problem for part in value.split(",") for problem in _wrong(part, inside)]
    found = []
    if schema.get("enum") and value not in map(str, schema["enum"]):
        found.append(f"not one of {schema['enum']}")
    if schema.get("type") == "integer":
        if not re.fullmatch(r"-?\d+", value):
            return [*found, "no whole number"]
        low, high = schema.get("minimum"), schema.get("maximum")
        if (low is not None and int(value) < int(low)) or (high is not None and int(value) > int(high)):
            found.append(f"not in {low}..{high}")
    if schema.get("type") == "boolean" and value not in ("true", "false"):
        found.append("not true or false")
    if schema.get("type") == "string" and len(value) > schema.get("maxLength", len(value)):
        found.append(f"longer than {schema['maxLength']}")
    return found


def _matches(template: str, path: str) -> bool:
    pattern = re.sub(r"\\\{[^}]*\\\}", "[^/]+", re.escape(template))
    return re.search(rf"(^|/){pattern.lstrip('/')}/?$", path) is not None


def _resolved(thing: Any, spec: Any) -> Any:
    while isinstance(thing, Mapping) and "$ref" in thing:
        found: Any = spec
        for name in thing["$ref"].removeprefix("#/").split("/"):
            found = found[name]
        thing = found
    return thing


def _methods(document: Any) -> Iterable[Any]:
    for resource in document.get("resources", {}).values():
        yield from resource.get("methods", {}).values()
        yield from _methods(resource)
