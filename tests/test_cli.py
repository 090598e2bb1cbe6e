"""The command line as a user meets it: exit statuses, JSON and nothing else on stdout, errors with place and mend."""

import io
import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import typer
from sqlmodel import select

import cli
from store.clock import iso
from store.db import Database
from store.tables import Mention, MentionState
from tests.command import ascolto, environment
from tests.conftest import ROOT

CONFIG = """
[brands.aurora]
name = "Caffè Aurora"
[brands.aurora.policy]
contacts = { default = "assistenza@aurora.example" }
"""
TWO = CONFIG + '[brands.lumaca]\nname = "Tè Lumaca"\n'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "ascolto.toml").write_text(CONFIG, encoding="utf-8")
    return tmp_path


def test_help_names_every_command_and_loads_nothing_heavy(tmp_path: Path) -> None:
    probe = tmp_path / "probe.py"
    probe.write_text(
        "import sys\nimport cli\nfrom typer.testing import CliRunner\n"
        "assert CliRunner().invoke(cli.app, ['--help']).exit_code == 0\n"
        "print(sorted({'torch', 'scrapy', 'sqlalchemy', 'transformers', 'slack_sdk'} & set(sys.modules)))\n"
    )
    shown = subprocess.run(
        [sys.executable, str(probe)],
        env=environment(PYTHONPATH=str(ROOT)),
        capture_output=True,
        text=True,
        check=True,
    )
    assert shown.stdout.strip() in ("[]", "['sqlalchemy']")
    told = ascolto(tmp_path, "--help").out
    for name in ("demo", "init", "check", "run", "worker", "collect", "import", "analyze", "draft", "status"):
        assert f"\n  {name} " in told


def test_every_command_has_help_with_an_example(tmp_path: Path) -> None:
    group = typer.main.get_command(cli.app)
    for name, command in group.commands.items():  # type: ignore[attr-defined]
        for leaf in getattr(command, "commands", {name: command}).values():
            example = (leaf.help or "").partition("Example: ")[2]
            assert "ascolto " in example, leaf.name


def test_the_version() -> None:
    assert ascolto(ROOT, "--version").out.startswith("ascolto 0.")


@pytest.mark.parametrize("words", [["colect"], ["digest", "--weak", "x"], ["evaluate"]])
def test_wrong_usage_ends_with_2(tmp_path: Path, words: list[str]) -> None:
    done = ascolto(tmp_path, *words)
    assert (done.status, done.out) == (2, "")
    assert done.err


def test_init_writes_what_loads_and_never_overwrites(tmp_path: Path) -> None:
    assert ascolto(tmp_path, "init", "brand").status == 0
    file = tmp_path / "brand" / "ascolto.toml"
    assert ascolto(tmp_path / "brand", "status").status == 0
    file.write_text("# mine\n")
    again = ascolto(tmp_path, "init", "brand")
    assert (again.status, file.read_text()) == (0, "# mine\n")
    assert again.out.count("left alone") == 2


def test_a_wrong_configuration_names_place_and_mend_and_ends_with_2(folder: Path) -> None:
    (folder / "ascolto.toml").write_text('[brands.aurora]\nname = "A"\nalliases = ["a"]\n')
    done = ascolto(folder, "status", "--json")
    assert (done.status, done.out) == (2, "")
    assert "brands.aurora.alliases" in done.err
    assert "aliases" in done.err


def test_commands_that_need_a_configuration_say_how_to_get_one(tmp_path: Path) -> None:
    done = ascolto(tmp_path, "collect")
    assert done.status == 2
    assert "ascolto init" in done.err


def test_several_brands_ask_for_a_choice(folder: Path) -> None:
    (folder / "ascolto.toml").write_text(TWO)
    done = ascolto(folder, "digest")
    assert done.status == 2
    assert "--brand" in done.err
    wrong = ascolto(folder, "digest", "--brand", "arora")
    assert "aurora" in wrong.err


def test_status_of_a_fresh_database(folder: Path) -> None:
    found = ascolto(folder, "status", "--json").json
    assert set(found) == {"mentions", "cases", "outbox", "sources", "switches", "undelivered"}
    assert found["mentions"] == {"new": 0, "scored": 0, "triaged": 0, "failed": 0}


def test_import_reports_bad_lines_and_the_same_file_twice_adds_nothing(folder: Path) -> None:
    (folder / "reviews.csv").write_text(
        "Recensione,Data,stars\nBuono,2026-11-20,5\nMale,ieri l'altro,2\nFreddo,2026-11-21,9000\nOk,2026-11-22,\n"
    )
    words = [
        "import",
        "reviews.csv",
        "--brand",
        "aurora",
        "--map",
        "text=Recensione",
        "--map",
        "published_at=Data",
    ]
    first = ascolto(folder, *words, "--json")
    assert (first.status, first.json["new"]) == (1, 2)
    assert [error["line"] for error in first.json["errors"]] == [3, 4]
    assert "line 3" in first.err
    again = ascolto(folder, *words, "--json").json
    assert (again["new"], again["edited"], again["unchanged"]) == (0, 0, 2)


def test_import_with_a_wrong_map_or_file(folder: Path) -> None:
    done = ascolto(folder, "import", "x.csv", "--brand", "aurora", "--map", "txet=A")
    assert done.status == 2
    assert "'text'" in done.err
    missing = ascolto(folder, "import", "x.csv", "--brand", "aurora")
    assert missing.status == 2
    assert "x.csv" in missing.err


def test_collect_reads_an_unreachable_source_as_a_failure_and_goes_on(folder: Path) -> None:
    (folder / "ascolto.toml").write_text(
        CONFIG
        + '[[sources]]\nname = "press"\ntype = "feed"\nbrand = "aurora"\nurl = "http://127.0.0.1:9/rss"\n'
    )
    done = ascolto(folder, "collect", "--json")
    assert done.status == 1
    report = done.json["sources"][0]
    assert set(report) == {
        "source", "status", "new", "edited", "refreshed", "gone", "requests", "seconds", "error",
    }  # fmt: skip
    assert report["status"] == "error"
    assert "press" in done.err
    assert ascolto(folder, "collect", "pres").status == 2


def test_digest_in_words_and_as_json_and_posted_once(folder: Path) -> None:
    assert "Nobody wrote" in ascolto(folder, "digest", "--week", "2026-W47").out
    assert ascolto(folder, "digest", "--month", "2026-11", "--json").json["period"] == "2026-11"
    assert ascolto(folder, "digest", "--week", "W47").status == 2
    assert ascolto(folder, "digest", "--week", "2026-W47", "--post").status == 0
    assert ascolto(folder, "digest", "--week", "2026-W47", "--post").status == 1


def test_the_policy_page_in_both_languages_and_formats_and_never_over_a_file(folder: Path) -> None:
    shown = ascolto(folder, "policy")
    assert (shown.status, "\n# Social media policy of Caffè Aurora\n" in shown.out) == (0, True)
    assert "brands.aurora.policy.hours" in shown.err
    told = ascolto(folder, "policy", "--lang", "it", "--json").json
    assert list(told) == ["brand", "lang", "title", "counsel", "sections"]
    assert told["title"] == "Social media policy di Caffè Aurora"
    file = folder / "policy.html"
    written = ascolto(folder, "policy", "--lang", "it", "--out", "policy.html")
    assert (written.status, written.out) == (0, "wrote policy.html\n")
    assert '<html lang="it">' in file.read_text(encoding="utf-8")
    file.write_text("mine")
    again = ascolto(folder, "policy", "--out", "policy.html")
    assert (again.status, "--force" in again.err, file.read_text()) == (2, True, "mine")
    assert ascolto(folder, "policy", "--out", "policy.html", "--force", "--format", "markdown").status == 0
    assert file.read_text(encoding="utf-8").startswith("> **")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--lang", "fr"], "--lang: there are no words in 'fr'"),
        (["--format", "pdf"], "--format: is markdown or html"),
        (["--force"], "--force: goes with --out"),
        (["--json", "--out", "x"], "--json: prints the page on stdout"),
        (["--out", "nowhere/x"], "cannot write nowhere/x"),
        (["--brand", "arora"], "did you mean 'aurora'"),
    ],
)
def test_a_policy_page_that_cannot_be_written_says_why(folder: Path, words: list[str], told: str) -> None:
    done = ascolto(folder, "policy", *words)
    assert (done.status, done.out, told in done.err) == (2, "", True)


def test_forget_erases_what_an_author_wrote(folder: Path) -> None:
    line = {"text": "Ciao", "author": "Ada Rossi", "published_at": iso(datetime.now(UTC)), "external_id": "1"}
    (folder / "m.jsonl").write_text(json.dumps(line))
    assert ascolto(folder, "import", "m.jsonl", "--brand", "aurora").status == 0
    done = ascolto(folder, "forget", "--author", "ada rossi", "--platform", "import", "--json")
    assert done.json["mentions"] == 1
    assert b"Ada Rossi" not in (folder / "ascolto.db").read_bytes()
    assert ascolto(folder, "forget", "--author", "x", "--platform", "mastodont").status == 2


def test_people_say_what_the_model_should_have_said_and_are_counted(folder: Path) -> None:
    (folder / "r.jsonl").write_text(
        '{"text": "Mai più!", "external_id": "r1", "published_at": "2026-11-24", "url": "https://x.it/1"}\n'
        '{"text": "Gelato", "external_id": "r2", "published_at": "2026-11-24", "url": "https://x.it/2"}\n'
        '{"text": "Caldo", "external_id": "r3", "published_at": "2026-11-24", "url": "https://x.it/2"}\n'
    )
    ascolto(folder, "import", "r.jsonl", "--brand", "aurora")
    wrong = ascolto(folder, "label", "1", "--urgency", "hihg")
    assert (wrong.status, "did you mean 'high'" in wrong.err) == (2, True)
    assert ascolto(folder, "label", "1").status == 2
    away = ascolto(folder, "label", "7", "--urgency", "low")
    assert (away.status, away.out) == (1, "")
    assert away.err.startswith("ascolto: mention 7 is not in the database")
    assert "the inbox shows the number" in away.err
    shared = ascolto(folder, "label", "https://x.it/2", "--urgency", "low")
    assert (shared.status, "several mentions, 2, 3: name one" in shared.err) == (1, True)
    assert "of no mention" in ascolto(folder, "label", "https://x.it/", "--urgency", "low").err
    done = ascolto(folder, "label", "1", "--urgency", "low", "--by", "marta", "--json")
    assert done.json == {
        "mention": 1, "revision": 1, "origin": "correction", "sentiment": None, "urgency": "low", "category": None,
    }  # fmt: skip
    assert (
        "mention 1: urgency low, category spam"
        in ascolto(folder, "label", "https://x.it/1", "--category", "spam").out
    )
    found = ascolto(folder, "evaluate", "--feedback", "--json").json
    assert (found["labels"], found["unread"], set(found["brands"])) == (1, 1, {"aurora"})
    learnt = ascolto(folder, "train", "--feedback", "--out", "mine")
    assert (learnt.status, "there are 1 labels" in learnt.err, (folder / "mine").exists()) == (2, True, False)
    foreign = ascolto(folder, "train", "--feedback", "--out", "mine", ASCOLTO_MODEL="owner/name")
    assert (foreign.status, "unset ASCOLTO_MODEL" in foreign.err) == (2, True)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["0"], "MENTION: a number from 1 to 2147483647"),
        (["2147483648"], "MENTION"),
        (["99999999999999999999"], "MENTION"),
        (["r1"], "MENTION"),
        (["1", "--by", ""], "--by"),
        (["1", "--by", "mar\nta"], "--by"),
        (["1", "--by", "mar\x1b[2Jta"], "--by"),
        (["1", "--by", "mar\udcffta"], "--by"),
        (["1", "--by", " Ascolto"], "--by"),
    ],
)
def test_a_label_is_of_a_mention_and_by_a_person(folder: Path, words: list[str], told: str) -> None:
    done = ascolto(folder, "label", *words, "--urgency", "low")
    assert (done.status, done.out) == (2, "")
    assert told in done.err


@pytest.mark.parametrize(
    "words",
    [
        ["label", "1", "--urgency", "low"],
        ["evaluate", "--feedback"],
        ["train", "--feedback", "--out", "mine"],
    ],
)
def test_feedback_needs_a_configuration(tmp_path: Path, words: list[str]) -> None:
    done = ascolto(tmp_path, *words)
    assert (done.status, "ascolto init" in done.err) == (2, True)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "words",
    [
        ["evaluate", "--refit"],
        ["evaluate", "gold.jsonl", "--feedback"],
        ["train", "--feedback"],
        ["train", "--feedback", "--out", "mine", "--recipe", "smoke"],
        ["train", "--force", "--out", "mine"],
        ["evaluate", "--feedback", "--card"],
        ["evaluate", "--feedback", "--quick"],
        ["evaluate", "--feedback", "--permissive", "models/permissive"],
        ["evaluate", "gold.jsonl", "--permissive", "models/permissive"],
        ["evaluate", "gold.jsonl", "--quick"],
    ],
)
def test_options_go_with_what_they_can_use(folder: Path, words: list[str]) -> None:
    done = ascolto(folder, *words)
    assert (done.status, done.out) == (2, "")
    assert "--" in done.err


def test_a_worker_needs_a_broker_and_known_queues(folder: Path) -> None:
    done = ascolto(folder, "worker", "--queues", "scor")
    assert done.status == 2
    assert "'score'" in done.err
    assert "ASCOLTO_BROKER_URL" in done.err


def test_secrets_are_printed_nowhere(folder: Path) -> None:
    secret = "hunter2-xyzzy"
    url = f"postgresql://ascolto:{secret}@127.0.0.1:9/ascolto"
    for words in (["check", "--json"], ["status"], ["collect"]):
        done = ascolto(
            folder,
            *words,
            ASCOLTO_DATABASE_URL=url,
            SLACK_BOT_TOKEN=f"xoxb-{secret}",
            SLACK_API_URL="http://127.0.0.1:9/",
        )
        assert done.status != 0
        assert secret not in done.out + done.err, words


def test_a_database_that_is_away_is_told_without_a_traceback(folder: Path) -> None:
    done = ascolto(folder, "status", ASCOLTO_DATABASE_URL="postgresql://127.0.0.1:9/ascolto")
    assert done.status == 1
    assert "Traceback" not in done.err
    assert "ASCOLTO_DATABASE_URL" in done.err


@pytest.mark.parametrize(
    "rest", ["user:hunter2@host:port/db", "user:hunter2@[::1/db", "user:hunter2@h:1:2/db"]
)
def test_an_address_of_a_database_that_cannot_be_read_is_told(folder: Path, rest: str) -> None:
    done = ascolto(folder, "status", ASCOLTO_DATABASE_URL=f"postgresql://{rest}")
    assert (done.status, "Traceback" in done.err, "hunter2" in done.err) == (2, False, False)
    assert "ASCOLTO_DATABASE_URL: cannot be read: write" in done.err


def test_a_password_may_hold_what_an_address_is_made_of(folder: Path) -> None:
    done = ascolto(folder, "status", ASCOLTO_DATABASE_URL="postgresql://user:p#1?x@127.0.0.1:9/ascolto")
    assert done.status == 1
    assert "cannot open the database" in done.err


@pytest.mark.parametrize("command", ["analyze", "draft", "evaluate"])
def test_a_model_that_cannot_be_used_is_a_wrong_setting(
    folder: Path, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    file = folder / "gold.jsonl"
    file.write_text('{"text": "Ottimo", "sentiment": "positive"}\n', encoding="utf-8")
    monkeypatch.chdir(folder)
    monkeypatch.setenv("ASCOLTO_MODEL", str(folder / "nowhere"))
    monkeypatch.setattr(sys, "argv", ["ascolto", command, str(file)])
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(io.BytesIO()))
    monkeypatch.setattr(sys, "stderr", io.TextIOWrapper(told := io.BytesIO(), write_through=True))
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert ended.value.code == 2
    assert b"ASCOLTO_MODEL" in told.getvalue()


def test_check_lists_everything_and_ends_with_1_only_for_a_failing_part(folder: Path) -> None:
    done = ascolto(folder, "check", "--json")
    found = {check["name"]: check for check in done.json["checks"]}
    assert done.status == 0
    assert set(found["model"]) == {"name", "status", "detail", "mend"}
    assert {name: check["status"] for name, check in found.items()} == {
        "configuration": "warn", "brand aurora": "ok", "database": "ok", "broker": "off", "model": "ok", "generator": "off",
        "slack": "off", "slack buttons": "off", "email": "off", "webhook": "off", "contact": "warn",
    }  # fmt: skip
    broken = ascolto(folder, "check", ASCOLTO_MODEL=str(folder / "nowhere"))
    assert broken.status == 1
    assert "ASCOLTO_MODEL" in broken.out


def test_stored_mentions_wait_for_the_service(folder: Path) -> None:
    line = {"text": "Buono", "published_at": iso(datetime.now(UTC) - timedelta(hours=1))}
    (folder / "m.jsonl").write_text(json.dumps(line))
    ascolto(folder, "import", "m.jsonl", "--brand", "aurora")
    db = Database(f"sqlite:///{folder / 'ascolto.db'}")
    with db.read() as session:
        assert [row.state for row in session.exec(select(Mention))] == [MentionState.NEW]
    db.close()


def test_a_reader_who_has_enough_is_no_fault_of_the_file(tmp_path: Path) -> None:
    (tmp_path / "series.csv").write_text("timestamp,value\n")
    with pytest.raises(BrokenPipeError), cli._opened(tmp_path / "series.csv"):
        raise BrokenPipeError
