"""Encoders of other people's as the base of our model: tiny random ones of each family, made on the spot, trained,
saved, read again, scored with and explained."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file
from torch import nn

import cli
from benchmarks.scoring import measure as bench
from sentiment.evaluate import evaluate
from sentiment.explain import Told, reasons
from sentiment.folder import CONFIG, FIGURES, LEXICON, PIECES, WEIGHTS, ModelError, sha256
from sentiment.foreign.encoder import BASE_RATE, HEAD_RATE, Borrowed, Tokens, borrow
from sentiment.foreign.hub import pull
from sentiment.labels import HEADS, LANGUAGES, SENTIMENT
from sentiment.learning.loop import optimise
from sentiment.learning.recipe import RECIPES
from sentiment.measuring.card import list_models, verify_models, write_card
from sentiment.model import AscoltoModel, save
from sentiment.network.batch import Batch, Collator, Given
from sentiment.network.inference import Plain, answering
from sentiment.network.network import Network, Shape
from sentiment.network.pieces import DOMAIN, END, SPECIAL, STARS, START
from sentiment.reading import load
from sentiment.scorer import Scorer, ScorerInput
from sentiment.train import Trained, train
from store.errors import ConfigError, Permanent
from tests.sentiment.conftest import LEXICON as WORDS
from tests.sentiment.conftest import SIZES, write_lines
from tests.sentiment.fake_hub import FAMILIES, fake_hub, make

KINDS = list(FAMILIES)
TEXTS = ["ottimo caffè davvero", "pessimo caffè freddo", "fa fumo e scintille", "ottimo " * 300, "!", ""]
SPREAD: dict[str, Any] = {"initializer_range": 0.5}  # so that what is read makes a difference


@pytest.fixture(autouse=True)
def _alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither the project's own items nor the user's models."""
    monkeypatch.setattr("sentiment.learning.corpus.OWN", tmp_path / "none")
    monkeypatch.setenv("ASCOLTO_MODELS", str(tmp_path / "pulled"))


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def base(tmp_path: Path, kind: str) -> Path:
    """A base of each family."""
    return make(tmp_path / kind, None, kind, **SPREAD)


def run(training: Path, base: Path | str, name: str = "out", checkpoints: str = "checkpoints") -> Trained:
    place = training.parent
    return train(training, place / name, "smoke", checkpoints=place / checkpoints, base=str(base))


def lent(base: Path) -> tuple[Network, Collator]:
    """A network on a base whose heads say something, and what makes its batches."""
    one = borrow(str(base))
    torch.manual_seed(3)
    network = Network(Shape(len(one.pieces), 512, **one.sizes(64), heads=SIZES), one.encoder)
    with torch.no_grad():
        network.linear.weight.normal_()
        network.idf.fill_(8.0)
        one.encoder.told.weight[1:].normal_()
    return network.eval(), Collator(one.pieces, network.shape.limit, network.idf.numpy())


def said(network: Network, batch: Batch) -> dict[str, torch.Tensor]:
    with torch.inference_mode():
        logits: dict[str, torch.Tensor] = network(batch)
        return logits


# From training to scores.


def test_a_run_on_a_base_makes_a_model_like_ours(training: Path, base: Path, kind: str) -> None:
    done = run(training, base)
    assert (done.items, done.recipe, done.base) == (48, "smoke", f"{kind}@local")
    assert {file.name for file in done.folder.iterdir()} == {CONFIG, FIGURES, LEXICON, WEIGHTS, Tokens.file}
    scorer = Scorer.load(done.folder)
    good, bad, danger, long = scorer.score([ScorerInput(text, lang="it") for text in TEXTS[:4]], explain=True)
    assert (good.sentiment, bad.sentiment, danger.urgency) == ("positive", "negative", "critical")
    assert good.urgency != "critical"
    assert (good.category, long.sentiment, long.model) == ("praise", "positive", scorer.name)
    assert "taste_food" in good.topics
    figures = json.loads((done.folder / FIGURES).read_text())["training"]
    assert figures["base"] == f"{kind}@local"
    assert figures["held_out"]["critical_recall"] > 0.5
    assert str(training.parent) not in (done.folder / CONFIG).read_text()


def test_a_stopped_run_ends_like_one_that_was_not(
    training: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    base = make(tmp_path / "base", None, "xlm-roberta")
    whole = run(training, base, "whole")

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr("sentiment.train.settle", stop)
        run(training, base, "stopped", "others")
    resumed = run(training, base, "resumed", "others")
    assert sha256(whole.folder / WEIGHTS) == sha256(resumed.folder / WEIGHTS)


def test_another_base_starts_anew(training: Path, tmp_path: Path) -> None:
    for number, spread in enumerate((0.02, 0.5)):
        run(training, make(tmp_path / "base", None, initializer_range=spread), f"out-{number}")
    run(training, tmp_path / "base", "again")
    assert len(list((training.parent / "checkpoints").glob("smoke-encoder-*"))) == 2


def test_training_moves_the_base_and_what_is_new(training: Path, tmp_path: Path) -> None:
    base = make(tmp_path / "base", None, "xlm-roberta")
    done = run(training, base)
    assert done.runs == 1, "several of this size would take days"
    encoder = load(done.folder).network.encoder
    assert isinstance(encoder, Borrowed)
    before = borrow(str(base)).encoder
    moved = [
        (now - then).abs().max().item()
        for now, then in zip(encoder.base.parameters(), before.base.parameters(), strict=True)
    ]
    assert 1e-6 < max(moved) < 0.01
    assert not encoder.told.weight[0].any()  # padding tells nothing
    assert encoder.told.weight[STARS + 5].any()
    assert encoder.told.weight[DOMAIN].any()


def test_a_base_learns_at_a_rate_of_its_own(tmp_path: Path) -> None:
    encoder = borrow(str(make(tmp_path / "base", None))).encoder
    module = nn.ModuleList([encoder, nn.Linear(2, 2)])
    groups = optimise(module, HEAD_RATE, 10, encoder.rates)[0].param_groups
    assert [group["initial_lr"] for group in groups] == pytest.approx([HEAD_RATE, BASE_RATE])
    assert sum(len(group["params"]) for group in groups) == len(list(module.parameters()))


def test_a_pulled_model_is_a_base_by_its_hub_id(training: Path, tmp_path: Path) -> None:
    with fake_hub() as hub:
        commit = hub.commit("owner/base", make(tmp_path / "theirs", list(SENTIMENT), "xlm-roberta"))
        pull("owner/base", tmp_path / "pulled", endpoint=hub.url)
    out = tmp_path / "mine"
    words = ["train", "--base", "owner/base", "--data", str(training), "--out", str(out), "--recipe", "smoke"]
    done = cli_run(words, tmp_path)
    assert done.exit_code == 0, done.output
    figures = json.loads((out / FIGURES).read_text())["training"]
    assert figures["base"] == f"owner/base@{commit[:12]}"
    gold = write_lines(
        tmp_path / "gold.jsonl",
        [{"text": text, "sentiment": "positive", "urgency": "low", "lang": "it"} for text in TEXTS[:4]],
    )
    assert evaluate(Scorer.load(out), gold).n == 4


def test_the_built_in_model_is_not_written_over(tmp_path: Path) -> None:
    done = cli_run(["train", "--base", "owner/base"], tmp_path)
    assert isinstance(done.exception, ConfigError)
    assert "--out: name another folder" in str(done.exception)


# The folder.


@pytest.fixture
def kept(base: Path, tmp_path: Path) -> tuple[Path, Network, Collator]:
    """A folder of a network on a base, with both."""
    network, collate = lent(base)
    folder = tmp_path / "models" / "mine"
    save(network, collate.pieces, WORDS, LANGUAGES, 0.3, 0.5, folder)
    return folder, network, collate


def test_what_is_read_again_says_the_same(kept: tuple[Path, Network, Collator]) -> None:
    folder, network, collate = kept
    once, again = Scorer.load(folder), Scorer.load(folder)
    inputs = [ScorerInput(text, lang="it", stars=stars) for text in TEXTS for stars in (None, 1, 5)]
    assert once.score(inputs, explain=True) == again.score(inputs, explain=True)
    given = [Given(text, 2.0, "tweet") for text in TEXTS]
    wanted, found = said(network, collate(given)), said(once.model.network, once.collate(given))
    for head in HEADS:
        assert torch.allclose(found[head], wanted[head], atol=0.05), head  # the linear path is kept in 8 bits


def test_transformers_reads_and_writes_the_folder(
    kept: tuple[Path, Network, Collator], tmp_path: Path
) -> None:
    folder, _, _ = kept
    model = AscoltoModel.from_pretrained(folder)
    model.save_pretrained(tmp_path / "again")
    assert sha256(tmp_path / "again" / WEIGHTS) == sha256(folder / WEIGHTS)
    assert (tmp_path / "again" / CONFIG).read_text() == (folder / CONFIG).read_text()


def test_the_bases_matrices_are_16_bit_floats(kept: tuple[Path, Network, Collator]) -> None:
    kinds = {name: value.dtype for name, value in load_file(kept[0] / WEIGHTS).items()}
    assert {kind for name, kind in kinds.items() if name.startswith("encoder.")} == {torch.float16}
    assert kinds["linear.weight"] == torch.int8


def test_it_is_listed(kept: tuple[Path, Network, Collator]) -> None:
    [entry] = list_models(kept[0].parent)
    assert entry.name == "mine"
    assert entry.languages.split()[0] == "it"


@pytest.mark.parametrize(
    ("file", "content", "told"),
    [
        (Tokens.file, "{}", "cannot be read"),
        (Tokens.file, None, "cannot be read"),
        (WEIGHTS, "", "cannot be read"),
        (CONFIG, '"model_type": "ber"', "tells of a base that cannot be made"),
        (CONFIG, '"hidden_size": 32', "cannot be read"),
    ],
)
def test_a_damaged_folder_is_refused(tmp_path: Path, file: str, content: str | None, told: str) -> None:
    network, collate = lent(make(tmp_path / "base", None))
    place = tmp_path / "mine"
    save(network, collate.pieces, WORDS, LANGUAGES, 0.3, 0.5, place)
    if content is None:
        (place / file).unlink()
    elif file == CONFIG:
        name = content.split(":")[0]
        lines = (place / file).read_text().splitlines()
        spoilt = [f"{content}{',' * line.endswith(',')}" if line.strip().startswith(name) and "ascolto" not in line
                  else line for line in lines]  # fmt: skip
        (place / file).write_text("\n".join(spoilt))
    else:
        (place / file).write_text(content)
    with pytest.raises(ModelError, match=told):
        load(place)


# What it reads.


def test_a_text_is_read_alike_alone_and_among_others(base: Path) -> None:
    network, collate = lent(base)
    given = [
        Given(text, stars, domain) for text in TEXTS for stars, domain in ((None, None), (4.0, "review"))
    ]
    together = said(network, collate(given))
    for row, one in enumerate(given):
        for head, logits in said(network, collate([one])).items():
            assert torch.allclose(logits[0], together[head][row], atol=1e-4), (head, one.text[:20])


def test_scoring_says_what_the_network_says(base: Path) -> None:
    network, collate = lent(base)
    quick = answering(network, "cpu")
    assert isinstance(quick, Plain)
    batch = collate([Given(text, 3.0) for text in TEXTS * 9])
    wanted = said(network, batch)
    for head, found in quick(batch).items():
        assert torch.allclose(found, wanted[head], atol=0.1), head
    assert quick(collate([]))["urgency"].shape == (0, 4)


def test_the_base_reads_a_text_as_it_was_made_to(base: Path) -> None:
    """Its own pieces at the ends, its own places; what is told of the text beside it does not move those."""
    from transformers import AutoModel, AutoTokenizer

    network, collate = lent(base)
    theirs, tokenizer = AutoModel.from_pretrained(base).eval(), AutoTokenizer.from_pretrained(base)
    for given in (Given("ottimo caffè, però"), Given("ottimo caffè, però", 4.0, "tweet")):
        with torch.inference_mode():
            states = theirs(**tokenizer(given.text, return_tensors="pt")).last_hidden_state
            wanted = torch.cat([states.mean(1), states[:, 0]], 1)
            assert isinstance(network.encoder, Borrowed)
            if given.stars:
                told = network.encoder.told.weight
                wanted = wanted + told[STARS + 4] + told[DOMAIN]
            assert torch.allclose(network.encoder(collate([given])), wanted, atol=1e-4)


def test_a_long_text_fits_the_base(base: Path) -> None:
    _, collate = lent(base)
    [ready] = collate.ready([Given("ottimo caffè " * 400, 5.0, "tweet")])
    assert len(ready.ids) == len(ready.spans) == collate.limit + 4
    assert ready.ids[:3].tolist() == [DOMAIN, STARS + 5, START]
    assert ready.ids[-1] == END


def test_no_author_writes_special_pieces(base: Path) -> None:
    pieces = borrow(str(base)).pieces
    [cut] = pieces(["a [CLS] </s> <s> [SEP] [PAD] <pad> b"])
    assert not set(cut.ids.tolist()) & {number + len(SPECIAL) for number in pieces.ends}
    assert cut.ids.min() >= len(SPECIAL)
    assert len(cut.ids) == len(cut.spans)


def test_spans_are_places_of_the_text(base: Path) -> None:
    text = "pessimo caffè, però"
    [cut] = borrow(str(base)).pieces([text])
    assert "".join(text[start:end] for start, end in cut.spans).replace(" ", "").startswith("pessimocaffè,")


def test_the_encoder_names_the_words_that_moved_it(base: Path) -> None:
    """By gradients through the base, once it has learnt that two words tell the mood."""
    network, collate = lent(base)
    network.linear.weight.data.zero_()
    moods = {"ottimo": "positive", "pessimo": "negative"}
    frames = (
        "il {} caffè",
        "la casa era {} ieri",
        "{} davvero",
        "non era {} la cena a casa",
        "che {} posto era",
    )
    texts = [(frame.format(word), SENTIMENT.index(mood)) for word, mood in moods.items() for frame in frames]
    batch, wanted = collate([Given(text) for text, _ in texts]), torch.tensor([mood for _, mood in texts])
    steps = torch.optim.Adam(network.parameters(), 0.01)
    for _ in range(60):
        steps.zero_grad()
        loss = nn.functional.cross_entropy(network(batch)["sentiment"], wanted)
        loss.backward()  # type: ignore[no-untyped-call]
        steps.step()
    text = "ottimo caffè il dieci di agosto con la zia ma pessimo"
    told = [Told(Given(text), "sentiment", [SENTIMENT.index(mood)]) for mood in moods.values()]
    good, bad = (" ".join(why) for why in reasons(network, collate, told))
    assert ("ottimo" in good, "pessimo" in good) == (True, False)
    assert ("ottimo" in bad, "pessimo" in bad) == (False, True)


def test_input_vectors_can_be_moved(base: Path) -> None:
    network, collate = lent(base)
    batch = collate([Given("ottimo caffè", 2.0), Given("pessimo")])
    vectors = network.encoder.vectors(batch.index).detach().requires_grad_()
    assert torch.allclose(network.encoder(batch, vectors), network.encoder(batch), atol=1e-5)
    [slopes] = torch.autograd.grad(network.encoder(batch, vectors)[:, 0].sum(), [vectors])
    moved = slopes.abs().sum(2) > 0
    assert moved[0].tolist() == [index >= len(SPECIAL) or index in (START, END) for index in batch.index[0]]


# What is refused.


def test_a_base_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"bring it with `ascolto models pull owner/base`, or set --base to"):
        borrow("owner/base")
    with pytest.raises(ModelError, match=r"there is no folder ./nowhere: set --base to one"):
        borrow("./nowhere")


def test_a_folder_of_ours_is_no_base(folder: Path) -> None:
    with pytest.raises(ModelError, match=r"holds a model of Ascolto's own"):
        borrow(str(folder))


def test_pickled_weights_are_never_read(tmp_path: Path) -> None:
    place = make(tmp_path / "x", None)
    (place / WEIGHTS).rename(place / "pytorch_model.bin")
    with pytest.raises(ModelError, match=r"has no model.safetensors, .* --revision refs/pr/1"):
        borrow(str(place))


def test_a_base_without_a_tokenizer_is_refused(tmp_path: Path) -> None:
    place = make(tmp_path / "x", None)
    (place / Tokens.file).unlink()
    with pytest.raises(ModelError, match="has no files of a tokenizer"):
        borrow(str(place))


def spoken(place: Path) -> Path:
    """A base whose only tokenizer is a vocabulary of sentencepiece, as microsoft/mdeberta-v3-base has it."""
    sentencepiece = pytest.importorskip("sentencepiece")
    make(place, None, "deberta-v2", vocab_size=100)
    (place / Tokens.file).unlink()
    (place / "tokenizer_config.json").write_text('{"do_lower_case": false, "vocab_type": "spm"}')
    marks = {"pad": 0, "bos": 1, "eos": 2, "unk": 3}
    names = {"pad": "[PAD]", "bos": "[CLS]", "eos": "[SEP]", "unk": "[UNK]"}
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(TEXTS * 3), model_prefix=str(place / "spm"), vocab_size=40, minloglevel=2,
        hard_vocab_limit=False, **{f"{mark}_id": number for mark, number in marks.items()},
        **{f"{mark}_piece": name for mark, name in names.items()},
    )  # fmt: skip
    (place / "spm.vocab").unlink()
    return place


def test_a_vocabulary_of_sentencepiece_becomes_a_tokenizer(tmp_path: Path) -> None:
    pytest.importorskip("google.protobuf")
    from sentencepiece import SentencePieceProcessor

    pieces = borrow(str(spoken(tmp_path / "x"))).pieces
    assert pieces.ends == (1, 2)
    theirs = SentencePieceProcessor(model_file=str(tmp_path / "x" / "spm.model"))
    for text in TEXTS[:3]:
        [cut] = pieces([text])
        assert (cut.ids - len(SPECIAL)).tolist() == theirs.encode(text)


def test_what_reads_such_a_vocabulary_must_be_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "google.protobuf", None)
    with pytest.raises(ModelError, match=r"\(google[.a-z]*\): pip install 'ascolto\[train\]'"):
        borrow(str(spoken(tmp_path / "x")))


def test_a_slow_tokenizer_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Slow:
        is_fast = False
        model_max_length = 512

    monkeypatch.setattr("transformers.AutoTokenizer.from_pretrained", lambda *_, **__: Slow())
    with pytest.raises(ModelError, match=r"has no fast tokenizer \(Slow\)"):
        borrow(str(make(tmp_path / "x", None)))


def test_a_tokenizer_of_another_base_is_refused(tmp_path: Path) -> None:
    place = make(tmp_path / "x", None)
    weights = load_file(place / WEIGHTS)
    table = next(name for name in weights if name.endswith("word_embeddings.weight"))
    save_file(weights | {table: weights[table][:10].clone()}, place / WEIGHTS, {"format": "pt"})
    config = json.loads((place / CONFIG).read_text())
    (place / CONFIG).write_text(json.dumps(config | {"vocab_size": 10}))
    with pytest.raises(ModelError, match=r"a tokenizer of 39 pieces and vectors for 10"):
        borrow(str(place))


def test_half_a_base_is_refused(tmp_path: Path) -> None:
    place = make(tmp_path / "x", None)
    weights = {
        name: part for name, part in load_file(place / WEIGHTS).items() if "layer.0.output" not in name
    }
    save_file(weights, place / WEIGHTS, {"format": "pt"})
    with pytest.raises(ModelError, match=r"lacks weights \(encoder\.layer\.0\.output"):
        borrow(str(place))


@pytest.mark.parametrize(
    ("other", "told"),
    [
        ({"model_type": "gpt2"}, r"\(gpt2\) is no encoder"),
        ({"model_type": "llama"}, r"\(llama\) is no encoder"),
        ({"model_type": "t5"}, r"\(t5\) is made of encoder and decoder"),
        ({"model_type": "bart"}, r"\(bart\) is made of encoder and decoder"),
        ({"is_decoder": True}, r"\(bert\) is no encoder"),
        ({"model_type": "theirs", "auto_map": {"AutoConfig": "theirs.C"}}, "cannot be loaded as a base"),
        ({"hidden_size": 17}, "cannot be loaded as a base"),
    ],
)
def test_what_is_no_encoder_is_refused(tmp_path: Path, other: dict[str, Any], told: str) -> None:
    place = make(tmp_path / "x", None)
    (place / "theirs.py").write_text("raise SystemExit('this ran')")
    config = {} if other.get("model_type") else json.loads((place / CONFIG).read_text())
    (place / CONFIG).write_text(json.dumps(config | other))
    with pytest.raises(ModelError, match=told):
        borrow(str(place))


def test_a_base_that_cannot_read_a_long_text_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sentiment.foreign.encoder.positions", lambda _: 512)  # as where a base does not tell
    with pytest.raises(
        ModelError, match=r"x \(bert\): encoders of its family cannot be run as training does"
    ):
        borrow(str(make(tmp_path / "x", None)))


def test_a_base_that_reads_a_text_by_what_stands_beside_it_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = Borrowed.forward

    def by_the_batch(self: Borrowed, batch: Batch, pieces: torch.Tensor | None = None) -> torch.Tensor:
        return read(self, batch, pieces) * batch.index.shape[1]

    monkeypatch.setattr(Borrowed, "forward", by_the_batch)
    with pytest.raises(ModelError, match="when a longer one stands beside it"):
        borrow(str(make(tmp_path / "x", None)))


def test_how_much_a_base_reads_counts(tmp_path: Path) -> None:
    place = make(tmp_path / "x", None)
    told = place / "tokenizer_config.json"
    before, config = borrow(str(place)), json.loads(told.read_text())
    told.write_text(json.dumps(config | {"model_max_length": 30}))
    shorter = borrow(str(place))
    assert (shorter.limit, shorter.checksum != before.checksum) == (28, True)  # its checkpoints are others
    told.write_text(json.dumps(config | {"model_max_length": 1}))
    with pytest.raises(ModelError, match=r"reads 0 pieces of a text, .* look at model_max_length"):
        borrow(str(place))


def test_the_base_is_not_written_over(training: Path, tmp_path: Path) -> None:
    place = make(tmp_path / "out", None)
    was = sha256(place / WEIGHTS)
    with pytest.raises(ModelError, match=r"out holds a model that is not Ascolto's own: name another folder"):
        run(training, place)
    assert sha256(place / WEIGHTS) == was


def test_its_speed_is_not_measured_and_its_card_is_written(training: Path, tmp_path: Path) -> None:
    done = run(training, make(tmp_path / "base", None), "models/mine")
    with pytest.raises(Permanent, match="has a borrowed encoder"):
        bench(done.folder, 4, 1, 1)
    card = write_card(done.folder.parent).read_text()
    assert f"`mine/{Tokens.file}`" in card
    assert "sentence encoder, version 3" not in card
    assert "the texts that base@local learnt from; its own card names them" in card
    assert verify_models(done.folder.parent) == []


# What stays.


def test_our_own_recipes_know_nothing_of_a_base() -> None:
    """The checkpoints of a run without one are found again by the recipe's fields."""
    assert RECIPES["default"].finetune_rate == 8e-4
    assert not any(name in repr(RECIPES["default"]) for name in ("borrow", "base_rate"))


def test_our_own_model_is_scored_without_transformers(folder: Path) -> None:
    code = (
        "import sys; from sentiment.scorer import Scorer, ScorerInput; "
        f"Scorer.load({str(folder)!r}).score([ScorerInput('ciao', lang='it')], explain=True); "
        "sys.exit('transformers' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_its_pieces_have_a_file_of_their_own() -> None:
    assert Tokens.file != PIECES


def cli_run(words: list[str], place: Path) -> Any:
    """`ascolto WORDS` in this process, in a folder of its own."""
    import os

    from typer.testing import CliRunner

    before = Path.cwd()
    os.chdir(place)
    try:
        return CliRunner().invoke(cli.app, words)
    finally:
        os.chdir(before)
