"""What a search for text in tasks takes for the same."""

import pytest

from taskward.tasks.list_queries import folded


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("Größe", "GRÖSSE"),
        ("Größe", "grosse"),
        ("ÉCOLE", "école"),
        ("ÉCOLE", "ecole"),
        ("İstanbul", "istanbul"),
        ("istanbul", "İSTANBUL"),
        ("ﬁnd", "find"),
        ("find", "ﬁ"),
        ("cafe\u0301", "CAFÉ"),
        ("café", "cafe\u0301"),
        ("ΟΔΟΣ", "οδος"),
        ("οδος", "ΟΔΟΣ"),
        ("\uff26\uff55\uff4c\uff4c", "full"),
        ("Łódź", "łodz"),
        ("한국어", "한국"),
    ],
)
def test_search_makes_no_difference_of_case_and_accents(text: str, asked: str) -> None:
    assert folded(asked) in folded(f"before {text} after")


@pytest.mark.parametrize(
    ("text", "asked"), [("résumé", "rasume"), ("\u0131s\u0131", "isi"), ("Łódź", "lodz"), ("a b", "ab")]
)
def test_letters_of_their_own_stay_what_they_are(text: str, asked: str) -> None:
    assert folded(asked) not in folded(text)
