"""The document and the page of a service that sends no mail: nothing of it, and all the rest as it is with mail."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from local.openapi import document as openapi
from tests.support.conformance import document, validator
from tests.support.described import NEED_MAIL, operations

WORDS = {"description", "summary"}
"""Members that are for people; they may say less where there is less to say."""


def texts(value: Any) -> Iterator[str]:
    """All text of a document, the names of its members too."""
    if isinstance(value, dict):
        for name, member in value.items():
            yield name
            yield from texts(member)
    elif isinstance(value, list):
        for entry in value:
            yield from texts(entry)
    elif isinstance(value, str):
        yield value


def without_words(value: Any) -> Any:
    """A part of a document as programs see it."""
    if isinstance(value, dict):
        return {
            name: without_words(member)
            for name, member in value.items()
            # A member of an object may have such a name too: then it is no text.
            if name not in WORDS or not isinstance(member, str)
        }
    if isinstance(value, list):
        return [without_words(entry) for entry in value]
    return value


# What remains: the e-mail address that people sign in with, and the two members of it that are always there.
ADDRESS = re.compile(r"[eE]-mail address|idn-email|EmailExists|(?<!/)\bemail(_verified|_bounced|_exists)?\b", re.ASCII)
OF_MAIL = (
    "mail",
    "reset",
    r"forgot\b",
    "came back",
    "unverified",
    r"link\b.{0,40}\bsent\b",
    "verify the address",
    "verified address",
    "/auth/email",
)


@pytest.mark.parametrize(
    "text",
    [
        "\n".join(texts(openapi.document(mail=False))),
        openapi.page_file(mail=False).read_text(encoding="utf-8"),
    ],
    ids=["document", "page"],
)
def test_neither_the_document_nor_the_page_speaks_of_mail_or_of_what_needs_it(text: str) -> None:
    rest = ADDRESS.sub("", text)
    for word in OF_MAIL:
        assert re.findall(f".*{word}.*", rest, re.IGNORECASE) == [], word


def test_with_mail_there_is_all_of_it() -> None:
    rest = ADDRESS.sub("", "\n".join(texts(document(mail=True))))
    for word in OF_MAIL:
        assert re.search(word, rest, re.IGNORECASE), word
    assert "Mail" in [tag["name"] for tag in document(mail=True)["tags"]]
    assert "Mail" not in [tag["name"] for tag in document(mail=False)["tags"]]


def test_every_operation_that_there_is_without_mail_is_the_same_with_it() -> None:
    with_mail = {(path, method): operation for path, method, operation in operations(mail=True)}
    without = {(path, method): operation for path, method, operation in operations(mail=False)}
    assert with_mail.keys() - without.keys() == NEED_MAIL
    for route, operation in without.items():
        assert without_words(operation) == without_words(with_mail[route]), route


def test_the_components_differ_in_what_needs_mail_and_nowhere_else() -> None:
    with_mail, without = document(mail=True)["components"], document(mail=False)["components"]
    assert {name for name in with_mail["schemas"] if name not in without["schemas"]} == {
        *("ForgottenPassword", "PasswordReset", "FollowedLink", "EmailChange", "SentLink")
    }
    assert {name for name in with_mail["responses"] if name not in without["responses"]} == {"LinkRefused"}
    differing = {
        name
        for kind in without
        for name, component in without[kind].items()
        if without_words(component) != without_words(with_mail[kind][name])
    }
    assert differing == {"Problem", "NotYetAllowed", "SecurityEvent", "AccountExport"}
    codes = "properties", "code", "enum"
    assert _at(with_mail["schemas"]["Problem"], *codes) - _at(without["schemas"]["Problem"], *codes) == {
        *("email_unverified", "invalid_link")
    }


def _at(value: Any, *members: str) -> set[str]:
    for member in members:
        value = value[member]
    return set(value)


def test_events_from_a_time_with_mail_are_still_as_the_document_says() -> None:
    event = document(mail=True)["paths"]["/account/events"]["get"]["responses"]["200"]["content"]
    (example,) = event["application/json"]["example"]
    old = example | {"type": "password_reset", "reason": None}
    assert "password_reset" not in json.dumps(document(mail=False))
    assert validator("components", "schemas", "SecurityEvent", mail=False).is_valid(old)
    assert not validator("components", "schemas", "SecurityEvent", mail=False).is_valid(old | {"type": "A birthday"})
