"""The rows of a setting that a form brings."""

from web.settings.fields import Column, Field
from web.settings.forms import posted


def test_no_row_is_lost_however_many_there_are() -> None:
    field = Field("voice.phrases", "Phrases", kind="rows", columns=(Column("text", "Text"),))
    form = {f"f.{number}.text": f"frase {number}" for number in range(250)}
    assert [row["text"] for row in posted(field, form, "f").rows] == list(form.values())
    form["f.7.gone"] = "1"
    assert len(posted(field, form, "f").rows) == 249
