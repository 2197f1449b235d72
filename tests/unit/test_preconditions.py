"""Entity tags and the conditions put on them (RFC 9110)."""

import pytest

from taskward.preconditions import etag, if_match, none_match


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
