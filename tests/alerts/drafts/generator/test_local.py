"""A local chat model: from a folder, without a network, ended when nobody waits; what it babbles stands nowhere."""

from pathlib import Path
from threading import Event

import pytest

from alerts.drafts.compose import compose
from alerts.drafts.generator import local
from alerts.drafts.generator.base import Message, Unfit
from alerts.drafts.generator.local import Local
from alerts.drafts.generator.rewriter import Rewriter
from store.errors import Permanent, Transient
from tests.alerts.drafts.generator.chat_model import NO_SYSTEM, babbling, speaking
from tests.alerts.drafts.generator.test_rewriter import good, late

ASKED = (Message("system", "Be kind."), Message("user", "È tardi."))


class Counted(Event):
    """Over after it was asked so many times."""

    def __init__(self, times: int) -> None:
        super().__init__()
        self.times = times

    def is_set(self) -> bool:
        self.times -= 1
        return self.times < 0


def test_a_model_says_what_it_says(tmp_path: Path) -> None:
    folder = speaking(tmp_path, ["Buongiorno.", "Ci dispiace."])
    model = Local(str(folder))
    assert model.write(ASKED, Event()) == "Buongiorno. Ci dispiace."
    assert model.write(ASKED, Event()) == "Buongiorno. Ci dispiace."


def test_a_template_without_a_systems_turn_is_given_one_turn(tmp_path: Path) -> None:
    assert Local(str(speaking(tmp_path, ["Va bene."], NO_SYSTEM))).write(ASKED, Event()) == "Va bene."


def test_a_text_of_a_local_model_without_fault_stands(tmp_path: Path) -> None:
    asked = late()
    model = Local(str(speaking(tmp_path, [f"{part}." for part in good(asked).rstrip(".").split(". ")])))
    model.prepare()
    done = Rewriter(model, 60.0).rewrite(asked, compose(asked))
    assert (done.refused, done.draft.generator) == ("", "llm")
    assert done.draft.reply == f"{good(asked)}\n\nGiulia, Caffè Aurora"


def test_what_a_model_of_random_weights_babbles_does_not(tmp_path: Path) -> None:
    asked, model = late(), Local(str(babbling(tmp_path)))
    model.prepare()
    composed = compose(asked)
    done = Rewriter(model, 60.0).rewrite(asked, composed)
    assert done.draft == composed
    assert done.refused


def test_who_nobody_waits_for_stops(tmp_path: Path) -> None:
    model = Local(str(speaking(tmp_path, ["avanti", "ancora", "avanti"])))
    over = Counted(5)
    with pytest.raises(Transient, match="timeout"):
        model.write(ASKED, over)
    assert over.times > -5


def test_a_text_cut_at_the_limit_of_tokens_is_no_answer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(local, "MOST_TOKENS", 4)
    words = ["uno", "due", "tre", "quattro"]  # its end would be one token more
    with pytest.raises(Unfit, match="unfinished"):
        Local(str(speaking(tmp_path / "long", words))).write(ASKED, Event())
    assert Local(str(speaking(tmp_path / "fits", words[1:]))).write(ASKED, Event()) == "due tre quattro"


def test_what_is_no_model_here_has_a_mend(tmp_path: Path) -> None:
    for named in (str(tmp_path), str(tmp_path / "nowhere"), "nobody/knows-this"):
        with pytest.raises(Permanent) as caught:
            Local(named).prepare()
        assert "hf download" in caught.value.mend


def test_a_model_that_does_not_chat_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Permanent) as caught:
        Local(str(speaking(tmp_path, ["Va bene."], template=None))).prepare()
    assert "chat template" in caught.value.mend
