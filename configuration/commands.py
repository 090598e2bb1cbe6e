"""`ascolto config`: what counts and where it comes from, and the file that holds it all."""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from store.errors import ConfigError

if TYPE_CHECKING:
    from configuration.choosing import Chosen

Json = Annotated[bool, typer.Option("--json", help="Print JSON and nothing else on stdout.")]
config_app = typer.Typer(
    help="The settings that count: the file's, and what people chose in the inbox.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@config_app.command()
def show(as_json: Json = False) -> None:
    """Names each setting that can be chosen in the inbox, its value and where that comes from.

    Example: ascolto config show
    """
    from configuration.telling import told

    chosen = _chosen()
    lines, unused = list(told(chosen)), chosen.unused
    if as_json:
        document = {
            "file": str(chosen.file.path) if chosen.file.path else None,
            "settings": [line.to_json() for line in lines],
            "unused": [{"name": one.choice.name, "why": one.why} for one in unused],
        }
        typer.echo(json.dumps(document, ensure_ascii=False, indent=1))
        return
    typer.echo("\n".join(line.line() for line in lines))
    for one in unused:
        sys.stderr.write(f"ascolto: {one.choice.name}: chosen in the inbox, and not used: {one.why}\n")


@config_app.command()
def export(
    out: Annotated[
        Path | None, typer.Option(help="The file to write; standard output where left out.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="With --out, write over a file.")] = False,
) -> None:
    """Writes an ascolto.toml that holds what the file says and what people chose in the inbox, never a secret.

    Example: ascolto config export --out ascolto.new.toml
    """
    from configuration.telling import written

    text = written(_chosen())
    if out is None:
        typer.echo(text, nl=False)
        return
    try:
        with out.open("w" if force else "x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise ConfigError([f"{out} is there already: --force writes over it"]) from None
    except OSError as error:
        raise ConfigError([f"cannot write {out}: {error.strerror}"]) from None
    typer.echo(f"wrote {out}")


@config_app.command()
def reset(
    names: Annotated[list[str], typer.Argument(help="As ascolto config show names them.")],
) -> None:
    """Lets the file's value count again.

    Example: ascolto config reset brands.aurora.policy.hours
    """
    import service
    import settings
    from configuration.changing import Edit, mark, save
    from configuration.choosing import choosable, value_of
    from store.clock import utcnow
    from store.problems import meant

    file = settings.load(required=True)
    chosen = service.current(file)
    known = list(dict.fromkeys([*choosable(file), *(one.choice.name for one in chosen.unused)]))
    if wrong := [name for name in names if name not in known]:
        raise ConfigError([f"there is no setting {name!r}{meant(name, known)}" for name in wrong])
    db = service.open_database(file)
    tables = chosen.settings.tables
    edits = {name: Edit(None, mark(value_of(tables, name)), reset=True) for name in names}
    done = save(db, file, edits, "cli", utcnow())
    db.close()
    if not done.done:
        raise ConfigError([f"{one.name}{one.place}: {one.said}" for one in done.wrong] or ["try again"])
    for name in names:
        typer.echo(f"{name}: " + ("reset" if name in done.changed else "was not chosen; nothing changed"))


def _chosen() -> "Chosen":
    import service
    import settings

    return service.current(settings.load(required=True))
