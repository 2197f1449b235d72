"""Personal access tokens: made, listed, used, revoked; fed from events/factors, and those of what they are used for."""

import json
from typing import Any

import pytest

from tests.conftest import Clock
from tests.support import aws
from tests.support.factors import Values, add_token, verify
from tests.support.sample_events import (
    Case,
    ask,
    ask_with,
    authorized,
    check,
    is_let_in,
    placeholders,
    send_mail,
    signed_in,
    signed_up,
    stored,
)

READ, WRITE = "tasks:read", "tasks:write"

CASES = {
    "factors/list_tokens": Case(200),
    "factors/create_token": Case(201),
    "factors/create_token_of_both_scopes": Case(201),
    "factors/create_token_too_many": Case(409, "too_many_access_tokens"),
    "factors/create_token_unverified": Case(403, "email_unverified"),
    "factors/create_token_missing_members": Case(422, "invalid_request", ["name", "scopes", "expires_in_days"]),
    "factors/create_token_bad_values": Case(422, "invalid_request", ["name", "scopes", "expires_in_days"]),
    "factors/create_token_unknown_scope": Case(422, "invalid_request", ["scopes.0"]),
    "factors/create_token_unknown_member": Case(422, "invalid_request", ["token"]),
    "factors/revoke_token": Case(204),
    "factors/revoke_token_missing": Case(404, "not_found"),
    "factors/revoke_token_foreign": Case(404, "not_found"),
    "tasks/list_with_personal_access_token": Case(200),
    "tasks/list_with_token_of_other_scope": Case(403, "insufficient_scope"),
    "tasks/create_with_personal_access_token": Case(201),
    "tasks/create_with_token_of_other_scope": Case(403, "insufficient_scope"),
    "account/read_with_personal_access_token": Case(403, "insufficient_scope"),
}
CHANGES = {
    *("factors/create_token", "factors/create_token_of_both_scopes", "factors/revoke_token"),
    "tasks/create_with_personal_access_token",
}
# The scope of the token that an event is sent with.
SCOPES = {
    "tasks/list_with_personal_access_token": READ,
    "tasks/list_with_token_of_other_scope": WRITE,
    "tasks/create_with_personal_access_token": WRITE,
    "tasks/create_with_token_of_other_scope": READ,
    "account/read_with_personal_access_token": READ,
}


@pytest.fixture
def ann(moto_tables: None, clock: Clock) -> Values:
    """Values of somebody who is signed in, and whose address is verified."""
    return verify(signed_up())


@pytest.fixture
def ben(moto_tables: None, clock: Clock) -> Values:
    """Values of somebody else with a token."""
    ben = verify(signed_up("register/by_cookie"))
    return ben | add_token(ben, READ, WRITE)


def filled(name: str, ann: Values, ben: Values) -> Values:
    """Her values, with what the event needs besides; with the authorizer's own where it is sent with a token."""
    values = ann | {"foreign_token_id": ben["token_id"]}
    if "token_id" in placeholders(name):
        values |= add_token(ann, READ)
    if name == "factors/create_token_too_many":
        for _ in range(20):
            add_token(ann, READ)
    if name in SCOPES:
        values |= using(add_token(ann, SCOPES[name]))
    return values


def using(token: Values) -> Values:
    """The values that events are filled with which are sent with a token."""
    return token | authorized(token["personal_access_token"])


def kept() -> list[dict[str, Any]]:
    """What is stored, but for the security events."""
    users = [row for row in stored("users") if not row["pk"].startswith("EVENTS#")]
    return [*stored("sessions"), *stored("tasks"), *users]


def listed(ann: Values) -> list[dict[str, Any]]:
    """Her tokens, as they are shown to her."""
    found: list[dict[str, Any]] = ask("factors/list_tokens", **ann).json()
    return found


@pytest.mark.parametrize("name", [name for name in CASES if not name.endswith("_unverified")])
def test_each_event_is_answered_as_its_case_says_and_changes_something_only_where_it_should(
    name: str, ann: Values, ben: Values
) -> None:
    values = filled(name, ann, ben)
    before = kept()
    check(name, CASES[name], ask(name, **values))
    assert (kept() != before) == (name in CHANGES)


def test_an_address_that_was_not_verified_gets_no_token(moto_tables: None) -> None:
    name = "factors/create_token_unverified"
    check(name, CASES[name], ask(name, **signed_up()))


# --- Made and listed -------------------------------------------------------------------------------------------------


def test_the_text_of_a_token_is_shown_once_and_kept_nowhere(ann: Values, clock: Clock) -> None:
    made = ask("factors/create_token", **ann).json()
    text = made.pop("token")
    assert text.startswith("taskward_pat.")
    assert made == {
        "id": made["id"],
        "name": "Backup script",
        "scopes": ["tasks:read"],
        "created_at": clock.now().strftime("%Y-%m-%dT%H:%M:%SZ"),
        "last_used_at": None,
        "expires_at": made["expires_at"],
    }
    assert listed(ann) == [made]
    secret = text.rpartition(".")[2]
    everything = [stored("sessions"), stored("users"), ask("account/events", **ann).json()]
    assert secret not in json.dumps(everything, default=str)


def test_no_two_tokens_are_alike_and_the_newest_is_listed_first(ann: Values, clock: Clock) -> None:
    texts: list[str] = []
    ids: list[str] = []
    for _ in range(3):
        made = add_token(ann, READ)
        texts.append(made["personal_access_token"])
        ids.insert(0, made["token_id"])
        clock.advance(seconds=1)
    assert len({text.rpartition(".")[2] for text in texts}) == 3
    assert [token["id"] for token in listed(ann)] == ids


def test_a_scope_that_is_named_twice_counts_once(ann: Values) -> None:
    body = {"name": "A program", "scopes": [WRITE, WRITE], "expires_in_days": 1}
    assert ask_with(body, "factors/create_token", **ann).json()["scopes"] == [WRITE]


@pytest.mark.parametrize("days", [0, 367, -1, 1.5, "30", True, None])
def test_a_token_is_good_for_a_day_to_a_year(days: Any, ann: Values) -> None:
    body = {"name": "A program", "scopes": [READ], "expires_in_days": days}
    assert ask_with(body, "factors/create_token", **ann).json()["errors"][0]["field"] == "expires_in_days"


def test_there_is_room_again_once_one_of_twenty_is_revoked_or_over(ann: Values, clock: Clock) -> None:
    body = {"name": "A program", "scopes": [READ], "expires_in_days": 1}
    short = ask_with(body, "factors/create_token", **ann).json()
    revocable, *_ = [add_token(ann, READ) for _ in range(19)]
    assert ask("factors/create_token", **ann).status == 409
    ask("factors/revoke_token", **ann | revocable)
    assert ask("factors/create_token", **ann).status == 201
    assert ask("factors/create_token", **ann).status == 409
    clock.advance(days=1)
    fresh = signed_in()
    assert short["id"] not in [token["id"] for token in listed(fresh)]
    assert ask("factors/create_token", **fresh).status == 201


def test_no_token_is_made_for_a_session_that_ended_meanwhile(ann: Values) -> None:
    ask("sessions/logout_access_token", **ann)
    assert ask("factors/create_token", **ann).json()["code"] == "session_revoked"


# --- Used ------------------------------------------------------------------------------------------------------------


def test_a_token_works_on_the_tasks_of_its_user_and_nobody_else_s(ann: Values, ben: Values) -> None:
    token, bens = using(add_token(ann, READ, WRITE)), using(ben)
    made = ask("tasks/create_with_personal_access_token", **token).json()
    assert [task["id"] for task in ask("tasks/list_with_personal_access_token", **token).json()] == [made["id"]]
    assert [task["id"] for task in ask("tasks/list", **ann).json()] == [made["id"]]
    assert ask("tasks/list_with_personal_access_token", **bens).json() == []


def test_the_use_of_a_token_is_noted_once_an_hour(ann: Values, clock: Clock) -> None:
    token = add_token(ann, READ)
    first = clock.now().strftime("%Y-%m-%dT%H:%M:%SZ")
    assert is_let_in(token["personal_access_token"])
    clock.advance(seconds=3599)
    assert is_let_in(token["personal_access_token"])
    assert [shown["last_used_at"] for shown in listed(ann)] == [first]
    clock.advance(seconds=1)
    assert is_let_in(token["personal_access_token"])
    assert [shown["last_used_at"] for shown in listed(ann)] == [clock.now().strftime("%Y-%m-%dT%H:%M:%SZ")]


def test_a_token_is_no_session(ann: Values) -> None:
    token = add_token(ann, READ)
    text = token["personal_access_token"]
    assert [session["id"] for session in ask("sessions/list", **ann).json()] == [ann["session_id"]]
    assert ask("refresh/by_body", refresh_token=text).json()["code"] == "invalid_token"
    assert ask("sessions/logout_access_token", access_token=text).status == 204
    assert is_let_in(text)
    for session_id in (f"TOKEN#{token['token_id']}", token["token_id"]):
        assert ask("sessions/end", **ann, other_session_id=session_id).status == 404
    assert is_let_in(text)
    assert ask("login/second_factor", step_token=text, code="123456").json()["code"] == "invalid_token"


# --- Revoked ---------------------------------------------------------------------------------------------------------


def test_a_revoked_token_is_refused_at_once_and_the_others_are_not(ann: Values) -> None:
    revoked, other = add_token(ann, READ), add_token(ann, READ)
    assert is_let_in(revoked["personal_access_token"])
    assert ask("factors/revoke_token", **ann | revoked).status == 204
    assert not is_let_in(revoked["personal_access_token"])
    assert is_let_in(other["personal_access_token"])
    assert [token["id"] for token in listed(ann)] == [other["token_id"]]
    assert ask("factors/revoke_token", **ann | revoked).status == 404


def test_a_token_of_somebody_else_is_answered_exactly_like_one_that_does_not_exist(ann: Values, ben: Values) -> None:
    foreign = ask("factors/revoke_token_foreign", **ann, foreign_token_id=ben["token_id"])
    missing = ask("factors/revoke_token_missing", **ann)
    assert foreign.headers == missing.headers
    assert foreign.json() | {"request_id": ""} == missing.json() | {"request_id": ""}
    assert is_let_in(ben["personal_access_token"])


def test_a_text_that_is_too_long_for_a_key_is_a_token_that_does_not_exist(ann: Values) -> None:
    assert ask("factors/revoke_token", **ann, token_id="x" * 1100).status == 404


def test_a_token_is_over_when_its_time_is(ann: Values, clock: Clock) -> None:
    token = add_token(ann, READ)
    clock.advance(seconds=30 * 86400 - 1)
    assert is_let_in(token["personal_access_token"])
    clock.advance(seconds=1)
    assert not is_let_in(token["personal_access_token"])
    assert listed(signed_in()) == []


@pytest.mark.parametrize(
    ("end", "stays"),
    [
        ("sessions/logout_access_token", True),
        ("sessions/end_all", True),
        ("account/change_password", True),
        ("account/delete", False),
    ],
)
def test_a_token_outlives_sessions_and_passwords_and_not_the_account(end: str, stays: bool, ann: Values) -> None:
    token = add_token(ann, READ)
    assert ask(end, **ann).status == 204
    assert is_let_in(token["personal_access_token"]) is stays


# --- Who is told -----------------------------------------------------------------------------------------------------


def test_its_owner_is_told_of_tokens_that_are_made_and_revoked(ann: Values) -> None:
    ask("factors/revoke_token", **ann | add_token(ann, READ))
    told = {event["type"] for event in ask("account/events", **ann).json()}
    assert told >= {"access_token_created", "access_token_revoked"}
    send_mail()
    subjects = {"A personal access token was created", "A personal access token was revoked"}
    assert {mail.subject for mail in aws.mailed()} >= subjects
