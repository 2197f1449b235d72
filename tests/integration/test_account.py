"""The account function, fed from events/account: the password, the account itself, and its end."""

import os
import uuid
from typing import Any

import pytest

from tests.conftest import Clock
from tests.support import aws
from tests.support.range_service import BREACHED, RangeService
from tests.support.sample_events import (
    Answer,
    Case,
    ask,
    ask_with,
    check,
    check_cleared,
    is_let_in,
    placeholders,
    signed_in,
    signed_up,
    stored,
    work_off,
)

FIVE_WRONG = ["account/change_password_wrong"] * 5

CASES = {
    "account/change_password": Case(204),
    "account/change_password_wrong": Case(403, "wrong_password"),
    "account/change_password_too_many_attempts": Case(429, "too_many_attempts", after=FIVE_WRONG),
    "account/change_password_to_a_common_one": Case(422, "invalid_request", ["new_password"]),
    "account/change_password_to_a_breached_one": Case(422, "invalid_request", ["new_password"]),
    "account/change_password_to_a_short_one": Case(422, "invalid_request", ["new_password"]),
    "account/change_password_to_the_same": Case(422, "invalid_request", ["new_password"]),
    "account/change_password_to_the_email": Case(422, "invalid_request", ["new_password"]),
    "account/change_password_without_current_one": Case(403, "wrong_password"),
    "account/change_password_missing_members": Case(422, "invalid_request", ["new_password"]),
    "account/change_password_wrong_types": Case(422, "invalid_request", ["current_password", "new_password"]),
    "account/change_password_unknown_member": Case(422, "invalid_request", ["email"]),
    "account/change_password_broken_json": Case(400, "malformed_request"),
    "account/change_password_no_body": Case(400, "malformed_request"),
    "account/change_password_wrong_content_type": Case(415, "unsupported_media_type"),
    "account/read": Case(200),
    "account/read_without_principal": Case(401, "invalid_token"),
    "account/patch": Case(200),
    "account/patch_merge": Case(200),
    "account/patch_clear": Case(200),
    "account/patch_nothing": Case(200),
    "account/patch_unknown_timezone": Case(422, "invalid_request", ["timezone"]),
    "account/patch_bad_values": Case(422, "invalid_request", ["name", "timezone"]),
    "account/patch_read_only_members": Case(422, "invalid_request", ["id", "email", "created_at"]),
    "account/patch_not_an_object": Case(400, "malformed_request"),
    "account/patch_no_body": Case(400, "malformed_request"),
    "account/patch_wrong_content_type": Case(415, "unsupported_media_type"),
    "account/delete": Case(204),
    "account/delete_wrong_password": Case(403, "wrong_password"),
    "account/delete_too_many_attempts": Case(429, "too_many_attempts", after=FIVE_WRONG),
    "account/delete_missing_password": Case(403, "wrong_password"),
    "account/delete_wrong_types": Case(422, "invalid_request", ["password"]),
    "account/delete_unknown_member": Case(422, "invalid_request", ["reason"]),
    "account/delete_no_body": Case(400, "malformed_request"),
    "account/delete_broken_json": Case(400, "malformed_request"),
    "account/delete_wrong_content_type": Case(415, "unsupported_media_type"),
    "account/events": Case(200),
    "account/events_limited": Case(200),
    "account/events_next_page": Case(200),
    "account/events_foreign_cursor": Case(400, "invalid_cursor"),
    "account/events_broken_cursor": Case(400, "invalid_cursor"),
    "account/events_bad_limit": Case(422, "invalid_request", ["limit"]),
    "account/events_unknown_parameter": Case(422, "invalid_request", ["type"]),
    "account/export": Case(202),
    "account/export_too_many": Case(429, "too_many_jobs", after=["account/export"] * 5),
    "account/read_job": Case(200),
    "account/read_job_missing": Case(404, "not_found"),
    "account/read_job_foreign": Case(404, "not_found"),
}

CHANGES = {
    *("account/change_password", "account/delete", "account/export"),
    *("account/patch", "account/patch_merge", "account/patch_clear"),
}
OLD, NEW, WRONG = "a quiet river at dawn", "three lanterns, no wind", "a quiet river at dusk"


@pytest.fixture
def ann(moto_tables: None, clock: Clock) -> dict[str, str]:
    """Values of somebody who is signed in twice."""
    other = signed_up()
    clock.advance(seconds=5)
    return signed_in() | {f"other_{name}": other[name] for name in ("session_id", "access_token", "refresh_token")}


@pytest.fixture
def ben(moto_tables: None, clock: Clock) -> dict[str, str]:
    """Values of somebody else."""
    return signed_up("register/by_cookie")


def filled(name: str, ann: dict[str, str], ben: dict[str, str]) -> dict[str, str]:
    """Ann's values, with what the event needs besides."""
    values = dict(ann)
    for placeholder in placeholders(name) - values.keys():
        owner = ben if placeholder.startswith("foreign_") else ann
        if placeholder.endswith("job_id"):
            values[placeholder] = ask("account/export", **owner).json()["id"]
        else:
            assert placeholder.endswith("cursor")
            ask("account/change_password_wrong", **owner)
            ask("account/change_password_wrong", **owner)
            page = ask("account/events_limited", **owner).next_page()
            assert page is not None
            values[placeholder] = page["cursor"]
    return values


def kept() -> list[dict[str, Any]]:
    """What is stored, but for the counters of failed attempts and the security events."""
    beside = ("ATTEMPT#", "EVENTS#")
    return [*stored("sessions"), *(row for row in stored("users") if not row["pk"].startswith(beside))]


def attempted(name: str, password: str, ann: dict[str, str]) -> Answer:
    """The answer to a change of password or a deletion that gives this one as the current password."""
    if name == "account/delete":
        return ask_with({"password": password}, name, **ann)
    return ask_with({"current_password": password, "new_password": NEW}, name, **ann)


@pytest.mark.parametrize("name", CASES)
def test_each_event_is_answered_as_its_case_says_and_changes_something_only_where_it_should(
    name: str, ann: dict[str, str], ben: dict[str, str], breaches: RangeService
) -> None:
    for earlier in CASES[name].after:
        ask(earlier, **ann)
        work_off()
    values = filled(name, ann, ben)
    if name == "account/patch_clear":
        ask("account/patch", **ann)
    before = kept()
    check(name, CASES[name], ask(name, **values))
    assert (kept() != before) == (name in CHANGES)


# --- The password ----------------------------------------------------------------------------------------------------


def test_after_a_change_the_new_password_counts_and_the_old_one_no_more(ann: dict[str, str]) -> None:
    answer = ask("account/change_password", **ann)
    assert answer.header("set-cookie") is None
    assert ask("login/ok").json()["code"] == "invalid_credentials"
    assert ask_with({"email": "ann@example.com", "password": NEW}, "login/ok").status == 200


def test_a_change_ends_every_other_session_and_not_the_one_it_is_made_in(ann: dict[str, str]) -> None:
    assert is_let_in(ann["other_access_token"])
    ask("account/change_password", **ann)
    assert not is_let_in(ann["other_access_token"])
    assert ask("refresh/by_body", refresh_token=ann["other_refresh_token"]).json()["code"] == "session_revoked"
    assert is_let_in(ann["access_token"])
    assert [session["id"] for session in ask("sessions/list", **ann).json()] == [ann["session_id"]]
    assert ask("refresh/by_body", **ann).status == 200


def test_a_change_touches_nobody_else(ann: dict[str, str], ben: dict[str, str]) -> None:
    ask("account/change_password", **ann)
    assert is_let_in(ben["access_token"])


@pytest.mark.parametrize("new", ["x" * 7, "x" * 129, "Password1", "ann@example.com!", "taskward1", OLD, BREACHED])
def test_a_new_password_that_is_refused_is_named_and_never_repeated(
    new: str, ann: dict[str, str], breaches: RangeService
) -> None:
    answer = ask_with({"current_password": OLD, "new_password": new}, "account/change_password", **ann)
    assert (answer.status, [error["field"] for error in answer.json()["errors"]]) == (422, ["new_password"])
    assert new not in answer.text
    assert ask("login/ok").status == 200


@pytest.mark.parametrize("new", ["x7 ä\u4e2d  \U0001f600", "  two blanks around  ", "y" * 64 + "z" * 64])
def test_a_new_password_may_be_made_of_anything_and_counts_as_it_was_sent(new: str, ann: dict[str, str]) -> None:
    assert ask_with({"current_password": OLD, "new_password": new}, "account/change_password", **ann).status == 204
    for guess, status in ((new.strip() + "?", 401), (new[:-1], 401), (new, 200)):
        assert ask_with({"email": "ann@example.com", "password": guess}, "login/ok").status == status


@pytest.mark.parametrize("name", ["account/change_password", "account/delete"])
def test_a_wrong_password_is_counted_and_each_further_one_is_followed_by_twice_the_wait(
    name: str, ann: dict[str, str], clock: Clock
) -> None:
    for _ in range(5):
        assert attempted(name, WRONG, ann).json()["code"] == "wrong_password"
    for wait in (1, 2, 4, 8):
        refused = attempted(name, OLD, ann)
        assert (refused.status, refused.json()["code"]) == (429, "too_many_attempts")
        assert refused.header("retry-after") == str(wait)
        clock.advance(seconds=wait)
        assert attempted(name, WRONG, ann).status == 403
    clock.advance(seconds=16)
    assert attempted(name, OLD, ann).status == 204


def test_guesses_in_a_session_and_guesses_at_a_sign_in_are_counted_together(ann: dict[str, str], clock: Clock) -> None:
    for name in ("account/change_password_wrong", "login/wrong_password", "account/delete_wrong_password"):
        assert ask(name, **ann).status in (401, 403)
    for _ in range(2):
        ask("login/wrong_password")
    assert ask("account/change_password", **ann).header("retry-after") == "1"
    assert ask("login/ok").header("retry-after") == "1"
    clock.advance(seconds=1)
    assert ask("account/change_password", **ann).status == 204


def test_nobody_is_asked_about_a_new_password_before_the_current_one_was_right(
    ann: dict[str, str], breaches: RangeService
) -> None:
    for _ in range(5):
        assert ask("account/change_password_wrong", **ann).status == 403
    assert ask("account/change_password_too_many_attempts", **ann).status == 429
    assert breaches.asked == []


def test_a_new_password_that_is_refused_costs_no_attempt(ann: dict[str, str]) -> None:
    for _ in range(6):
        assert ask("account/change_password_to_a_common_one", **ann).status == 422
    assert ask("account/change_password", **ann).status == 204


# --- The account -----------------------------------------------------------------------------------------------------


def test_the_account_is_the_user_that_the_registration_showed(moto_tables: None) -> None:
    user = ask("register/created").json()["user"]
    assert ask("account/read", **signed_in()).json() == user


def test_a_patch_changes_what_it_names_and_null_clears(ann: dict[str, str]) -> None:
    before = ask("account/read", **ann).json()
    assert (before["name"], before["timezone"]) == ("Ann", None)
    patched = ask("account/patch", **ann).json()
    assert patched == before | {"name": "Ann of Arden", "timezone": "Europe/Paris"}
    moved = ask("account/patch_merge", **ann).json()
    assert moved == patched | {"timezone": "Asia/Kolkata"}
    assert ask("account/patch_nothing", **ann).json() == moved
    cleared = ask("account/patch_clear", **ann).json()
    assert cleared == before | {"name": None, "timezone": None}
    assert ask("account/read", **ann).json() == cleared
    assert ask("sessions/who_am_i", **ann).json()["user"] == cleared


@pytest.mark.parametrize("zone", ["", "Europe/paris", "../etc/passwd", "Europe/Paris ", "UTC+1", "x" * 10_000])
def test_only_names_of_the_time_zone_database_are_time_zones(zone: str, ann: dict[str, str]) -> None:
    answer = ask_with({"timezone": zone}, "account/patch", **ann)
    assert (answer.status, answer.json()["errors"][0]["field"]) == (422, "timezone")


@pytest.mark.parametrize("name", ["sub", "email", "password", "password_hash", "sign_ins", "credential_version", "pk"])
def test_what_is_not_the_users_to_set_cannot_be_set(name: str, ann: dict[str, str]) -> None:
    before = kept()
    answer = ask_with({"name": "Ann", name: "x"}, "account/patch", **ann)
    assert (answer.status, [error["field"] for error in answer.json()["errors"]]) == (422, [name])
    assert kept() == before


def test_a_patch_touches_nobody_else(ann: dict[str, str], ben: dict[str, str]) -> None:
    before = ask("account/read", **ben).json()
    ask("account/patch", **ann)
    assert ask("account/read", **ben).json() == before


# --- Its end ---------------------------------------------------------------------------------------------------------


def test_a_deleted_account_is_over_at_once_everywhere_and_the_browser_forgets_it(ann: dict[str, str]) -> None:
    check_cleared(ask("account/delete", **ann))
    assert not is_let_in(ann["access_token"])
    assert not is_let_in(ann["other_access_token"])
    assert ask("refresh/by_body", **ann).json()["code"] == "session_revoked"
    assert ask("login/ok").json()["code"] == "invalid_credentials"
    for name in ("account/read", "account/patch", "account/delete", "account/export", "account/change_password"):
        assert ask(name, **ann).json()["code"] == "session_revoked"


def test_the_address_of_a_deleted_account_is_free_for_another(ann: dict[str, str]) -> None:
    ask("account/delete", **ann)
    user = ask("register/created").json()["user"]
    assert str(uuid.UUID(user["id"])) != ann["user_id"]
    assert user["email"] == "ann@example.com"


def test_the_removal_of_the_rest_waits_for_the_requests_that_are_still_at_work(ann: dict[str, str]) -> None:
    ask("account/delete", **ann)
    assert aws.queued() == []
    assert _waiting() == 1


def test_a_wrong_password_deletes_nothing_and_asks_for_nothing(ann: dict[str, str]) -> None:
    answer = ask("account/delete_wrong_password", **ann)
    assert answer.header("set-cookie") is None
    assert _waiting() == 0
    assert ask("account/read", **ann).status == 200


def test_a_deletion_touches_nobody_else(ann: dict[str, str], ben: dict[str, str]) -> None:
    before = [row for row in kept() if ben["user_id"] in str(row)]
    ask("account/delete", **ann)
    assert [row for row in kept() if ben["user_id"] in str(row)] == before
    assert is_let_in(ben["access_token"])
    assert ask("account/read", **ben).status == 200


def _waiting() -> int:
    """How many messages are delayed in the queue."""
    wanted = "ApproximateNumberOfMessagesDelayed"
    found = aws.client("sqs").get_queue_attributes(QueueUrl=os.environ["JOBS_QUEUE"], AttributeNames=[wanted])
    return int(found["Attributes"][wanted])
