"""The documents: links lead somewhere, both READMEs say the same, every command and setting is described as it is,
nothing tells of the machine it was written on."""

import re
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import pytest
import typer
from pydantic import BaseModel, SecretStr, TypeAdapter
from pydantic.fields import FieldInfo

import platforms
import settings
from alerts.channels.options import EmailOptions, WebhookOptions
from alerts.channels.slack.commands import COMMAND
from alerts.channels.slack.errors import MENDS
from alerts.channels.slack.listen import SHORTCUT
from alerts.drafts.generator.options import GeneratorOptions
from alerts.inbox import InboxOptions
from alerts.routing import Routing, Rule
from cli import app
from platforms.base import SourceOptions
from platforms.page import Selectors
from settings import Environment, Retention, Running, load
from store.brand import (
    Absence,
    Again,
    Brand,
    Briefs,
    Correction,
    Faq,
    FirstContact,
    OwnPhrase,
    OwnTopic,
    Policy,
    ReplyTimes,
    Statement,
    Voice,
)
from tests.conftest import ROOT

DOCUMENTS = sorted(
    path
    for path in [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("models/*.md")]
    if path.is_file()
)
LINK = re.compile(r"\]\((?!https?://|mailto:)([^)#\s]*)(?:#([^)\s]*))?\)")
CODE = re.compile(r"```.*?```", re.S)
TELLING = re.compile(r"/(?:work|root|home/\w+)/[\w.]|pypi\.org|pythonhosted\.org|registry\.npmjs|deb\.debian")
# The tables of docs/settings.md, by heading, and the model that each describes.
TABLES: dict[str, Any] = {
    "Top level": settings._File,
    "`[brands.KEY]`": Brand,
    "`[[brands.KEY.topics]]`": OwnTopic,
    "`[brands.KEY.policy]`": Policy,
    "`first_contact`": FirstContact,
    "`reply_times`": ReplyTimes,
    "`again`": Again,
    "`absences`": Absence,
    "`[[brands.KEY.policy.faq]]`": Faq,
    "`[brands.KEY.voice]`": Voice,
    "`[brands.KEY.briefs]`": Briefs,
    "`[[sources]]`": SourceOptions,
    "`[sources.selectors]`": Selectors,
    "`[slack]`": Routing,
    "`[[slack.rules]]`": Rule,
    "`[email]`": EmailOptions,
    "`[webhook]`": WebhookOptions,
    "`[generator]`": GeneratorOptions,
    "`[retention]`": Retention,
    "`[service]`": Running,
    "`[inbox]`": InboxOptions,
    "Environment": Environment,
} | {f'`type = "{name}"`': platforms.get(name).options for name in platforms.names()}


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def anchors(document: Path) -> set[str]:
    """The headings of a document as GitHub links to them."""
    text = CODE.sub("", document.read_text(encoding="utf-8"))
    titles = re.findall(r"^#+ (.+)$", text, re.M)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def sections(text: str) -> dict[str, str]:
    """What stands under each heading, up to the next."""
    parts = re.split(r"^#+ (.+)$", text, flags=re.M)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def rows(text: str) -> dict[str, list[str]]:
    """The first table of a section: the name in its first column, and the other cells."""
    table = re.search(r"(?:^\|.*\n)+", text, re.M)
    lines = table[0].splitlines()[2:] if table else []
    cells = [[cell.strip() for cell in line.strip().strip("|").split(" | ")] for line in lines]
    return {cell[0].strip(" `"): cell[1:] for cell in cells}


def names(model: type[BaseModel]) -> dict[str, FieldInfo]:
    """The fields of a model as people write them."""
    fields = {str(field.alias or name): field for name, field in model.model_fields.items()}
    return {name: field for name, field in fields.items() if not (model is Brand and name == "key")}


def tracked() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode:
        pytest.skip("not a git checkout")
    return [ROOT / name for name in listed.stdout.split("\0") if name]


# Links and words.


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_somewhere(document: Path) -> None:
    text = CODE.sub("", document.read_text(encoding="utf-8"))
    for link, anchor in LINK.findall(text):
        target = document.parent / link if link else document
        assert target.exists(), link
        assert not anchor or anchor in anchors(target), f"{link}#{anchor}"


def test_both_readmes_have_the_same_parts_and_commands() -> None:
    english, italian = read("README.md"), read("README.it.md")
    assert english.count("\n## ") == italian.count("\n## ")
    for pattern in (
        r"`(ascolto [a-z]+)",
        r"\]\((docs/[^)]+|models/[^)]+)\)",
        r"\b[A-Z]+_[A-Z_]+\b",
        r"^((?:\.venv/bin/|make )[\w/ ]+?)\s*(?:#|$)",
        r"^(\w+/|\w+\.py)",
    ):
        assert set(re.findall(pattern, english, re.M)) == set(re.findall(pattern, italian, re.M)), pattern
        assert re.findall(pattern, english, re.M), pattern


def test_the_readme_shows_where_everything_is() -> None:
    layout = sections(read("README.md"))["Where things are"]
    packages = {path.parent.name for path in ROOT.glob("*/__init__.py")} | {"models", "docs"}
    assert {name for name in packages if f"{name}/" not in layout} == set()
    assert {path.name for path in ROOT.glob("*.py") if path.name not in layout} == set()


def test_the_parts_of_the_architecture_are_all_named() -> None:
    parts = sections(read("docs/architecture.md"))["The parts"]
    packages = {path.parent.name for path in ROOT.glob("*/__init__.py")} - {"tests"}
    assert {name for name in packages if f"`{name}/`" not in parts} == set()
    assert {path.name for path in ROOT.glob("*.py") if f"`{path.name}`" not in parts} == set()


def test_no_file_tells_of_the_machine_it_was_written_on() -> None:
    kinds = {
        ".md",
        ".py",
        ".toml",
        ".txt",
        ".yaml",
        ".yml",
        ".jsonl",
        ".json",
        ".example",
        ".html",
        ".css",
        ".po",
        "",
    }
    found = [
        f"{path.relative_to(ROOT)}: {match[0]}"
        for path in {*tracked(), *DOCUMENTS}
        if path.suffix in kinds
        and path.is_file()
        and path != Path(__file__)
        and (match := TELLING.search(path.read_text(encoding="utf-8", errors="replace")))
    ]
    assert found == []


def test_every_make_target_in_the_documents_exists() -> None:
    targets = set(re.findall(r"^([a-z]+):", read("Makefile"), re.M))
    told = {name for path in DOCUMENTS for name in re.findall(r"\bmake ([a-z]+)\b", "\n".join(codes(path)))}
    assert told
    assert told <= targets


def codes(document: Path) -> list[str]:
    """What a document shows as code: blocks, and words between backticks."""
    text = document.read_text(encoding="utf-8")
    return [*CODE.findall(text), *re.findall(r"`([^`\n]+)`", CODE.sub("", text))]


# Commands.


def commands(group: Any, name: str = "ascolto") -> Iterator[tuple[str, Any]]:
    """All commands with their full names."""
    for part, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from commands(command, f"{name} {part}")
        else:
            yield f"{name} {part}", command


COMMANDS = dict(commands(typer.main.get_command(app)))


def test_every_command_is_documented_and_no_other() -> None:
    documented = {title for title in sections(read("docs/commands.md")) if title.startswith("ascolto ")}
    assert documented == set(COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_an_example_and_its_options(name: str) -> None:
    part = sections(read("docs/commands.md"))[name]
    examples = re.findall(r"^(?:.*\| )?(ascolto .+)$", "\n".join(CODE.findall(part)), re.M)
    assert examples
    assert all(f"{one} ".startswith(f"{name} ") for one in examples)
    options = {option for one in COMMANDS[name].params for option in one.opts if option.startswith("--")}
    used = set(re.findall(r"(?<![\w-])--[a-z]+", part))
    assert used <= options | {"--help"}
    # What each command has, and what says itself in the example of another, need not be told again.
    assert options - used <= {"--help", "--json", "--brand", "--out", "--data"} | {"--host", "--port"}


def test_no_document_shows_a_command_that_does_not_exist() -> None:
    for document in DOCUMENTS:
        if document.name == "CHANGELOG.md":
            continue
        for code in codes(document):
            for shown in re.findall(r"(?<![\w/-])(?:\.venv/bin/)?ascolto ([a-z]+(?: [a-z]+)?)", code):
                first, _, second = shown.partition(" ")
                known = {f"ascolto {first}", f"ascolto {first} {second}"} & set(COMMANDS)
                assert known or f"ascolto {first}" == "ascolto models", f"{document.name}: ascolto {shown}"


# Settings.


@pytest.mark.parametrize("heading", TABLES)
def test_every_setting_is_documented_and_no_other(heading: str) -> None:
    documented = set(rows(sections(read("docs/settings.md"))[heading]))
    model = TABLES[heading]
    if model is Environment:
        assert documented == {str(field.validation_alias) for field in model.model_fields.values()}
        return
    common = (
        set(names(SourceOptions))
        if issubclass(model, SourceOptions) and model is not SourceOptions
        else set()
    )
    assert documented == set(names(model)) - common


@pytest.mark.parametrize("heading", TABLES)
def test_the_documented_defaults_are_the_true_ones(heading: str) -> None:
    model = TABLES[heading]
    fields = names(model)
    if model is Environment:
        fields = {str(field.validation_alias): field for field in model.model_fields.values()}
    for name, (told, *_) in rows(sections(read("docs/settings.md"))[heading]).items():
        field = fields[name]
        default = field.get_default(call_default_factory=True)
        if told == "required":
            assert field.is_required(), name
        elif told == "none":
            assert default in (None, {}, ()), name
        elif told == "see below":
            assert isinstance(default, BaseModel), name
        else:
            value = tomllib.loads(f"x = {told.strip('`')}")["x"]
            kind: Any = Annotated
            adapter: TypeAdapter[Any] = TypeAdapter(kind[field.annotation, *field.metadata, "as written"])
            shaped = adapter.validate_python(value)
            assert plain(shaped) == plain(default), name


def test_every_key_of_the_policy_is_told_with_an_example_that_holds() -> None:
    told = {title: part for title, part in sections(read("docs/policy.md")).items() if title.startswith("`")}
    assert set(told) == {f"`{name}`" for name in names(Policy)}
    for title, part in told.items():
        (block,) = re.findall(r"```toml\n(.*?)```", part, re.S)
        table = tomllib.loads(block)
        assert list(table) == [title.strip("`")]
        Policy.model_validate(table)


def plain(value: Any) -> Any:
    return value.get_secret_value() if isinstance(value, SecretStr) else value


def example(*, whole: bool) -> str:
    """The file that `ascolto init` writes; `whole`: with all that is switched off in it."""
    text = read("ascolto.example.toml")
    return re.sub(r"^#(?=\S)", "", text, flags=re.M) if whole else text


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for field in Environment.model_fields.values():
        monkeypatch.delenv(str(field.validation_alias), raising=False)
    monkeypatch.delenv("ASCOLTO_CONFIG", raising=False)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("whole", [False, True], ids=["as it is", "all of it"])
def test_the_example_configuration_loads(folder: Path, whole: bool) -> None:
    (folder / "ascolto.toml").write_text(example(whole=whole), encoding="utf-8")
    loaded = load(folder / "ascolto.toml")
    assert list(loaded.brands) == ["mybrand"]
    assert {source.type for source in loaded.sources} == (set(platforms.names()) if whole else set())


def test_the_example_configuration_as_it_is_changes_no_default(folder: Path) -> None:
    (folder / "ascolto.toml").write_text(example(whole=False), encoding="utf-8")
    loaded = load(folder / "ascolto.toml")
    assert loaded.brands["mybrand"] == Brand(key="mybrand", name="My Brand")
    assert (loaded.slack, loaded.retention, loaded.service) == (Routing(), Retention(), Running())
    assert (loaded.email, loaded.webhook) == (EmailOptions(), WebhookOptions())
    assert loaded.generator == GeneratorOptions()


def test_the_example_configuration_shows_every_setting() -> None:
    tables = tomllib.loads(example(whole=True))
    brand = tables["brands"]["mybrand"]
    shown: dict[Any, dict[str, Any]] = {
        settings._File: tables,
        Brand: brand,
        Policy: brand["policy"],
        FirstContact: brand["policy"]["first_contact"],
        Absence: brand["policy"]["absences"][0],
        Faq: brand["policy"]["faq"][0],
        Correction: brand["policy"]["corrections"][0],
        Statement: brand["policy"]["statements"][0],
        OwnPhrase: brand["voice"]["phrases"][0],
        Voice: brand["voice"],
        Briefs: brand["briefs"],
        Running: tables["service"],
        InboxOptions: tables["inbox"],
        Routing: tables["slack"],
        Rule: tables["slack"]["rules"][0],
        EmailOptions: tables["email"],
        WebhookOptions: tables["webhook"],
        GeneratorOptions: tables["generator"],
        Retention: tables["retention"],
        Selectors: tables["sources"][0]["selectors"],
        SourceOptions: tables["sources"][0],
    }
    for model, table in shown.items():
        assert set(names(model)) - set(table) == set(), model.__name__
    for table in tables["sources"]:
        own = set(names(platforms.get(table["type"]).options)) - set(names(SourceOptions))
        assert own - set(table) == set(), table["type"]


def test_the_example_environment_shows_every_variable(folder: Path) -> None:
    text = read(".env.example")
    shown = re.findall(r"^#([A-Z_]+)=", text, re.M)
    assert len(shown) == len(set(shown))
    others = {
        "ASCOLTO_CONFIG", "ASCOLTO_MODELS", "MASTODON_TOKEN", "HTTPS_PROXY", "HTTP_PROXY", "NO_PROXY", "SSL_CERT_FILE",
    }  # fmt: skip
    assert set(shown) == {str(field.validation_alias) for field in Environment.model_fields.values()} | others
    documented = sections(read("docs/settings.md"))["Environment"]
    assert {name for name in shown if f"`{name}`" not in documented} == set()
    # As it is, nothing in it is set; and with all of it set, the values have the right form.
    (folder / ".env").write_text(re.sub(r"^#(?=[A-Z_]+=)", "", text, flags=re.M), encoding="utf-8")
    assert not re.search(r"^[^#\n]", text, re.M)
    assert load().environment.slack_api_url == "https://slack.com/api/"


# Slack.


def test_the_slack_app_may_do_what_ascolto_does() -> None:
    from checks import SCOPES  # it loads the whole service

    yaml = pytest.importorskip("yaml")
    manifest = yaml.safe_load(read("docs/slack-app-manifest.yaml"))
    scopes = manifest["oauth_config"]["scopes"]["bot"]
    assert set(scopes) >= SCOPES
    assert len(scopes) == len(set(scopes))
    told = set(
        re.findall(
            r"`(commands|[a-z]+:[a-z.]+)`", sections(read("docs/slack.md"))["What the app may do, and why"]
        )
    )
    assert told == set(scopes)
    assert manifest["settings"]["socket_mode_enabled"] is True
    assert manifest["settings"]["interactivity"]["is_enabled"] is True
    assert manifest["settings"]["event_subscriptions"]["bot_events"] == ["app_home_opened"]
    assert manifest["features"]["slash_commands"][0]["command"] == COMMAND
    assert manifest["features"]["shortcuts"][0]["callback_id"] == SHORTCUT
    assert len(manifest["features"]["shortcuts"][0]["name"]) <= 24
    assert len(manifest["display_information"]["name"]) <= 35
    assert len(manifest["display_information"]["description"]) <= 140


def test_every_answer_of_slack_has_its_mend_in_the_documents() -> None:
    table = rows(sections(read("docs/slack.md"))["When something is wrong"])
    assert {code: cells[0] for code, cells in table.items()} == dict(MENDS)
