"""What a search for text in tasks takes for the same."""

import time

import pytest

from taskward.errors import InvalidRequestError
from taskward.tasks.list_queries import folded, parsed
from tests.support.zones import utc


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


def test_accents_alone_are_nothing_to_look_for() -> None:
    with pytest.raises(InvalidRequestError) as refused:
        parsed({"q": ["\u0301\u0323"]}, utc)
    assert [error.field for error in refused.value.errors or ()] == ["q"]


def test_accents_in_disorder_take_no_longer_than_their_number() -> None:
    def seconds(count: int) -> float:
        text, best = "a" + "\u0301\u0323" * count, float("inf")
        for _ in range(5):
            began = time.process_time()
            folded(text)
            best = min(best, time.process_time() - began)
        return best

    # In normal form it would take 256 times as long.
    assert seconds(32_000) < 64 * seconds(2_000)
