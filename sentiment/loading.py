"""Loads the model for whoever scores with it. torch takes a second or two to load: it is loaded when a scorer is asked
for, and what can be read beside it is."""

from typing import TYPE_CHECKING

from sentiment.language import prepare
from store.errors import Unusable

if TYPE_CHECKING:
    from sentiment.scorer import Scorer


def load_scorer(model: str | None) -> "Scorer":
    """The scorer of a model's folder or hub id; None is the built-in one. Raises Unusable where there is none."""
    prepare()
    from sentiment.folder import ModelError
    from sentiment.scorer import Scorer

    try:
        return Scorer.load(model)
    except ModelError as error:
        raise Unusable("the model cannot be used", str(error)) from None
