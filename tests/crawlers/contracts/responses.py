"""Whether an answer is one that a specification knows: Google's discovery format, or a JSON schema of definitions."""

from collections.abc import Mapping
from typing import Any

import jsonschema


def against_schemas(answer: Any, name: str, schemas: Mapping[str, Any]) -> list[str]:
    """What is wrong with the answer by the schema `name`; a field that the schema does not know is wrong too."""
    known = {one: _strict(schema) for one, schema in schemas.items()}
    validator = jsonschema.Draft7Validator({"$ref": f"#/definitions/{name}", "definitions": known})
    return [f"{'/'.join(map(str, error.path))}: {error.message}" for error in validator.iter_errors(answer)]


def _strict(schema: Any) -> Any:
    """References as JSON schema writes them, and no fields beside those that are listed."""
    if isinstance(schema, list):
        return [_strict(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    found: dict[str, Any] = {}
    for name, value in schema.items():
        if name == "$ref" and isinstance(value, str):
            found["$ref"] = value if value.startswith("#") else f"#/definitions/{value}"
        elif name == "properties" and isinstance(value, dict):
            found[name] = {key: _strict(one) for key, one in value.items()}
        elif name in ("type", "enum", "items", "additionalProperties"):
            found[name] = _strict(value) if name in ("items", "additionalProperties") else value
    if "properties" in found:
        found.setdefault("additionalProperties", False)
    return found
