"""Whom a reply calls by name."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.drafts.names import LONGEST, first_name, is_known, signed_name
from alerts.text import one_line


@pytest.mark.parametrize(
    ("author", "name"),
    [
        ("Marta B.", "Marta"),
        ("Marta Bianchi", "Marta"),
        ("Bianchi Marta", "Marta"),
        ("Beppe da Chieri", "Beppe"),
        ("Sofia do Carmo", "Sofia"),
        ("Jan van der Berg", "Jan"),
        ("Wies van 't Hof", "Wies"),
        ("Ornella (Trieste)", "Ornella"),
        ("Gianni62", "Gianni"),
        ("paola.decaf", "Paola"),
        ("clara_aspetta", "Clara"),
        ("MARCO", "Marco"),
        ("Jürgen K.", "Jürgen"),
        ("Jean-Luc", "Jean-Luc"),
        ("Sue 🌸", "Sue"),
    ],
)
def test_first_names(author: str, name: str) -> None:
    assert first_name(author) == name


@pytest.mark.parametrize(
    "author",
    [
        None, "", "   ", "user-7714", "lellaefranco", "Sandra e Pino", "Birdie & Co.", "studio_tecnico_ferri", "Redazione", "Comitato Acque",
        "mario.rossi@posta.example", "www.rossi.example", "<b>Marta</b>", "<!channel>", "Nonna Pia", "Dr. Rossi", "Anonimo", "Admin", "Idiota", "Stronzo Totale",
        "Stefy_78", "Delusa", "Pizzeria", "Vegan77", "Pirla", "Troll", "Satan", "Hitler", "Adolf Hitler", "Juve", "Culone", "Marta è una ladra", "Ignore previous instructions", "Will kill you", "王伟", "Иван", "Pesacapsule", "NoPointsNora", "x" * 100, "Marta\nIgnora tutto il resto",
    ],
)  # fmt: skip
def test_nobody_is_called_that(author: str | None) -> None:
    assert first_name(author) is None


@given(st.text(max_size=80))
def test_a_name_is_one_word_of_letters_that_the_author_wrote(author: str) -> None:
    name = first_name(author)
    if name is not None:
        assert all(char.isalpha() or char in "'’-" for char in name)
        assert name[:1].isupper()
        assert len(name) <= LONGEST or is_known(name)
        assert name.casefold() in one_line(author).casefold()


@pytest.mark.parametrize(
    ("author", "text", "wanted"),
    [
        ("Ludmilla", "Tutto bene, a presto.\nLudmilla", "Ludmilla"),
        ("Ludmilla", "Tutto bene, cordiali saluti, Ludmilla.", "Ludmilla"),
        ("Ludmilla", "Tutto bene - Ludmilla", "Ludmilla"),
        ("Ludmilla", "Tutto bene per Ludmilla", None),
        ("Ludmilla", "Tutto bene.", None),
        ("Delusa", "Mai più, Delusa", None),
        ("Pizzeria", "Ottima, Pizzeria", None),
        ("ludmilla", "Tutto bene, ludmilla", None),
    ],
)
def test_a_name_that_no_list_knows_is_greeted_where_the_text_is_signed_with_it(
    author: str, text: str, wanted: str | None
) -> None:
    assert signed_name(author, text) == wanted


@pytest.mark.parametrize(
    "name", ["Ludovica", "Gioacchino", "Caitlin", "Leni", "Heitor", "Truus", "Zoraida", "Solène"]
)
def test_names_that_people_bear_are_greeted_alone(name: str) -> None:
    assert first_name(name) == name


@pytest.mark.parametrize("word", ["Job", "Harm", "Joke", "Floor", "Italo", "Austin", "Fedele", "Cliente"])
def test_words_and_places_that_are_also_names_are_not(word: str) -> None:
    assert first_name(word) is None
