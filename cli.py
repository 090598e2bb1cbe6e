"""The `ascolto` command: parses, calls, prints. What a command does is elsewhere and loaded only when it is called.

Exit status: 0 fine, 1 some of the work failed (each failure named on stderr), 2 wrong usage or configuration. With
`--json` stdout holds JSON and nothing else.
"""

import json
import os
import sys
from collections.abc import Callable, Iterable
from contextlib import contextmanager
from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from configuration.commands import config_app
from store.errors import AscoltoError, ConfigError, Permanent, Unusable

if TYPE_CHECKING:
    from sentiment.learning.loop import Machine
    from sentiment.scorer import Scorer
    from settings import Settings

ROOT = Path(__file__).parent
MODEL = ROOT / "models" / "ascolto-small"
DATA = ROOT.parent / "shared" / "data"
FAILED, WRONG = 1, 2

app = typer.Typer(
    name="ascolto",
    help="Reads what customers write about a brand, and brings what needs a person to Slack with a draft reply.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
models_app = typer.Typer(help="The models that are here.", no_args_is_help=True, rich_markup_mode=None)
app.add_typer(models_app, name="models")
app.add_typer(config_app, name="config")
inbox_app = typer.Typer(help="Who comes in to the inbox.", no_args_is_help=True, rich_markup_mode=None)
app.add_typer(inbox_app, name="inbox")

Json = Annotated[bool, typer.Option("--json", help="Print JSON and nothing else on stdout.")]
BrandKey = Annotated[str | None, typer.Option("--brand", help="The brand, where there are several.")]
File = Annotated[Path | None, typer.Argument(help="The file; standard input where it is left out.")]


class RoleName(StrEnum):
    ALL = "all"
    SCHEDULER = "scheduler"
    SLACK = "slack"
    WEB = "web"


def main() -> None:
    """The entry point: what Ascolto raises on purpose becomes a message and an exit status."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    try:
        app()
    except ConfigError as error:
        _complain(error.problems)
        sys.exit(WRONG)
    except Unusable as error:
        _complain([str(error)])
        sys.exit(WRONG)
    except AscoltoError as error:
        _complain([str(error)])
        sys.exit(FAILED)
    except BrokenPipeError:  # whoever read us has enough
        sys.stderr.close()
        sys.exit(FAILED)


def _version(asked: bool) -> None:
    if asked:
        from importlib.metadata import version

        typer.echo(f"ascolto {version('ascolto')}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Reads what customers write about a brand, and brings what needs a person to Slack with a draft reply."""


@app.command()
def demo(
    as_json: Json = False,
    serve: Annotated[bool, typer.Option("--serve", help="Stay up with the inbox until Ctrl-C.")] = False,
) -> None:
    """Runs the whole job on a small internet of its own, in a temporary folder, without any account.

    Example: ascolto demo
    """
    from demo.run import run_demo

    raise typer.Exit(run_demo(as_json=as_json, serve=serve))


@app.command()
def init(folder: Annotated[Path, typer.Argument(help="Where to write.")] = Path()) -> None:
    """Writes a commented ascolto.toml and .env.example; what is there already is left alone.

    Example: ascolto init
    """
    folder.mkdir(parents=True, exist_ok=True)
    for name, template in (("ascolto.toml", "ascolto.example.toml"), (".env.example", ".env.example")):
        try:
            with (folder / name).open("x", encoding="utf-8") as file:
                file.write((ROOT / template).read_text(encoding="utf-8"))
            typer.echo(f"wrote {folder / name}")
        except FileExistsError:
            typer.echo(f"{folder / name} is there already: left alone")


@app.command()
def check(
    as_json: Json = False,
    live: Annotated[str | None, typer.Option("--live", help="Also read this source once.")] = None,
    slack: Annotated[
        bool, typer.Option("--slack", help="Also post a test alert, and wait for its button.")
    ] = False,
    wait: Annotated[float, typer.Option(min=1, help="Seconds to wait for that button.")] = 60,
) -> None:
    """Checks configuration, database, model, Slack and sources, and names each problem with its mend.

    Example: ascolto check --live bluesky-aurora
    """
    from checks import run_checks

    settings = _settings()
    if live is not None:
        settings.source(live)
    found = []
    for one in run_checks(settings, live, wait if slack else None, lambda text: typer.echo(text, err=True)):
        found.append(one)
        if not as_json:
            mend = f"\n      {one.mend}" if one.mend else ""
            typer.echo(f"{one.status:4}  {one.name}: {one.detail}{mend}")
    if as_json:
        _print_json({"checks": [one.to_json() for one in found]})
    failed = [f"{one.name}: {one.detail}" for one in found if one.status == "fail"]
    _end(failed if as_json else [], bool(failed))


@app.command()
def connect(
    platform: Annotated[str, typer.Argument(help="The type of the source, such as google_business.")],
    source: Annotated[str | None, typer.Option(help="Which source, where there are several.")] = None,
    wait: Annotated[float, typer.Option(min=1, help="Seconds to wait for a consent in the browser.")] = 300,
) -> None:
    """Walks through a platform's sign-in, stores the secrets where the configuration says, and tries them.

    Example: ascolto connect google_business --source google
    """
    import webbrowser

    import connect as walk
    from source_checks import live_check, source_check

    settings = _settings(required=True)
    chosen = walk.chosen(settings, platform, source)

    def show(url: str) -> None:
        typer.echo(
            f"Please consent in your browser (from another machine, tunnel the port in it):\n{url}", err=True
        )
        webbrowser.open(url)

    def ask(text: str) -> str:
        return str(typer.prompt(text, default="", show_default=False, hide_input=True, err=True))

    walk.connect(settings, chosen, walk.Talk(typer.echo, ask, typer.confirm, show), wait)
    for look in (source_check, live_check):
        found = look(settings, chosen)
        typer.echo(
            f"{found.status:4}  {found.name}: {found.detail}"
            + (f"\n      {found.mend}" if found.mend else "")
        )
        if found.status == "fail":
            raise typer.Exit(FAILED)


@app.command()
def run(
    role: Annotated[RoleName, typer.Option(help="Which part of the service.")] = RoleName.ALL,
    host: Annotated[str, typer.Option(help="Where the inbox and Slack's signed HTTP listen.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="0: any free one.")] = 8765,
) -> None:
    """The service: reads, scores, triages and alerts until it is stopped (SIGTERM, Ctrl-C).

    Example: ascolto run
    """
    import service

    settings = _settings(required=True)
    _log()
    service.run(settings, role.value, host, port)


@inbox_app.command("link")
def inbox_link(
    name: Annotated[
        str, typer.Option(help="Who it is for: the records name them so.", show_default=True)
    ] = "manager",
    reader: Annotated[bool, typer.Option("--reader", help="They may read, and change nothing.")] = False,
    address: Annotated[
        str, typer.Option(help="Where the inbox is, where the configuration does not say.")
    ] = "http://127.0.0.1:8765",
) -> None:
    """Prints a link that opens the inbox once, within an hour.

    Example: ascolto inbox link --name marta
    """
    from alerts.text import one_line, shown
    from inbox import printed_link
    from service import open_database
    from store.clock import utcnow
    from store.visits import Role

    who = shown(one_line(name), 80).strip()
    if not who or who.startswith("slack:") or who == "ascolto":
        raise Unusable("--name: write what people call them, such as marta")
    settings = _settings(required=True)
    db = open_database(settings)
    role = Role.READER if reader else Role.MANAGER
    typer.echo(printed_link(db, settings.inbox, address.rstrip("/"), utcnow(), who, role))
    db.close()


@inbox_app.command("close")
def inbox_close(
    name: Annotated[str | None, typer.Option(help="One person alone, as the records name them.")] = None,
) -> None:
    """Signs everybody out of the inbox, at once; links that nobody has used yet open nothing any more.

    Example: ascolto inbox close
    """
    from service import open_database
    from store import visits

    db = open_database(_settings(required=True))
    with db.write() as session:
        ended = visits.end_all(session, name)
    db.close()
    typer.echo(f"signed out: {ended}")


@app.command()
def worker(
    queues: Annotated[str, typer.Option(help="Which queues, comma-separated.")] = "crawl,score,alert",
) -> None:
    """Takes jobs from the broker (ASCOLTO_BROKER_URL) until it is stopped.

    Example: ascolto worker --queues score
    """
    import service
    from store.problems import meant
    from workers import QUEUES

    chosen = [name.strip() for name in queues.split(",") if name.strip()]
    wrong = [
        f"--queues: there is no queue {name!r}{meant(name, QUEUES)}" for name in chosen if name not in QUEUES
    ]
    settings = _settings(required=True)
    if settings.environment.broker_url is None:
        wrong.append("a worker needs a broker: set ASCOLTO_BROKER_URL, or use ascolto run alone")
    if wrong or not chosen:
        raise ConfigError(wrong or ["--queues: name at least one queue"])
    _log()
    service.work(settings, chosen)


@app.command()
def collect(
    sources: Annotated[list[str] | None, typer.Argument(help="Names of sources; all where left out.")] = None,
    as_json: Json = False,
) -> None:
    """Reads the sources once, now. What is new waits for `ascolto run`.

    Example: ascolto collect mastodon-1 --json
    """
    import service
    from crawlers.job import CrawlJob
    from crawlers.run import collect as read

    settings = _settings(required=True)
    chosen = [settings.source(name) for name in dict.fromkeys(sources or [])] or list(settings.polled)
    if not chosen:
        raise ConfigError(["there is no source to read: name one in a table [[sources]]"])
    _log()
    service.open_database(settings).close()
    settings = service.current(settings).settings
    job = CrawlJob(
        database_url=settings.database_url,
        sources=chosen,
        brands=list(settings.brands.values()),
        contact=settings.service.contact,
    )
    reports = read(job)
    rows = [report.model_dump(exclude={"late", "waited"}) for report in reports]
    if as_json:
        _print_json({"sources": rows})
    for report in [] if as_json else reports:
        if report.status == "skipped":
            typer.echo(f"{report.source}: skipped, {report.error}")
            continue
        typer.echo(
            f"{report.source}: {report.status}, {report.new} new, {report.edited} edited, {report.refreshed} "
            f"refreshed, {report.gone} gone in {report.requests} requests, {report.seconds:.1f} s"
        )
    _end([f"{report.source}: {report.error}" for report in reports if report.status == "error"])


@app.command(name="import")
def import_(
    file: Annotated[Path, typer.Argument(help="CSV, JSON lines, or a page saved from Trustpilot (.html).")],
    brand: BrandKey = None,
    source: Annotated[str | None, typer.Option(help="The source's name in reports.")] = None,
    columns: Annotated[
        list[str] | None,
        typer.Option("--map", metavar="FIELD=COLUMN", help="Where a column has another name."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Brings mentions from a CSV or JSON-lines file, or a saved page; the same file twice adds nothing.

    Example: ascolto import reviews.csv --brand aurora --map text=Recensione --map published_at=Data
    """
    import service
    from crawlers.importing import BadLine, Into, import_file
    from crawlers.saved import ENDINGS, import_page
    from store.clock import utcnow
    from store.mention import FIELDS
    from store.problems import meant

    settings = _settings(required=True)
    mapped = dict(pair.split("=", 1) for pair in columns or () if "=" in pair)
    wrong = [f"--map {pair}: write FIELD=COLUMN" for pair in columns or () if "=" not in pair]
    wrong += [
        f"--map {name}: there is no field {name!r}{meant(name, FIELDS)}"
        for name in mapped
        if name not in FIELDS
    ]
    if wrong:
        raise ConfigError(wrong)
    chosen = settings.brand(brand)
    into = Into(chosen.key, source or "import", "import", mapped)
    bad: list[BadLine] = []
    db = service.open_database(settings)
    try:
        if file.suffix.lower() in ENDINGS:
            done = import_page(db, file, chosen, source or "trustpilot", now=utcnow(), on_error=bad.append)
        else:
            done = import_file(db, file, into, now=utcnow(), on_error=bad.append)
    except Permanent as error:  # the file as a whole cannot be used
        raise ConfigError([error.mend or error.reason]) from None
    finally:
        db.close()
    if as_json:
        errors = [asdict(line) for line in bad]
        _print_json({"new": done.new, "edited": done.edited, "unchanged": done.unchanged, "errors": errors})
    else:
        typer.echo(
            f"{done.new} new, {done.edited} edited, {done.unchanged} unchanged, {done.errors} bad lines"
        )
    _end([f"{file}, line {line.line}: {line.error}" for line in bad])


@app.command()
def analyze(file: File = None, as_json: Json = False, brand: BrandKey = None) -> None:
    """Texts in, scores out, a line each; no database.

    Example: echo 'Dopo averlo mangiato ho la bocca gonfia.' | ascolto analyze --json
    """
    from offline import analyze as answers
    from offline import read_texts, told

    settings = _settings()
    chosen = settings.brand(brand) if brand or len(settings.brands) == 1 else None
    scorer = _scorer(settings)
    with _opened(file) as stream:
        _answer(answers(read_texts(stream), scorer, chosen), told, as_json)


@app.command()
def draft(
    file: File = None,
    as_json: Json = False,
    brand: BrandKey = None,
    trace: Annotated[bool, typer.Option("--trace", help="Also what allows each sentence, as JSON.")] = False,
) -> None:
    """Texts in, draft replies out, a line each; no database.

    Example: ascolto draft reviews.jsonl --brand aurora --json
    """
    import service
    from offline import read_texts, told
    from offline_drafts import draft as answers
    from store.clock import utcnow

    settings = _settings()
    chosen, scorer, rewriter = settings.brand(brand), _scorer(settings), service.open_rewriter(settings)
    if rewriter is not None:
        rewriter.prepare()
    with _opened(file) as stream:
        found = answers(read_texts(stream), scorer, chosen, utcnow(), settings.ui_language, trace, rewriter)
        _answer(found, told, as_json or trace)


@app.command()
def spikes(file: File = None) -> None:
    """A series of counts in (CSV: timestamp,value), the timestamps at which an alarm was raised out, a line each.

    Example: ascolto spikes mentions.csv
    """
    from alerts.series import alarms
    from alerts.spikes import Detector

    failed = False
    with _opened(file) as stream:
        for answer in alarms(stream, Detector()):
            if answer.error:
                failed = True
                _complain([f"line {answer.line}: {answer.error}"])
            else:
                typer.echo(answer.stamp)
    _end([], failed)


@app.command()
def status(as_json: Json = False) -> None:
    """What waits where, and how the sources fare.

    Example: ascolto status --json
    """
    import service
    from store.clock import iso
    from store.status import read_status

    settings = _settings()
    db = service.open_database(settings)
    with db.read() as session:
        found = read_status(session, [source.name for source in settings.sources])
    db.close()
    sources = [
        asdict(row)
        | {
            "last_ok": row.last_ok and iso(row.last_ok),
            "next_check": row.next_check and iso(row.next_check),
        }
        for row in found.sources
    ]
    turned = [
        asdict(row) | {"until": row.until and iso(row.until), "set_at": iso(row.set_at)}
        for row in found.switches
    ]
    counts = {"mentions": found.mentions, "cases": found.cases, "outbox": found.outbox}
    undelivered = [
        asdict(row) | {"next_try": row.next_try and iso(row.next_try)} for row in found.undelivered
    ]
    if as_json:
        _print_json(counts | {"sources": sources, "undelivered": undelivered, "switches": turned})
        return
    for name, states in counts.items():
        typer.echo(f"{name}: " + ", ".join(f"{state} {count}" for state, count in states.items()))
    for row in undelivered:
        again = f", again at {row['next_try']}" if row["next_try"] else ""
        place = row["routed_to"] or row["target"]
        typer.echo(f"not delivered to {row['channel']} {place}: {row['count']} ({row['error']}){again}")
    for row in sources:
        error = f" ({row['last_error']})" if row["last_error"] else ""
        typer.echo(f"source {row['source']}: {row['health']}, last read {row['last_ok'] or 'never'}{error}")
    for row in turned:
        kind, _, about = row["name"].partition(":")
        what = "paused: everything" if about == "*" else f"{kind}d: {about}"
        typer.echo(f"{what}, by {row['set_by']} until {row['until'] or 'somebody says /ascolto go-on'}")


@app.command()
def digest(
    week: Annotated[str | None, typer.Option(help="Such as 2026-W47; the last one where left out.")] = None,
    month: Annotated[str | None, typer.Option(help="Such as 2026-11.")] = None,
    post: Annotated[bool, typer.Option("--post", help="Also send it to the digest's channel.")] = False,
    picture: Annotated[Path | None, typer.Option(help="Also draw its chart into this PNG file.")] = None,
    as_json: Json = False,
    brand: BrandKey = None,
) -> None:
    """The report of a week or a month.

    Example: ascolto digest --week 2026-W47
    """
    import service
    from alerts import digest as digests
    from alerts.digest.write import as_text
    from alerts.words import Words
    from store.clock import utcnow

    settings = service.current(_settings(required=True)).settings
    chosen, now = settings.brand(brand), utcnow()
    if week and month:
        raise ConfigError(["--week and --month: name one of the two"])
    try:
        named = week or month
        period = (
            digests.Period.parse(named, chosen.zone) if named else digests.Period.last_week(now, chosen.zone)
        )
    except ValueError as error:
        raise ConfigError([str(error)]) from None
    db = service.open_database(settings)
    with db.read() as session:  # counting holds up nobody who writes
        figures = digests.measure(session, chosen, period, now)
    new = 0
    if post:
        with db.write() as session:
            new = digests.post(session, chosen, period, list(service.open_channels(settings)), now)
    db.close()
    words = Words(settings.ui_language)
    report = digests.write(figures, chosen, words)
    if picture is not None and report.picture is not None:
        picture.write_bytes(report.picture.draw(words))
    if as_json:
        _print_json(figures.to_json())
    else:
        typer.echo(as_text(report))
    if post and not new:
        _end(["this digest was sent before; it is not sent twice"])


@app.command()
def policy(
    brand: BrandKey = None,
    lang: Annotated[str | None, typer.Option(help="it or en; ui_language where left out.")] = None,
    style: Annotated[
        str | None, typer.Option("--format", help="markdown (default) or html; else as --out ends.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="The file to write; standard output where left out.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="With --out, write over a file.")] = False,
    as_json: Json = False,
) -> None:
    """Writes the public social-media policy page of a brand, from its configuration. Have counsel read it.

    Example: ascolto policy --lang it --out policy.html
    """
    import service
    from alerts.policy_page import show
    from alerts.policy_page.write import silent_on, write
    from alerts.words import Words
    from store.clock import utcnow

    settings = service.current(_settings(required=True)).settings
    if not settings.brands:
        raise ConfigError(["there is no brand to write of: name one in a table [brands.KEY]"])
    chosen, kept = settings.brand(brand), settings.retention
    style = _style(style, out, force, as_json)
    try:
        words = Words(settings.ui_language if lang is None else lang)
    except ValueError as error:
        raise ConfigError([f"--lang: {error}"]) from None
    today = utcnow().astimezone(chosen.zone).date()
    page = write(chosen, settings.sources, texts=kept.texts, authors=kept.authors, words=words, today=today)
    if as_json:
        _print_json(page.to_json())
    elif out is None:
        typer.echo(show.FORMATS[style](page), nl=False)
    else:
        _write(out, show.FORMATS[style](page), force)
    if silent := silent_on(chosen, settings.sources):
        _complain([f"the page would say more with: {', '.join(silent)} (docs/policy.md)"])


@app.command()
def forget(
    author: Annotated[str, typer.Option(help="Name, handle or id on the platform.")],
    platform: Annotated[str, typer.Option(help="The platform, such as mastodon.")],
    as_json: Json = False,
) -> None:
    """Erases all that an author wrote on a platform; it does not come back with the next read.

    Example: ascolto forget --author @maria --platform mastodon
    """
    import platforms
    import service
    from store.clock import utcnow
    from store.problems import meant
    from store.retention import forget as erase

    known = [*platforms.names(), "import"]
    if platform not in known:
        raise ConfigError([f"--platform: there is no platform {platform!r}{meant(platform, known)}"])
    db = service.open_database(_settings(required=True))
    with db.write() as session:
        done = erase(session, platform, author, now=utcnow())
    db.close()
    if as_json:
        _print_json(asdict(done))
    else:
        typer.echo(
            f"erased {done.mentions} mentions, {done.drafts} drafts; {done.messages} messages are edited"
        )


@app.command()
def label(
    mention: Annotated[
        str, typer.Argument(metavar="MENTION", help="Its number, as the inbox shows it, or its address.")
    ],
    sentiment: Annotated[str | None, typer.Option(help="What it should have been.")] = None,
    urgency: Annotated[str | None, typer.Option(help="What it should have been.")] = None,
    category: Annotated[str | None, typer.Option(help="What it should have been.")] = None,
    by: Annotated[str | None, typer.Option(help="Who says so; by default your account.")] = None,
    as_json: Json = False,
) -> None:
    """Records what the model should have said of a mention, to measure it and to learn from.

    Example: ascolto label 12 --urgency normal --by marta
    """
    import service
    from sentiment.labels import HEADS
    from store.clock import utcnow
    from store.labels import at_address, correct
    from store.problems import meant

    told = {"sentiment": sentiment, "urgency": urgency, "category": category}
    said = {head: name for head, name in told.items() if name is not None}
    wrong = [
        f"--{head}: there is no {name!r}{meant(name, HEADS[head])}: known are {', '.join(HEADS[head])}"
        for head, name in said.items()
        if name not in HEADS[head]
    ]
    if not said:
        wrong.append("say what it should have been: --sentiment, --urgency or --category")
    who = (os.environ.get("USER") or "cli" if by is None else by).strip()
    if not who or not who.isprintable() or who.casefold() == "ascolto":
        wrong.append("--by: write a name on one line, not Ascolto's own: who says so is a person")
    number = int(mention) if mention.isascii() and mention.isdigit() and len(mention) <= 10 else 0
    if not (0 < number < 2**31 or mention.startswith(("http://", "https://"))):
        wrong.append(f"MENTION: a number from 1 to {2**31 - 1} or an address, not {mention!r}")
    if wrong:
        raise ConfigError(wrong)
    db = service.open_database(_settings(required=True))
    try:
        with db.write() as session:
            ids = [number] if number else at_address(session, mention)
            if len(ids) != 1:
                several = f"is that of several mentions, {', '.join(map(str, ids))}: name one by its number"
                none = "is that of no mention: give it as it is stored, or the number that the inbox shows"
                raise AscoltoError(f"{mention} {several if ids else none}")
            row = correct(session, ids[0], who, utcnow(), said)
    except Permanent as error:  # its code is for logs
        raise AscoltoError(error.mend) from None
    finally:
        db.close()
    values = {head: getattr(row, head) for head in told}
    if as_json:
        _print_json({"mention": row.mention_id, "revision": row.revision, "origin": row.origin} | values)
    else:
        known = ", ".join(f"{head} {name}" for head, name in values.items() if name)
        typer.echo(f"mention {row.mention_id}: {known} ({row.origin})")


@app.command()
def train(
    data: Annotated[
        Path | None, typer.Option(help=f"The folder with authored/ and sentiment/; by default {DATA.name}.")
    ] = None,
    out: Annotated[Path, typer.Option(help="The model folder to write.")] = MODEL,
    recipe: Annotated[str, typer.Option(help="A recipe of sentiment/learning/recipe.py.")] = "default",
    seed: Annotated[int, typer.Option(help="The same seed gives the same weights on a CPU.")] = 1,
    device: Annotated[str, typer.Option(help="cpu, or cuda for a GPU.")] = "cpu",
    licences: Annotated[
        str, typer.Option(help="all, or permissive: only sources whose licence, as stated, allows any use.")
    ] = "all",
    base: Annotated[
        str | None,
        typer.Option(
            help="An encoder to train in place of our own: a folder, or the hub id of a pulled model."
        ),
    ] = None,
    feedback: Annotated[
        bool, typer.Option("--feedback", help="Go on from the model in use, on what people said of mentions.")
    ] = False,
    force: Annotated[
        bool, typer.Option("--force", help="With --feedback, write the model even if it forgets.")
    ] = False,
) -> None:
    """Trains the model from labelled texts; stopped, it goes on where it was.

    Example: ascolto train --out models/mine
    """
    from sentiment.learning.recipe import RECIPES
    from store.problems import meant

    if recipe not in RECIPES:
        raise ConfigError([f"--recipe: there is no recipe {recipe!r}{meant(recipe, RECIPES)}"])
    if licences not in ("all", "permissive"):
        raise ConfigError([f"--licences: is all or permissive, not {licences!r}"])
    if base == "":
        raise ConfigError(["--base: is empty: name a folder, or the hub id of a pulled model"])
    if force and not feedback:
        raise ConfigError(["--force: goes with --feedback"])
    if base and out.resolve() == MODEL.resolve():
        raise ConfigError(["--out: name another folder for a model with --base: the built-in one has none"])
    _log()
    from sentiment.learning.loop import Machine

    cores = os.cpu_count() or 1
    machine = Machine(device, cores, max(cores - 2, 0)) if device != "cpu" else Machine()
    if feedback:
        if (recipe, licences, base) != ("default", "all", None):
            raise ConfigError(["--feedback: goes on from a model: leave out --recipe, --licences and --base"])
        _learn_on(out, data, seed, machine, force)
        return
    from sentiment.train import train as learn

    with _data_errors():
        done = learn(
            data or DATA, out, recipe, seed, machine=machine, permissive=licences == "permissive", base=base
        )
    typer.echo(f"wrote {done.folder} after {done.cpu_seconds:.0f} CPU seconds")


@app.command()
def evaluate(
    file: Annotated[
        Path | None,
        typer.Argument(help="JSON lines with text and gold labels; with --card a training folder."),
    ] = None,
    card: Annotated[
        bool, typer.Option("--card", help="Measure the model that ships on all of it, and write its card.")
    ] = False,
    quick: Annotated[
        bool, typer.Option("--quick", help="With --card, leave out how fast the model is.")
    ] = False,
    permissive: Annotated[
        Path | None,
        typer.Option(help="With --card, a model of permissive sources alone, to say what that costs."),
    ] = None,
    feedback: Annotated[
        bool, typer.Option("--feedback", help="Measure by what people said of mentions, in the database.")
    ] = False,
    refit: Annotated[
        bool, typer.Option("--refit", help="With --feedback, fit each brand's critical threshold to it.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Measures the model on a labelled file: macro-F1 by head and language, with 95 % intervals.

    Example: ascolto evaluate gold.jsonl --json
    """
    from sentiment.evaluate import evaluate as measure

    if refit and not feedback:
        raise ConfigError(["--refit: goes with --feedback"])
    if (file is None) != feedback:
        raise ConfigError(
            ["name a file of labelled texts, or --feedback for what people said: one of the two"]
        )
    if (quick or permissive) and not card and not feedback:
        raise ConfigError(["--quick, --permissive: go with --card"])
    if feedback and (card or quick or permissive):
        raise ConfigError(["--feedback: leave out --card, --quick and --permissive, which measure on files"])
    settings = _settings(required=feedback)
    if file is None:
        _evaluate_feedback(settings, refit, as_json)
        return
    if card:
        _write_card(file, speed=not quick, permissive=permissive)
        return
    scorer = _scorer(settings)
    with _data_errors():
        found = measure(scorer, file)
    if as_json:
        _print_json(found.to_json())
    else:
        typer.echo(found.table())


@models_app.command("list")
def list_models(as_json: Json = False) -> None:
    """Names the models that ship and those that were pulled, with size and revision.

    Example: ascolto models list
    """
    from sentiment.foreign.classifier import said
    from sentiment.foreign.hub import list_pulled, pulled_models
    from sentiment.measuring.card import list_models as found

    _settings()
    with _data_errors():
        rows = [asdict(model) for model in found(MODEL.parent)]
    pulled = [
        {
            "name": one.name,
            "revision": one.revision,
            "megabytes": one.megabytes,
            "sentiments": said(one.folder),
        }
        for one in list_pulled(pulled_models())
    ]
    if as_json:
        _print_json({"models": rows, "pulled": pulled})
    for row in [] if as_json else [*rows, *pulled]:
        typer.echo("  ".join(f"{value}" for value in row.values()))


@models_app.command("pull")
def pull_model(
    hub_id: Annotated[str, typer.Argument(metavar="HUB_ID", help="The model's name on the hub: owner/name.")],
    revision: Annotated[
        str | None, typer.Option(help="A commit, branch or tag; by default the newest commit of main.")
    ] = None,
) -> None:
    """Brings a model from the Hugging Face hub at one commit, safetensors only, to score sentiment with.

    Example: ascolto models pull nlptown/bert-base-multilingual-uncased-sentiment
    """
    from sentiment.foreign.classifier import said
    from sentiment.foreign.hub import pull, pulled_models

    _settings()
    _log()
    got = pull(hub_id, pulled_models(), revision)
    typer.echo(
        f"{got.name} at {got.revision}: {got.megabytes} MB in {got.folder}; it says {said(got.folder)}"
    )


@models_app.command("verify")
def verify_models() -> None:
    """Holds the weights that ship against their model card, and pulled models against what came.

    Example: ascolto models verify
    """
    from sentiment.foreign.hub import pulled_models, verify_pulled
    from sentiment.measuring.card import verify_models as problems

    _settings()
    found = problems(MODEL.parent) + verify_pulled(pulled_models())
    if not found:
        typer.echo("all weights are as their card says, and pulled models are as they came")
    _end(found)


@app.command()
def bench(
    name: Annotated[str | None, typer.Argument(help="The benchmark; all where left out.")] = None,
    as_json: Json = False,
) -> None:
    """Measures Ascolto on this machine.

    Example: ascolto bench startup --json
    """
    import benchmarks
    from store.problems import meant

    known = benchmarks.names()
    if name is not None and name not in known:
        raise ConfigError(
            [f"there is no benchmark {name!r}{meant(name, known)}: known are {', '.join(known)}"]
        )
    for chosen in [name] if name else known:
        _print_json({"benchmark": chosen} | benchmarks.run(chosen), lines=not as_json or name is None)


def _settings(*, required: bool = False) -> "Settings":
    """The settings; the environment of the processes that are started from here has what `.env` says."""
    import settings

    found = settings.load(required=required)
    settings.export_env_file(found)
    return found


def _evaluate_feedback(settings: "Settings", refit: bool, as_json: bool) -> None:
    import service
    from sentiment.measuring.disagreement import disagreement
    from sentiment.measuring.disagreement import refit as fit
    from store.clock import utcnow

    db, scorer = service.open_database(settings), _scorer(settings)
    fits = fit(db, scorer, utcnow()) if refit else []
    with db.read() as session:
        found = disagreement(session, scorer.name)
    db.close()
    if as_json:
        _print_json(found.to_json() | ({"refit": [asdict(one) for one in fits]} if refit else {}))
    else:
        typer.echo("\n".join([found.table(), *(one.line() for one in fits)]))


def _learn_on(out: Path, data: Path | None, seed: int, machine: "Machine", force: bool) -> None:
    """Teaches the model in use what people said; a model that forgets is not written, unless `force`."""
    import service
    from sentiment.feedback import MOST_CRITICAL_LOST, MOST_FORGOTTEN, continue_training
    from store.labels import labelled

    if out.resolve() == MODEL.resolve():
        raise ConfigError(["--out: name a folder of its own for what --feedback makes, such as models/mine"])
    settings = _settings(required=True)
    db = service.open_database(settings)
    with db.read() as session:
        rows = labelled(session)
    db.close()
    with _data_errors():
        done = continue_training(rows, settings.environment.model, out, data, seed, machine, force)
    typer.echo(done.table())
    if done.written:
        typer.echo(f"wrote {out}: set ASCOLTO_MODEL to it")
        return
    _end(
        [
            f"{out} was not written: {', '.join(done.forgotten)} fell by more than {MOST_FORGOTTEN} (critical found: "
            f"{MOST_CRITICAL_LOST}) on the items to replay; give more of them with --data, or write it all the same "
            "with --force"
        ]
    )


def _write_card(data: Path, *, speed: bool, permissive: Path | None) -> None:
    import benchmarks
    from sentiment.measuring.card import write_card
    from sentiment.measuring.measure import measure

    with _data_errors():
        measure(MODEL, data, benchmarks.run("scoring") if speed else None, permissive)
        typer.echo(f"wrote {write_card(MODEL.parent)}")


def _scorer(settings: "Settings") -> "Scorer":
    from sentiment.loading import load_scorer

    return load_scorer(settings.environment.model)


@contextmanager
def _data_errors() -> Any:
    """Labelled data that cannot be used are an error like any other."""
    try:
        yield
    except (ValueError, OSError) as error:
        raise ConfigError([str(error)]) from error


@contextmanager
def _opened(file: Path | None) -> Any:
    if file is None:
        yield sys.stdin.buffer
        return
    try:
        with file.open("rb") as stream:
            yield stream
    except BrokenPipeError:  # of our own output, not of the file: `main` knows what it means
        raise
    except OSError as error:
        raise ConfigError([f"cannot read {file}: {error.strerror}"]) from None


def _style(style: str | None, out: Path | None, force: bool, as_json: bool) -> str:
    """How a policy page is written."""
    from alerts.policy_page.show import FORMATS

    if as_json and (style or out):
        raise ConfigError(["--json: prints the page on stdout: leave out --format and --out"])
    if force and out is None:
        raise ConfigError(["--force: goes with --out"])
    if style is None:
        return "html" if out and out.suffix.lower() in (".html", ".htm") else "markdown"
    if style not in FORMATS:
        raise ConfigError([f"--format: is {' or '.join(FORMATS)}, not {style!r}"])
    return style


def _write(out: Path, text: str, force: bool) -> None:
    try:
        with out.open("w" if force else "x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise ConfigError([f"{out} is there already: --force writes over it"]) from None
    except OSError as error:
        raise ConfigError([f"cannot write {out}: {error.strerror}"]) from None
    typer.echo(f"wrote {out}")


def _answer(answers: Iterable[dict[str, Any]], told: Callable[[dict[str, Any]], str], as_json: bool) -> None:
    bad = []
    for answer in answers:
        if "error" in answer:
            bad.append(f"line {answer['line']}: {answer['error']}")
        if as_json:
            _print_json(answer, lines=True)
        elif "error" not in answer:
            typer.echo(told(answer))
    _end(bad)


def _print_json(document: object, *, lines: bool = False) -> None:
    sys.stdout.write(json.dumps(document, ensure_ascii=False, indent=None if lines else 1) + "\n")
    sys.stdout.flush()


def _log() -> None:
    from store.logs import log_to

    log_to()


def _complain(problems: Iterable[str]) -> None:
    for problem in problems:
        sys.stderr.write(f"ascolto: {problem}\n")


def _end(failures: list[str], failed: bool | None = None) -> None:
    """Names what failed on stderr, and ends with 1 if anything did."""
    _complain(failures)
    if failures if failed is None else failed:
        raise typer.Exit(FAILED)
