"""Mentions beside the drafts that answer them: `python -m tests.alerts.drafts.golden` writes the drafts anew; the
difference is then read like code, aloud if need be.

`golden/<name>.toml` is a mention (`label` is "sentiment/urgency/category"; what it leaves out is as in
`tests.alerts.drafts.requests`), `golden/<name>.txt` its draft.
"""

import tomllib
from pathlib import Path
from typing import Any

import platforms
from alerts.drafts.compose import DraftReply, compose
from tests.alerts.drafts.requests import NOW, UNREAD, brand, request

FOLDER = Path(__file__).with_name("golden")


def cases() -> list[Path]:
    return sorted(FOLDER.glob("*.toml"))


def expected(path: Path) -> Path:
    return path.with_suffix(".txt")


def draft(path: Path) -> str:
    """The draft for a case, as its file shows it."""
    case = tomllib.loads(path.read_text(encoding="utf-8"))
    return shown(compose(_request(path.stem, case)))


def _request(name: str, case: dict[str, Any]) -> Any:
    values: dict[str, Any] = {"seed": name, "author": None} | case
    values["brand"] = brand(values.pop("policy", None), values.pop("voice", None))
    values["platform"] = platforms.get(values["platform"]) if "platform" in values else None
    values["now"] = values.get("now", NOW)
    for field in ("topics", "reasons"):
        values[field] = tuple(values.get(field, ()))
    if "label" not in values:
        values |= UNREAD
    return request(values.pop("text"), values.pop("label", None), **values)


def shown(found: DraftReply) -> str:
    limit = f" of {found.limit}" if found.limit else ""
    parts = [f"{found.lang} · {found.remedy} · {found.used}{limit} {found.unit}", found.reply or "(no reply)"]
    if found.private_reply:
        parts += ["--- in private ---", found.private_reply]
    parts += [f"--- check {check.name}: {check.detail}" for check in found.checks if not check.ok]
    return "\n\n".join(parts) + "\n"


if __name__ == "__main__":
    for case in cases():
        expected(case).write_text(draft(case), encoding="utf-8")
