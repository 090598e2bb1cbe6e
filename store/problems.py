"""What pydantic found wrong, as lines that a person can act on: the place, the problem, the nearest known key.

Values are never repeated: somebody may have written a secret there. Where the tables come from is for `settings`.
"""

import difflib
from collections.abc import Iterable, Iterator
from typing import Any, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

Loc = tuple[int | str, ...]
_WEB = r"^https?://"


def problems(error: ValidationError, model: type[BaseModel], place: str = "") -> Iterator[str]:
    """One line for each problem of `error`, which validating a table at `place` as `model` has raised."""
    for one in error.errors(include_input=False, include_url=False):
        loc = tuple(part for part in one["loc"] if part != "[key]")
        where = _where(place, loc)
        if one["type"] == "extra_forbidden":
            yield f"{where}: unknown key{meant(str(loc[-1]), _keys(_model_at(model, loc[:-1])))}{_secret(loc[-1])}"
        else:
            yield f"{where}: {_message(one)}{_described(model, loc, one['type'])}"


def meant(wrong: str, known: Iterable[str]) -> str:
    """`: did you mean 'policy'?` where something known is near; else nothing."""
    near = difflib.get_close_matches(wrong.casefold(), list(known), n=1, cutoff=0.5)
    return f": did you mean {near[0]!r}?" if near else ""


def _message(one: Any) -> str:
    """Pydantic's sentence in ours."""
    if one["type"] == "missing":
        return "is missing"
    if one["type"] == "literal_error":
        return f"must be {one['ctx']['expected']}".replace("'", "")
    if one["type"] == "string_pattern_mismatch" and one["ctx"]["pattern"] == _WEB:
        return "must begin with http:// or https://"
    text = str(one["msg"]).removeprefix("Value error, ")
    return text.replace("Input should be", "must be").replace("String should", "must")


def _where(place: str, loc: Loc) -> str:
    for part in loc:
        place += f"[{part + 1}]" if isinstance(part, int) else f".{part}" if place else part
    return place


def _secret(key: int | str) -> str:
    """People put tokens beside the channels: say where they belong."""
    secret = any(word in str(key).casefold() for word in ("token", "secret", "password"))
    return ": secrets belong in the environment or in .env, such as SLACK_BOT_TOKEN" if secret else ""


def _described(model: type[BaseModel], loc: Loc, kind: str) -> str:
    """What the field is for, where pydantic's sentence does not say it."""
    if kind in ("value_error", "literal_error") or not loc:
        return ""
    field = _fields(_model_at(model, loc[:-1])).get(str(loc[-1]))
    return f" ({field.description})" if field and field.description else ""


def _fields(model: type[BaseModel] | None) -> dict[str, FieldInfo]:
    """The fields of a table by the names they have in a file."""
    return {field.alias or name: field for name, field in model.model_fields.items()} if model else {}


def _keys(model: type[BaseModel] | None) -> list[str]:
    return list(_fields(model))


def _model_at(model: type[BaseModel], loc: Loc) -> type[BaseModel] | None:
    """The model of the table at `loc` within `model`; None: there is none."""
    at: Any = model
    for part in loc:
        if isinstance(at, type) and issubclass(at, BaseModel):
            field = _fields(at).get(str(part))
            at = _container(field.annotation) if field else None
        else:
            at = next((one for one in reversed(get_args(at)) if one is not Ellipsis), None)
    return at if isinstance(at, type) and issubclass(at, BaseModel) else None


def _container(annotation: Any) -> Any:
    """The model in `Model | None`; a tuple, list or dict as it is."""
    if get_origin(annotation) in (tuple, list, dict):
        return annotation
    models = (one for one in get_args(annotation) if isinstance(one, type) and issubclass(one, BaseModel))
    return next(models, annotation)
