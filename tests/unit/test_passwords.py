"""Passwords: what is refused and why, and that unknown accounts cost as much as known ones."""

from typing import Any

import pytest

from taskward.errors import InvalidRequestError
from taskward.identity import emails, passwords


def _reason(password: str, email: str = "ada.lovelace@analytical.example") -> str | None:
    try:
        passwords.check_acceptable("password", password, email)
    except InvalidRequestError as error:
        assert error.errors is not None
        (field,) = error.errors
        assert field.field == "password"
        assert password not in field.message
        return field.message
    return None


@pytest.mark.parametrize(
    "good",
    ["tangerine umbrella 7", "ünïcödé🗝x", "x7" * 64, "        a", "my ada engine 9", "7lovelace!93#kq2@88"],
)
def test_a_good_password_is_taken(good: str) -> None:
    assert _reason(good) is None


@pytest.mark.parametrize(
    ("bad", "why"),
    [
        ("seven77", "at least 8"),
        ("x" * 129, "at most 128"),
        ("password1", "common"),
        ("PassWord1", "common"),
        ("qwertyuiop", "common"),
        ("taskward", "e-mail address or"),
        ("Taskward2026", "e-mail address or"),
        ("ada.lovelace", "e-mail address or"),
        ("lovelace1!", "e-mail address or"),
        ("Analytical99", "e-mail address or"),
        ("ada.lovelace@analytical.example", "e-mail address or"),
    ],
)
def test_a_bad_password_is_refused_with_its_reason(bad: str, why: str) -> None:
    assert why in (_reason(bad) or "")


def test_a_hash_is_argon2id_of_the_required_strength_and_salted() -> None:
    one, other = passwords.hash_password("same"), passwords.hash_password("same")
    assert one.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert one != other


def test_a_password_is_compared_verbatim() -> None:
    stored = passwords.hash_password("e\u0301 ")
    assert passwords.verify_password("e\u0301 ", stored) == (True, None)
    for near in ("\u00e9 ", "e\u0301", " e\u0301 ", "E\u0301 "):
        assert passwords.verify_password(near, stored) == (False, None)


def test_an_unknown_account_costs_one_hash_like_a_known_one(monkeypatch: pytest.MonkeyPatch) -> None:
    stored = passwords.hash_password("right")
    passwords.prepare()
    hashes: list[str] = []
    verify = passwords._context.verify_and_update

    def counted(password: str, against: str, **kwargs: Any) -> Any:
        hashes.append(against.rsplit("$", 2)[0])
        return verify(password, against, **kwargs)

    monkeypatch.setattr(passwords._context, "verify_and_update", counted)
    assert passwords.verify_password("wrong", stored) == (False, None)
    assert passwords.verify_password("wrong", None) == (False, None)
    assert hashes == ["$argon2id$v=19$m=19456,t=2,p=1"] * 2


def test_the_dummy_s_own_password_opens_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "_dummy_hash", lambda: passwords.hash_password("guessed"))
    assert passwords.verify_password("guessed", None) == (False, None)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Ada@Example.COM", "ada@example.com"),
        ("ada@BÜCHER.example", "ada@xn--bcher-kva.example"),
        ("jose\u0301@example.com", "jos\u00e9@example.com"),
        ("STRASSE@example.com", "stra\u00dfe@example.com"),
    ],
)
def test_addresses_that_are_the_same_have_one_form(one: str, other: str) -> None:
    assert emails.normalised(one) == emails.normalised(other)


@pytest.mark.parametrize(
    "wrong", ["", "ada", "ada@", "@example.com", "a b@example.com", "ada@localhost", "a@b@c.example"]
)
def test_what_is_not_an_address_is_refused_by_name(wrong: str) -> None:
    with pytest.raises(InvalidRequestError) as refusal:
        emails.normalised(wrong)
    assert refusal.value.errors is not None
    assert refusal.value.errors[0].field == "email"
