"""The model card, models/README.md: written from what lies in the model folders, and held against it. It also names the
models that are there and checks their weights."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sentiment.evaluate import LEAST
from sentiment.folder import CONFIG, FIGURES, LEXICON, PIECES, PLOT, TOKENS, WEIGHTS, ModelError, sha256
from sentiment.labels import DOMAINS, HEADS
from sentiment.learning.sources import AUTHORED, BASE, PUBLISHED, Source
from sentiment.names import Lexicon

CARD = "README.md"
_CHECKSUM = re.compile(r"^\| `([^`/|]+)/([^`/|]+)` \| [\d.]+ MB \| `([0-9a-f]{64})` \|$", re.MULTILINE)
_SUMMED = (WEIGHTS, PIECES, TOKENS, LEXICON)
"""Files that have a checksum in the card where a model has them."""
_NAMES = {
    "gold_dev": "hard items for development (`gold_dev.jsonl`)",
    "umsab": "UMSAB, validation split (tweets)",
}


@dataclass(frozen=True, slots=True)
class ModelEntry:
    """A model that lies in `models/`: its name, the first digits of its weights' checksum, the size of its folder in
    MB, its languages."""

    name: str
    revision: str
    megabytes: float
    languages: str


def list_models(models: Path) -> list[ModelEntry]:
    """The models of a folder of models, by name. Raises ModelError for one that is damaged."""
    return [
        ModelEntry(
            folder.name,
            _revision(folder),
            _megabytes(*folder.iterdir()),
            " ".join(_json(folder / CONFIG)["languages"]),
        )
        for folder in _folders(models)
    ]


def verify_models(models: Path) -> list[str]:
    """What is wrong with the weights by the checksums in the card, each with its mend; empty where nothing is."""
    card = models / CARD
    if not card.is_file():
        return [f"{card} is missing: restore it with `git checkout -- {models.name}`"]
    promised = _CHECKSUM.findall(card.read_text(encoding="utf-8"))
    found = [_problem(models / name / file, checksum) for name, file, checksum in promised]
    found += [
        f"{folder} is not in {card}: take it out, or write the card anew"
        for folder in _folders(models)
        if folder.name not in {name for name, _, _ in promised}
    ]
    return [problem for problem in found if problem]


def write_card(models: Path) -> Path:
    """Writes the card of a folder of models, with a calibration plot in each model's folder, and says where."""
    for folder in _folders(models):
        (folder / PLOT).write_text(calibration_plot(_reliability(folder)), encoding="utf-8")
    (models / CARD).write_text(render(models), encoding="utf-8")
    return models / CARD


def render(models: Path) -> str:
    """The card as it should be. Raises ModelError for a model without figures."""
    parts = [_HEAD.format(files=_files(models)), *(_model(folder) for folder in _folders(models)), _TAIL]
    return "\n".join(parts)


def calibration_plot(reliability: Mapping[str, Sequence[Sequence[float]]]) -> str:
    """An SVG: for each head a line through (mean chance, share right) of each range of chances; the diagonal would be
    right. The larger a dot, the more answers."""
    lines = [
        f'<g fill="{colour}" stroke="{colour}">{_line(bins)}</g><text x="{20 + 110 * place}" y="345" '
        f'fill="{colour}">{head}</text>'
        for place, ((head, bins), colour) in enumerate(zip(reliability.items(), _COLOURS, strict=False))
    ]
    return _PLOT.format(lines="\n".join(lines))


def _line(bins: Sequence[Sequence[float]]) -> str:
    whole = max(1.0, sum(count for count, _, _ in bins))
    points = [(40 + 280 * chance, 300 - 280 * right, count) for count, chance, right in bins]
    dots = "".join(
        f'<circle cx="{x:.0f}" cy="{y:.0f}" r="{2 + 10 * (count / whole) ** 0.5:.1f}" fill-opacity="0.5"/>'
        for x, y, count in points
    )
    return f'<polyline fill="none" points="{" ".join(f"{x:.0f},{y:.0f}" for x, y, _ in points)}"/>{dots}'


def _reliability(folder: Path) -> dict[str, Any]:
    return dict(_json(folder / FIGURES)["training"]["held_out"].get("reliability", {}))


def _problem(file: Path, checksum: str) -> str | None:
    mend = f"restore it with `git checkout -- {file.parent.parent.name}`"
    if not file.is_file():
        return f"{file} is missing: {mend}"
    return f"{file} is not what its card says: {mend}" if sha256(file) != checksum else None


def _folders(models: Path) -> list[Path]:
    return sorted(file.parent for file in models.glob(f"*/{WEIGHTS}"))


def _revision(folder: Path) -> str:
    return sha256(folder / WEIGHTS)[:12]


def _json(file: Path) -> dict[str, Any]:
    try:
        found: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ModelError(f"{file} cannot be read ({type(error).__name__}): train the model again") from error
    return found


def _megabytes(*files: Path) -> float:
    return round(sum(file.stat().st_size for file in files) / 1e6, 1)


def _files(models: Path) -> str:
    return "\n".join(
        f"| `{folder.name}/{name}` | {_megabytes(folder / name)} MB | `{sha256(folder / name)}` |"
        for folder in _folders(models)
        for name in _SUMMED
        if (folder / name).is_file()
    )


def _model(folder: Path) -> str:
    config, figures = _json(folder / CONFIG), _json(folder / FIGURES)
    training = figures["training"]
    return _MODEL.format(
        name=folder.name,
        languages=", ".join(config["languages"]),
        labels="\n".join(
            f"- {head}: {', '.join(HEADS[head])}" for head in HEADS if head not in DOMAINS.values()
        ),
        **config["sizes"],
        critical=config["critical_threshold"],
        topic=config["topic_threshold"],
        recipe=training["recipe"],
        seed=training["seed"],
        device=training["device"],
        runs=_RUNS.format(runs=runs) if (runs := training.get("runs", 1)) > 1 else "",
        minutes=round(training["cpu_seconds"] / 60),
        sources="\n".join(_sources(training)),
        permissive="\n".join(_permissive(folder, figures)),
        before=_before(training.get("base")),
        encoder=(_BORROWED if training.get("base") else _OWN).format(**config["sizes"]),
        held_out="\n".join(_held_out(training["held_out"])),
        measured="\n\n".join(_measured(_of_these_weights(folder, figures))) or "Not measured yet.",
        in_full="\n".join(_in_full(folder, figures)),
        on_sources="\n".join(_on_sources(folder, figures)),
        plot=f"{folder.name}/{PLOT}",
        known_words=sum(map(len, Lexicon.read(folder / LEXICON).words.values())),
        behaviour=_behaviour(folder, figures),
        speed="\n".join(_speed(folder, figures)),
    )


def _before(base: str | None) -> str:
    if base:
        return f"the texts that {base} learnt from; its own card names them, and its licence goes with these weights"
    return f"{BASE.texts}; published as {BASE.published}; licence: {BASE.licence}"


def _sources(training: Mapping[str, Any]) -> Iterator[str]:
    yield _source("authored", training["items"], AUTHORED)
    for name, rows in training["sources"].items():
        yield _source(name, rows, PUBLISHED.get(name, Source("the training folder", "not stated", "")))


def _source(name: str, rows: int, source: Source) -> str:
    return f"| {name} | {rows:,} | {source.texts} | {source.published} | {source.licence} |"


def _held_out(figures: Mapping[str, Any]) -> Iterator[str]:
    for name, value in figures.items():
        told = name.replace("_", " ").replace(" f1", " macro-F1")
        if name == "reliability":
            continue
        if isinstance(value, dict):
            yield from (f"| {told}, {head} | {error:.3f} |" for head, error in value.items())
        else:
            yield f"| {told} | {value:,} |" if isinstance(value, int) else f"| {told} | {value:.3f} |"


def _of_these_weights(folder: Path, figures: Mapping[str, Any]) -> dict[str, Any]:
    """The evaluations of the weights that are there: those of earlier ones say nothing."""
    evaluations = figures.get("evaluation", {})
    return {title: found for title, found in evaluations.items() if found["model"] == _named(folder)}


def _named(folder: Path) -> str:
    return f"{folder.name}@{_revision(folder)}"


def _measured(evaluation: Mapping[str, Any]) -> Iterator[str]:
    for name, found in evaluation.items():
        rows = [f"| {told} | {figure['value']:.3f} | {figure['low']:.3f} to {figure['high']:.3f} | {figure['n']} |"
                for told, figure in _figures(found)]  # fmt: skip
        head = f"On {_NAMES.get(name, name)}, {found['n']:,} texts, {_left_out(found)}:"
        told = "\n".join(_means(found))
        yield "\n".join(
            [
                head,
                "",
                *([told, ""] if told else []),
                "| figure | value | 95 % | texts |",
                "|---|---|---|---|",
                *rows,
            ]
        )


def _on_sources(folder: Path, figures: Mapping[str, Any]) -> Iterator[str]:
    """A row for each published validation split, where they are of these weights."""
    found = figures.get("sources", {})
    if found.get("model") != _named(folder):
        return
    yield "| source | language | texts | macro-F1 | 95 % | accuracy | linear path: macro-F1 | 95 % | accuracy |"
    yield "|---|---|---|---|---|---|---|---|---|"
    for row in found["rows"]:
        scores = " | ".join(
            f"{row[f'{path}f1']:.3f} | {row[f'{path}low']:.3f} to {row[f'{path}high']:.3f} | "
            f"{row[f'{path}accuracy']:.3f}"
            for path in ("", "linear_")
        )
        yield f"| {row['source']} | {row['lang']} | {row['texts']:,} | {scores} |"


def _in_full(folder: Path, figures: Mapping[str, Any]) -> Iterator[str]:
    """A row for each figure in this machine's numbers beside that in 32-bit floats."""
    found = figures.get("numbers", {})
    if found.get("model") != _named(folder) or not found["rows"]:
        return
    yield "The same weights in 32-bit floats, beside the numbers in which they score on a processor that has bfloat16:"
    yield ""
    yield "| macro-F1 | as it scores | in 32-bit floats |"
    yield "|---|---|---|"
    for row in found["rows"]:
        yield f"| {row['head']}, {row['on']} | {row['f1']:.4f} | {row['in_full']:.4f} |"
    yield ""


def _permissive(folder: Path, figures: Mapping[str, Any]) -> Iterator[str]:
    """A row for each figure of the model beside that of one that learnt from permissive sources alone."""
    found = figures.get("permissive", {})
    if found.get("model") != _named(folder):
        yield "What that costs was not measured for these weights."
        return
    yield "What that costs, with everything else the same:"
    yield ""
    yield "| figure | all sources | permissive ones alone |"
    yield "|---|---|---|"
    for row in found["rows"]:
        told = (
            f"{row[name]:,}" if isinstance(row[name], int) else f"{row[name]:.3f}"
            for name in ("all", "permissive")
        )
        yield f"| {row['figure']} | {' | '.join(told)} |"


def _behaviour(folder: Path, figures: Mapping[str, Any]) -> str:
    found = figures.get("behaviour", {})
    return str(found["section"]) if found.get("model") == _named(folder) else "Behaviour tests: not run yet."


def _speed(folder: Path, figures: Mapping[str, Any]) -> Iterator[str]:
    found = figures.get("speed", {})
    if found.get("model") != _named(folder):
        yield "Not measured yet."
        return
    yield "| figure | value |"
    yield "|---|---|"
    for name, value in found.items():
        if isinstance(value, (int, float)):
            yield f"| {name.replace('_', ' ')} | {value:,} |"


def _left_out(found: Mapping[str, Any]) -> str:
    named = ", ".join(f"{lang} {count}" for lang, count in found["unread_languages"].items())
    if not named:
        return "all read"
    danger = f", {found['unread_critical']} of them critical" if found["unread_critical"] else ""
    return f"of which {found['unread']:,} are left out, in languages it does not read ({named}){danger}"


def _means(found: Mapping[str, Any]) -> Iterator[str]:
    """The mean over languages, and what is left of it where those that are not read count as 0."""
    for head, mean in found["means"].items():
        langs = [lang for lang, heads in found["languages"].items() if head in heads]
        named = f"{len(langs)} languages with {LEAST} texts or more ({', '.join(langs)})"
        told = f"Mean {head} macro-F1 over the {named}: {mean:.3f}."
        missing = sum(count >= LEAST for count in found["unread_languages"].values())
        if missing:
            whole = len(langs) + missing
            told += f" Over all {whole}, with 0 for those it does not read: {mean * len(langs) / whole:.3f}."
        yield told


def _figures(found: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    yield from ((f"{head} macro-F1", figure) for head, figure in found["heads"].items())
    for name in ("critical_recall", "false_critical"):
        if found[name]:
            yield name.replace("_", " "), found[name]
    for lang, heads in found["languages"].items():
        yield from ((f"{head} macro-F1, {lang}", figure) for head, figure in heads.items())


_COLOURS = ("#1f5fa8", "#b3341f", "#2a7d3b")
_PLOT = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 340 355" font-family="sans-serif" font-size="12">
<rect width="340" height="355" fill="white"/>
<path d="M40 20V300H320" fill="none" stroke="#444"/><path d="M40 300L320 20" stroke="#aaa" stroke-dasharray="4"/>
<text x="40" y="315">0</text><text x="312" y="315">1</text><text x="22" y="26">1</text>
<text x="110" y="322">chance of the likeliest label</text>
<text transform="translate(32 230) rotate(-90)">share that is right</text>
{lines}
</svg>
"""

_HEAD = """# The built-in model

Written by `ascolto evaluate DATA --card`; a test holds it against the files. `ascolto models verify` checks the
weights against these checksums:

| file | size | sha256 |
|---|---|---|
{files}
"""

_MODEL = """## {name}

**What it is for.** To sort what customers write in public about a brand: how they feel, how soon a person must look,
what kind of message it is, what it is about, and which words said so. It reads {languages}.
Other languages are marked as not supported and get no label.

**What it is not for.** To decide about people, to moderate, to answer without a person. It was made for short public
texts to companies; letters, contracts, chats and private messages are another matter.

**What it is.** Texts are cut into pieces of words ({pieces:,}, {piece_width} numbers each) and {encoder}

Beside the encoder stands a linear model over {linear_size:,} hashed TF-IDF n-grams; each head mixes the two with
weights fitted on texts held out. Star ratings, where given, are evidence for both. The sentiment is a little evidence
of how urgent a text is: what is surely praise is critical less often than its words alone say. From a chance of
{critical} on a text counts as critical, from {topic} on a topic is named. Four stars and more take at most 1.5 of
log-odds from what the words alone say of a danger, and a sentence with a word of danger is also read alone, whatever
stands around it.

{labels}

Two more heads answer for the sentiment of published tweets and reviews that are evaluated as such, since the people who
labelled those had rules of their own.

Before a text is read, stand-ins take the place of names of people, places and brands, in Italian, English, Spanish,
French, German and Portuguese, where they are written large and a lexicon of {known_words:,} words does not know them;
words for where people come from become one, and those for men and partners become words for women.

The labels mean what [how urgency is decided](../docs/how-urgency-is-decided.md) says: urgency goes by the facts
reported, never by the tone.

### What it learnt from

Recipe `{recipe}`, seed {seed}, trained on {device}; the processor's part took {minutes} minutes. {runs}No text
of a test split or of the development items went in; of validation splits, up to 4,000 rows only weigh the two paths
against each other.

| source | texts | what | published in | licence as stated |
|---|---|---|---|---|
{sources}

Before all that came {before}.
Which of its pieces are kept was chosen by the texts above and 300,000 short texts that nobody labelled.

Many of these licences allow research at best, or are not stated: have the list reviewed before you build a product on
the weights. `ascolto train --licences permissive` leaves out what is for research alone, not stated, or binds what is
made of it. {permissive}

### What it reaches

On the authored items, by cross-validation (each read once with its rating and once without), and on published
validation rows, each by its domain's head (`published accuracy`):

| figure | value |
|---|---|
{held_out}

`false critical` is the share of low and normal texts that are called critical, `praise critical` that of the published
rows that praise, read without their stars, most of which nobody wrote to be hard. Here each head answers for itself; in
use, urgency and category are the likeliest that may stand beside the sentiment (praise is never negative, a complaint
never low), so those figures differ. The weights of the two paths and the thresholds were fitted on the same answers
that these figures count, which flatters them; by how much was not measured.

![Calibration: chances and shares that are right]({plot})

Below, ratings are given where there are any. The development items were at hand while the model was made, and some of
UMSAB's validation rows are among those that weigh the two paths: neither is a test set. The intervals say how far other
texts of the same kind may lie off, not how far other kinds may.

{measured}

{in_full}
Sentiment on the validation split of each published source, ratings hidden, beside what the linear path says alone,
which learnt from the same texts:

{on_sources}

{behaviour}

### How fast it is

`ascolto bench scoring` on the machine where the card was written, texts a second, median of its rounds; "pipeline" is
transformers' own with the same weights, in 32-bit floats ([what each figure is](../docs/commands.md#ascolto-bench)):

{speed}

### Limits

- It misses dangers, and it calls some texts critical that are not: tripwires, stars and people stand beside it.
- Plain, very short complaints are often called other or low: most of its labelled texts are longer and say more.
- On tweets it is weaker than on reviews and customers' messages.
- Irony and icy politeness are read by their words more often than by what is meant.
- Dutch, Polish, Arabic, Turkish, Japanese and Hindi have few items with urgency and category to learn from; dialects
  have nearly none. The encoder's first makers did not have Hindi in mind: it reads it letter by letter.
- The Hindi labels of UMSAB do not go with their texts (a linear model that learns from some of these rows is right
  about others as often as by chance): nothing is learnt from them, and the figure above says nothing.
- Names that are also common words, or are written small, are read as words. A word that nobody in the training texts
  wrote small is taken for a name where it is written large.
- Its training texts speak of invented brands and of what people wrote in the years 2012 to 2018; newer things and
  words are known to it only by their letters.
"""

_RUNS = """The weights are the mean of {runs}
networks that learnt from the same texts in different orders; the cross-validated figures below are of single ones. """
_OWN = """pass a multilingual
sentence encoder of convolutions over 2, 3 and 5 neighbours and an averaging network, which started from published
weights; on the same pieces stand {layers} transformer layers {width} wide. All heads look at both. Matrices are kept as
8-bit numbers."""
_BORROWED = """pass an
encoder of {layers} transformer layers {width} wide that was made elsewhere and trained on with the heads."""

_TAIL = """## Made anew, or replaced

`ascolto train --data DATA --out models/mine` makes a model by the same recipe from a folder with `authored/*.jsonl`,
`sentiment/*.jsonl.gz` and `unlabelled.jsonl.gz`; stopped, it goes on where it was. It needs the packages of the extra
`train` (`pip install -e '.[train]'`) and no GPU; how long it took is said above. With `--device cuda` it is quicker;
there the same seed does not give the same bytes.

`ASCOLTO_MODEL` names the folder to score with, ours or any sequence-classification model for sentiment, such as one
that [`ascolto models pull`](../docs/commands.md#ascolto-models-pull) brought.
"""
