"""What is said of choices on the command line: where each value comes from, and the file that holds all. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from alerts.telling import name_of
from configuration import toml
from configuration.choosing import Choice, Chosen, choosable, plain, value_of
from store.clock import iso

Origin = Literal["inbox", "file", "default"]
HEAD = (
    "What counts: the file, and what people chose in the inbox, which comes before it.",
    "Written by: ascolto config export. Secrets stand in the environment and are never written here.",
)


@dataclass(frozen=True, slots=True)
class Told:
    """One setting: what counts, where it comes from, and what the file says where that is something else."""

    name: str
    value: Any
    origin: Origin
    file: Any = None
    choice: Choice | None = None

    def to_json(self) -> dict[str, Any]:
        told = {"name": self.name, "value": plain(self.value), "from": self.origin}
        if self.choice is None:
            return told
        return told | {
            "file": plain(self.file), "set_by": name_of(self.choice.who), "set_at": iso(self.choice.at)
        }  # fmt: skip

    def line(self) -> str:
        value = "(built-in default)" if self.value is None else toml.inline(self.value)
        if self.choice is None:
            return f"{self.name} = {value}" + ("" if self.origin == "default" else "  (file)")
        return f"{self.name} = {value}  ({_chosen(self.choice)}; {_file(self.file)})"


def told(chosen: Chosen) -> Iterator[Told]:
    """All that may be chosen."""
    for name in choosable(chosen.file):
        value, file = value_of(chosen.settings.tables, name), value_of(chosen.file.tables, name)
        choice = chosen.choices.get(name)
        origin: Origin = "inbox" if choice else "default" if file is None else "file"
        yield Told(name, value, origin, file, choice)


def written(chosen: Chosen) -> str:
    """The `ascolto.toml` that holds both; each chosen value says who chose it, when, and what the file says."""
    comments = {
        name: [f"{_chosen(choice)}; {_file(value_of(chosen.file.tables, name))}"]
        for name, choice in chosen.choices.items()
    }
    for name, choice in chosen.choices.items():
        if choice.value is None:
            comments[name] = [f"{name.rpartition('.')[2]}: left out: {comments[name][0]}"]
    unused = [f"not used: {one.choice.name}: {one.why} ({_chosen(one.choice)})" for one in chosen.unused]
    head = "\n".join(map(toml.comment, (*HEAD, *unused)))
    return f"{head}\n\n{toml.document(chosen.settings.tables, comments)}"


def _chosen(choice: Choice) -> str:
    return f"chosen in the inbox by {name_of(choice.who)} on {iso(choice.at)}"


def _file(value: Any) -> str:
    return "the file says nothing" if value is None else f"the file says {toml.inline(value)}"
