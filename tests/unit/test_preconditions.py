"""Entity tags and the conditions put on them (RFC 9110)."""

import pytest

from taskward.errors import InvalidRequestError
from taskward.preconditions import etag, idempotency_key, if_match, must_be_absent, none_match


@pytest.mark.parametrize(
    ("header", "matches"),
    [('"3"', True), ('"2", "3"', True), ('W/"3"', False), ('"2"', False), ("3", False), ("", False), ('"33"', False)],
)
def test_if_match_compares_strongly(header: str, matches: bool) -> None:
    condition = if_match(header)
    assert condition is not None
    assert condition(3) is matches


def test_no_if_match_and_a_star_match_any_version() -> None:
    assert if_match(None) is None
    assert if_match(" * ") is None


@pytest.mark.parametrize(
    ("header", "matches"), [('"3"', True), ('W/"3"', True), ("*", True), ('"2"', False), (None, False), ("3", False)]
)
def test_if_none_match_compares_weakly(header: str | None, matches: bool) -> None:
    assert none_match(header, etag(3)) is matches


def test_a_tag_is_quoted() -> None:
    assert etag(3.0) == '"3"'


@pytest.mark.parametrize(("header", "absent"), [("*", True), (" * ", True), (None, False)])
def test_a_star_asks_that_nothing_is_there_yet(header: str | None, absent: bool) -> None:
    assert must_be_absent(header) is absent


@pytest.mark.parametrize("header", ["", '"3"', '"*"', '*, "3"'])
def test_what_is_no_star_asks_for_nothing_that_is_known_and_is_refused(header: str) -> None:
    with pytest.raises(InvalidRequestError) as refused:
        must_be_absent(header)
    assert [error.field for error in refused.value.errors or ()] == ["If-None-Match"]


@pytest.mark.parametrize(
    ("header", "key"),
    [
        (None, None),
        ("a", "a"),
        ("f3b6a1d2-8c47-4e0d-b5a9-6d1c2e3f4a50", "f3b6a1d2-8c47-4e0d-b5a9-6d1c2e3f4a50"),
        # As the draft has it, a string of structured fields; both forms are the same key.
        ('"f3b6a1d2"', "f3b6a1d2"),
        ("  f3b6a1d2\t", "f3b6a1d2"),
        ("!#$%&'()*+,-./:;<=>?@[]^_`{|}~", "!#$%&'()*+,-./:;<=>?@[]^_`{|}~"),
        ("k" * 255, "k" * 255),
        (f'"{"k" * 255}"', "k" * 255),
    ],
)
def test_a_key_is_what_a_client_sent_without_its_quotation_marks(header: str | None, key: str | None) -> None:
    assert idempotency_key(header) == key


@pytest.mark.parametrize(
    "header", ["", " ", '""', '"', '"half', 'a"b', "two words", "k" * 256, "clé", "a\x00b", "a\nb", "\u212a"]
)
def test_what_is_no_key_is_refused_by_its_name(header: str) -> None:
    with pytest.raises(InvalidRequestError) as refused:
        idempotency_key(header)
    assert [error.field for error in refused.value.errors or []] == ["Idempotency-Key"]
