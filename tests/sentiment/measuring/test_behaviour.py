"""The behaviour tests: their texts are complete and new, each expectation passes and fails where it must, a bad file says
what to mend, and the shipped model does no worse than was measured."""

import json
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from sentiment.learning.corpus import OWN as TRAINING
from sentiment.measuring import behaviour
from sentiment.measuring.behaviour import DANGERS, MOST_FLIPS, MOST_SHIFT, NAMES, Behaviour, run, section
from sentiment.measuring.checklist import (
    LANGUAGES,
    LEAST,
    BehaviourError,
    Case,
    Expected,
    load,
    load_language,
)
from sentiment.scorer import Scored, Scorer, ScorerInput

SPOKEN = Scored(
    "it", False, "neutral", 0.0, None, "normal", 0.3, None, "information", [], [], "fake@1"
)  # a complete answer
SILENT = Scored("it", False, None, None, None, None, None, None, None, [], [], "fake@1")


class Fake:
    """Says of each text what it is told to, and `normal` of all others; `asked` are the texts it was given."""

    name = "fake@1"

    def __init__(self, answers: Mapping[str, Scored] | None = None) -> None:
        self.answers = answers or {}
        self.asked: list[ScorerInput] = []

    def score(self, texts: Sequence[ScorerInput], explain: bool = False) -> list[Scored]:
        self.asked += texts
        return [self.answers.get(one.text, SPOKEN) for one in texts]


def case(
    expect: Expected,
    *texts: str,
    capability: str = "typos",
    lang: str = "it",
    labels: Mapping[str, Sequence[str]] | None = None,
) -> Case:
    return Case(capability, lang, expect, tuple(ScorerInput(text) for text in texts), labels or {})


def said(expect: Expected, *answers: Scored, labels: Mapping[str, Sequence[str]] | None = None) -> str:
    """What is wrong where the scorer answers so."""
    texts = [f"text {number}" for number in range(len(answers))]
    found = run(Fake(dict(zip(texts, answers, strict=True))), [case(expect, *texts, labels=labels)])
    return found.outcomes[0].wrong


Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes a folder of files with one capability, `greeting`; what it is told instead of that."""

    def written(
        it: str, capabilities: str = 'greeting = "A greeting."', fillers: str = '[who]\nany = ["A", "B"]'
    ) -> Path:
        for name, text in (("it", it), ("capabilities", capabilities), ("fillers", fillers)):
            (tmp_path / f"{name}.toml").write_text(text, encoding="utf-8")
        return tmp_path

    return written


def table(keys: str, capability: str = "greeting") -> str:
    return f"[[{capability}]]\n{keys}\n"


FOUR = 'texts = ["a", "b", "c", "d"]'


@pytest.fixture(scope="module")
def cases() -> list[Case]:
    return load()


@pytest.fixture(scope="module")
def measured(shipped: Scorer, cases: list[Case]) -> Behaviour:
    return run(shipped, cases)


# --- the texts


def test_every_capability_has_enough_cases_in_every_language(cases: list[Case]) -> None:
    counts = Counter((one.capability, one.lang) for one in cases)
    capabilities = {one.capability for one in cases}
    assert len(capabilities) >= 25
    assert LANGUAGES == ("it", "en", "es", "fr", "de", "pt")
    assert set(counts) == {(capability, lang) for capability in capabilities for lang in LANGUAGES}
    assert min(counts.values()) >= LEAST


def test_no_text_is_a_training_text(cases: list[Case]) -> None:
    lines = [
        line for file in TRAINING.glob("*.jsonl") for line in file.read_text(encoding="utf-8").splitlines()
    ]
    trained = {bare(json.loads(line)["text"]) for line in lines}
    assert len(trained) > 1_000
    assert not {text.text for one in cases for text in one.texts if bare(text.text) in trained - {""}}


def bare(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.casefold()))


def test_a_text_is_judged_once_in_a_language(cases: list[Case]) -> None:
    texts = [(one.lang, one.texts[0]) for one in cases if one.expect == "labels"]
    assert max(Counter(texts).values()) == 1


def test_names_compare_labels_and_dangers_compare_urgency(cases: list[Case]) -> None:
    expected = {(one.capability in DANGERS, one.expect) for one in cases if one.capability in NAMES + DANGERS}
    assert expected == {(False, "same"), (True, "urgency not lower")}


# --- what passes and what fails


CRITICAL, LOW = (
    replace(SPOKEN, urgency="critical", urgency_score=0.9),
    replace(SPOKEN, urgency="low", urgency_score=0.1),
)
GOOD, BAD = replace(SPOKEN, sentiment_score=0.8), replace(SPOKEN, sentiment_score=-0.8)
UNSUPPORTED = replace(SILENT, unsupported=True)


@pytest.mark.parametrize(
    ("expect", "answers", "wrong"),
    [
        ("same", [SPOKEN, replace(SPOKEN, urgency_score=0.5)], ""),
        ("same", [SPOKEN, CRITICAL], "urgency from normal to critical"),
        (
            "same",
            [SPOKEN, replace(LOW, category="spam")],
            "urgency from normal to low; category from information to spam",
        ),
        ("same", [SILENT, SILENT], "a text has no labels, or half of them"),
        ("urgency not lower", [SPOKEN, CRITICAL], ""),
        ("urgency not lower", [SPOKEN, SPOKEN], ""),
        ("urgency not lower", [CRITICAL, SPOKEN], "urgency from critical to normal"),
        ("urgency not lower", [SPOKEN, SILENT], "a text has no labels, or half of them"),
        ("urgency not higher", [SPOKEN, LOW], ""),
        ("urgency not higher", [LOW, SPOKEN], "urgency from low to normal"),
        ("sentiment not lower", [SPOKEN, GOOD], ""),
        ("sentiment not lower", [GOOD, replace(SPOKEN, sentiment_score=0.75)], ""),
        ("sentiment not lower", [GOOD, BAD], "sentiment from 0.8 to -0.8"),
        ("sentiment not higher", [SPOKEN, BAD], ""),
        ("sentiment not higher", [BAD, SPOKEN], "sentiment from -0.8 to 0.0"),
        ("answer", [SPOKEN], ""),
        ("answer", [SILENT], "it has no answer, or half of one"),
        ("answer", [replace(SPOKEN, urgency_score=1.5)], "it has no answer, or half of one"),
        ("no labels", [SILENT], ""),
        ("no labels", [SPOKEN], "it has labels, where none can be known"),
        ("no labels", [replace(SILENT, sentiment_score=0.0)], "it has labels, where none can be known"),
        ("no labels", [UNSUPPORTED], "unsupported is True"),
        ("unsupported", [UNSUPPORTED], ""),
        ("unsupported", [SILENT], "unsupported is False"),
        ("unsupported", [SPOKEN], "it has labels, where none can be known"),
    ],
)
def test_an_expectation_passes_and_fails(expect: Expected, answers: list[Scored], wrong: str) -> None:
    assert said(expect, *answers) == wrong


@pytest.mark.parametrize(
    ("labels", "wrong"),
    [
        ({"urgency": ["normal"]}, ""),
        ({"urgency": ["low", "normal"], "sentiment": ["neutral"]}, ""),
        ({"urgency": ["critical"]}, "urgency is normal, not critical"),
        (
            {"sentiment": ["negative", "positive"], "category": ["spam"]},
            "sentiment is neutral, not negative or positive; category is information, not spam",
        ),
    ],
)
def test_labels_must_be_among_the_right_ones(labels: dict[str, list[str]], wrong: str) -> None:
    assert said("labels", SPOKEN, labels=labels) == wrong


def test_a_text_without_labels_has_the_wrong_ones() -> None:
    assert said("labels", SILENT, labels={"urgency": ["low"]}) == "urgency is None, not low"


def test_each_text_is_scored_once_in_one_call() -> None:
    fake = Fake()
    run(fake, [case("same", "a", "b"), case("same", "a", "c"), case("answer", "a")])
    assert [one.text for one in fake.asked] == ["a", "b", "c"]


# --- counts


@pytest.fixture
def small() -> Behaviour:
    """Two pairs of names, of which one flips a label, and a danger that lowers urgency in one of two."""
    answers = {"Ann": SPOKEN, "Bob": CRITICAL, "Eve": replace(SPOKEN, urgency_score=0.4), "fire": LOW}
    return run(
        Fake(answers),
        [
            case("same", "Ann", "Bob", capability="person_names"),
            case("same", "Ann", "Eve", capability="person_names", lang="en"),
            case("urgency not lower", "Ann", "fire", capability="danger_added"),
            case("urgency not lower", "Ann", "Bob", capability="danger_added", lang="en"),
        ],
    )


def test_failures_flips_and_moves_are_counted(small: Behaviour) -> None:
    every, names = small.tally(), small.tally(NAMES)
    assert (every.cases, every.failures, every.failure_rate) == (4, 2, 0.5)
    assert (names.cases, names.pairs, names.flips) == (2, 2, 1)
    assert names.flip_rate == pytest.approx(1 / 6)
    assert names.mean_shift == pytest.approx((0.6 + 0.1) / 2)
    assert small.tally(["danger_added"], ["it"]).failure_rate == 1
    assert small.tally((), ["en"]).failures == 0
    assert small.mean_failure_rate(["it"]) == 1
    assert small.mean_failure_rate() == 0.5


def test_a_score_that_is_missing_counts_as_a_move_over_the_whole_scale() -> None:
    found = run(Fake({"a": SPOKEN, "b": SILENT}), [case("same", "a", "b")])
    assert (found.tally().flips, found.tally().shift) == (3, 1.0)


def test_rates_of_nothing_are_zero(small: Behaviour) -> None:
    nothing = small.tally(["spam"])
    assert (nothing.failure_rate, nothing.flip_rate, nothing.mean_shift) == (0, 0, 0)


def test_the_section_tells_rates_moves_and_verdict(small: Behaviour) -> None:
    told = section(small)
    assert "| capability | cases | it | en | all |" in told
    assert "| danger_added | 2 | 100% | 0% | 50% |" in told
    assert "| **all cases** | 4 | 100% | 0% | 50% |" in told
    assert "| `person_names` | 2 | 16.67% | 0.350 |" in told
    assert "| all names, en | 1 | 0.00% | 0.100 |" in told
    assert "This model is outside these bounds" in told
    assert "lowers its urgency in 1 of 2" in " ".join(told.split())


def test_the_section_says_where_the_bounds_are_kept() -> None:
    found = run(Fake(), [case("same", "a", "b", capability="places")])
    assert "This model is within these bounds" in section(found)


def test_figures_as_json(small: Behaviour) -> None:
    assert small.to_json() | {"section": ""} == {
        "model": "fake@1",
        "cases": 4,
        "failure_rate": 0.5,
        "mean_failure_rate": 0.5,
        "names_flip_rate": 0.1667,
        "names_urgency_shift": 0.35,
        "danger_failure_rate": 0.5,
        "section": "",
    }
    assert small.to_json()["section"] == section(small)


# --- from files to cases


@pytest.mark.parametrize(
    ("keys", "texts"),
    [
        (f'expect = "answer"\n{FOUR}', [["a"], ["b"], ["c"], ["d"]]),
        (
            'expect = "same"\npairs = [["a", "b"], ["a", "c"], ["a", "d"], ["a", "e"]]',
            [["a", "b"], ["a", "c"], ["a", "d"], ["a", "e"]],
        ),
        (
            'expect = "same"\ntexts = ["{who}", "1 {who}", "2 {who}", "3 {who}"]',
            [["A", "B"], ["1 A", "1 B"], ["2 A", "2 B"], ["3 A", "3 B"]],
        ),
        (
            'expect = "same"\nfill = ["x", "y", "z"]\ntexts = ["{fill}", "1{fill}", "{fill}2", "3{fill}"]',
            [["x", "y"], ["x", "z"], ["1x", "1y"], ["1x", "1z"], ["x2", "y2"], ["x2", "z2"], ["3x", "3y"], ["3x", "3z"]],
        ),
        (
            f'expect = "same"\nframes = ["{{text}}!", "<{{text}}>"]\n{FOUR}',
            [["a", "a!"], ["a", "<a>"], ["b", "b!"], ["b", "<b>"], ["c", "c!"], ["c", "<c>"], ["d", "d!"], ["d", "<d>"]],
        ),
        (
            'expect = "same"\nchange = "no accents"\ntexts = ["é", "ñ", "ü", "ç"]',
            [["é", "e"], ["ñ", "n"], ["ü", "u"], ["ç", "c"]],
        ),
        (f'expect = "same"\nchange = "capitals"\n{FOUR}', [["a", "A"], ["b", "B"], ["c", "C"], ["d", "D"]]),
        (
            'expect = "same"\nchange = "small letters"\ntexts = ["A", "B", "C", "D"]',
            [["A", "a"], ["B", "b"], ["C", "c"], ["D", "d"]],
        ),
        (
            f'urgency = "low"\nwords = [1, 4]\naround = ["x y", "z"]\n{FOUR}',
            [["a"], ["x y a z"], ["b"], ["x y b z"], ["c"], ["x y c z"], ["d"], ["x y d z"]],
        ),
    ],
)  # fmt: skip
def test_tables_become_cases(write: Write, keys: str, texts: list[list[str]]) -> None:
    found = load_language(write(table(keys)), "it")
    assert [[text.text for text in one.texts] for one in found] == texts


def test_a_case_has_its_labels_stars_and_language(write: Write) -> None:
    folder = write(
        table(f'urgency = "low"\nsentiment = ["neutral", "positive"]\nstars = 5\n{FOUR}')
        + table(f'lang = ""\nexpect = "unsupported"\n{FOUR}')
        + table(f'lang = "sq"\nexpect = "unsupported"\n{FOUR}')
    )
    labelled, *_, guessed, given = load_language(folder, "it")[0::4]
    assert labelled.expect == "labels"
    assert labelled.labels == {"sentiment": ["neutral", "positive"], "urgency": ["low"]}
    assert labelled.texts == (ScorerInput("a", lang="it", stars=5),)
    assert (guessed.texts[0].lang, given.texts[0].lang) == (None, "sq")
    assert {one.capability for one in load_language(folder, "it")} == {"greeting"}


def test_a_language_has_fillers_of_its_own(write: Write) -> None:
    text = table('expect = "same"\ntexts = ["{who}", "1 {who}", "2 {who}", "3 {who}"]')
    folder = write(text, fillers='[who]\nit = ["C", "D"]\nany = ["A", "B"]')
    assert load_language(folder, "it")[0].texts[1].text == "D"


ANSWER = 'expect = "answer"'


@pytest.mark.parametrize(
    ("it", "told"),
    [
        ("", r"it\.toml, \[\[greeting\]\]: 0 texts or pairs are too few: write 4 or more"),
        (table(f'{ANSWER}\ntexts = ["a"]'), r"1 texts or pairs are too few: write 4 or more"),
        ("\ngreeting = ?", r"it\.toml is not TOML, mend this: .*line 2"),
        ("[greeting]", r"it\.toml, greeting: write it as \[\[greeting\]\]"),
        (table(ANSWER, "greting"), r"\[\[greting\]\]: there is no such capability: did you mean greeting\?"),
        (table(ANSWER, "xyz"), r"\[\[xyz\]\]: .* describe it in capabilities\.toml"),
        (table(f'{ANSWER}\ntext = ["a"]'), r"\[\[greeting\]\] number 1: text: there is no such key: use texts"),
        (table(FOUR), r"number 1: write either the right labels .* or expect"),
        (table(f'{ANSWER}\nurgency = "low"\n{FOUR}'), r"write either the right labels .* or expect"),
        (table(f'urgency = "urgent"\n{FOUR}'), r"urgency: urgent is no label: use low, normal, high, critical"),
        (table(f'expect = "equal"\n{FOUR}'), r"number 1: expect: Input should be 'same', 'urgency not lower'"),
        (table(ANSWER), r"write either texts = \[\.\.\.\] or pairs ="),
        (table(f'expect = "same"\n{FOUR}\npairs = [["a", "b"]]'), r"write either texts .* or pairs"),
        (table('expect = "same"\npairs = [["a"]]'), r"number 1: pairs\.0\.1: Field required"),
        (table(f'expect = "same"\n{FOUR}'), r"compare pairs: make them in one way"),
        (table('expect = "answer"\npairs = [["a", "b"]]'), r"compare pairs: make them in one way"),
        (table(f'expect = "same"\nchange = "capitals"\nframes = ["{{text}}!"]\n{FOUR}'), r"in one way"),
        (table(f'expect = "same"\nframes = ["text!"]\n{FOUR}'), r"the frame 'text!' has no \{text\} in it"),
        (table(f'expect = "same"\nchange = "shouting"\n{FOUR}'), r"change: Input should be 'capitals'"),
        (table(f'expect = "same"\nchange = "small letters"\n{FOUR}'), r"nothing changes in 'a': change it"),
        (table(f'{ANSWER}\nfill = ["x", "y"]\n{FOUR}'), r"nothing takes the texts of fill: write \{fill\}"),
        (table('expect = "same"\nfill = ["x"]\ntexts = ["{fill}"]'), r"fill: .*at least 2"),
        (table('expect = "same"\ntexts = ["{who}", "{whom}", "c", "d"]'), r"'\{whom\}' needs one slot: write one of who"),
        (table('expect = "same"\ntexts = ["{who}", "b", "c", "d"]'), r"'b' needs one slot"),
        (table('expect = "same"\ntexts = ["{who} {who}", "b", "c", "d"]'), r"'\{who\} \{who\}' needs one slot"),
        (table(f'{ANSWER}\nwords = [9]\n{FOUR}'), r"words and around go together"),
        (table(f'{ANSWER}\nwords = [9]\naround = [""]\n{FOUR}'), r"around\.0: String should match"),
        (table(f'{ANSWER}\n{FOUR}') + table('expect = "answer"\ntexts = [1]'), r"number 2: texts\.0: Input should be a valid string"),
    ],
)  # fmt: skip
def test_a_bad_file_says_where_and_what_to_mend(write: Write, it: str, told: str) -> None:
    with pytest.raises(BehaviourError, match=told) as error:
        load_language(write(it), "it")
    assert "it.toml" in str(error.value)


@pytest.mark.parametrize("fillers", ['[who]\nen = ["A", "B"]', '[who]\nany = ["A"]', "who = 1"])
def test_fillers_that_are_missing_say_so(write: Write, fillers: str) -> None:
    folder = write(table(f"{ANSWER}\n{FOUR}"), fillers=fillers)
    with pytest.raises(BehaviourError, match=r"fillers\.toml, \[who\]: write two texts or more as it = "):
        load_language(folder, "it")


def test_a_file_that_cannot_be_read_says_so(write: Write) -> None:
    folder = write(table(f"{ANSWER}\n{FOUR}"))
    with pytest.raises(BehaviourError, match=r"en\.toml cannot be read .*: restore it"):
        load(folder)
    (folder / "it.toml").write_bytes(b"\xff")
    with pytest.raises(BehaviourError, match=r"it\.toml is not UTF-8: save it as UTF-8"):
        load(folder)


# --- the command


def test_the_command_prints_table_and_failures(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(behaviour, "load", lambda: [case("no labels", f"ottimo{' davvero' * 40}")])
    behaviour.main([str(folder)])
    printed = capsys.readouterr().out
    assert printed.startswith("tiny@")
    assert "| typos | 1 | 100% | 100% |" in printed
    last = printed.splitlines()[-1]
    assert last.startswith("typos, it: 'ottimo davvero")
    assert last.endswith("davvero': it has labels, where none can be known")
    assert " ... " in last


def test_the_command_says_how_it_is_used_and_what_is_wrong(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken() -> list[Case]:
        raise BehaviourError("it.toml is not UTF-8: save it as UTF-8")

    monkeypatch.setattr(behaviour, "load", broken)
    with pytest.raises(SystemExit, match="usage"):
        behaviour.main(["a", "b"])
    with pytest.raises(SystemExit, match="save it as UTF-8"):
        behaviour.main([str(folder)])


# --- the shipped model: bounds a little above what was measured


def test_the_shipped_model_fails_no_more_than_measured(measured: Behaviour) -> None:
    assert measured.tally().failure_rate <= 0.1
    assert measured.mean_failure_rate() <= 0.25


def test_names_hardly_move_the_shipped_model(measured: Behaviour) -> None:
    names = measured.tally(NAMES)
    assert names.flip_rate <= 0.008
    assert names.mean_shift <= MOST_SHIFT


@pytest.mark.xfail(strict=True, reason="more labels than allowed flip; take this mark off once they do not")
def test_names_flip_no_more_labels_than_they_may(measured: Behaviour) -> None:
    assert measured.tally(NAMES).flip_rate <= MOST_FLIPS


def test_a_danger_added_lowers_urgency_no_more_often_than_measured(measured: Behaviour) -> None:
    assert measured.tally(DANGERS).failures <= 10


@pytest.mark.xfail(strict=True, reason="some dangers still lower it; take this mark off once none does")
def test_a_danger_added_never_lowers_urgency(measured: Behaviour) -> None:
    assert not measured.tally(DANGERS).failures


def test_texts_without_an_answer_have_none(measured: Behaviour) -> None:
    assert not measured.tally(["nothing_to_read", "unsupported_language"]).failures
