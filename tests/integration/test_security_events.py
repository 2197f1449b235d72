"""Security events as their user reads them: what each tells, in order, page by page, and nobody else's."""

import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from taskward import clock as clocks
from taskward.client import Client
from taskward.identity import events, sessions
from tests.conftest import Clock
from tests.support.events import VIEWER_ADDRESS, VIEWER_ORIGIN
from tests.support.moto_account import ORIGIN_SECRET
from tests.support.sample_events import answer_to, ask, load, placeholders, signed_in, signed_up, stored

GATEWAY = "https://a1b2c3d4e5.execute-api.us-east-1.amazonaws.com"
# Where the sample events come from, but for those of browsers.
IP, CURL = "198.51.100.7", "curl/8.14.1"

Values = dict[str, str]


@pytest.fixture
def ann(moto_tables: None, clock: Clock) -> Values:
    """Values of somebody who is signed in twice, the last time a while ago."""
    other = signed_up()
    clock.advance(seconds=5)
    ann = signed_in() | {f"other_{name}": other[name] for name in ("session_id", "refresh_token")}
    clock.advance(seconds=5)
    return ann


def told(ann: Values) -> list[dict[str, Any]]:
    """All of a user's events, the newest first."""
    found: list[dict[str, Any]] = ask("account/events", **ann).json()
    return found


def recorded(ann: Values, number: int) -> None:
    """So many more events of a user, all in this moment."""
    for _ in range(number):
        events.record(events.new("sign_in_failed", ann["user_id"], Client(IP, CURL)))


def pages(ann: Values, between: Callable[[], None] = lambda: None) -> list[list[str]]:
    """The ids of all events, page by page; something is done before each page but the first."""
    answer = ask("account/events_limited", **ann)
    found = [[event["id"] for event in answer.json()]]
    while query := answer.next_page():
        between()
        assert query["limit"] == "2"
        answer = ask("account/events_next_page", **ann, cursor=query["cursor"])
        found.append([event["id"] for event in answer.json()])
    return found


# --- What each of them tells -----------------------------------------------------------------------------------------


def reuse(ann: Values, clock: Clock) -> None:
    ask("refresh/by_body", **ann)
    clock.advance(seconds=31)
    ask("refresh/used_before", used_refresh_token=ann["refresh_token"])


def refresh_elsewhere(ann: Values, _: Clock) -> None:
    ask("refresh/by_body", **ann)
    event = load("refresh/by_body", refresh_token=ann["refresh_token"])
    event["requestContext"]["identity"]["sourceIp"] = "203.0.113.50"
    assert answer_to("refresh/by_body", event).status == 200


def sign_in_again(ann: Values, _: Clock) -> None:
    event = load("login/ok")
    event["headers"]["cookie"] = f"__Host-taskward_refresh={ann['refresh_token']}"
    assert answer_to("login/ok", event).status == 200


def asked(name: str) -> Callable[[Values, Clock], None]:
    def happen(ann: Values, _: Clock) -> None:
        ask(name, **ann)

    return happen


# Of each thing that happens what is told of it: kinds, with the session and the reason, in any order.
TOLD: dict[str, tuple[Callable[[Values, Clock], None], list[tuple[str, str | None, str | None]]]] = {
    "a wrong password at a sign-in": (asked("login/wrong_password"), [("sign_in_failed", None, None)]),
    "a wrong password in a session": (
        asked("account/change_password_wrong"),
        [("password_check_failed", "session_id", None)],
    ),
    "a wrong password at the end": (
        asked("account/delete_wrong_password"),
        [("password_check_failed", "session_id", None)],
    ),
    "a new password": (
        asked("account/change_password"),
        [("password_changed", "session_id", None), ("session_ended", "other_session_id", "password_changed")],
    ),
    "a logout": (asked("sessions/logout_refresh_token"), [("session_ended", "session_id", "signed_out")]),
    "the end of another session": (asked("sessions/end"), [("session_ended", "other_session_id", "ended_elsewhere")]),
    "the end of the others": (asked("sessions/end_others"), [("session_ended", "other_session_id", "ended_elsewhere")]),
    "the end of all": (
        asked("sessions/end_all"),
        [("session_ended", "session_id", "signed_out"), ("session_ended", "other_session_id", "ended_elsewhere")],
    ),
    "a refresh token used twice": (
        reuse,
        [("refresh_token_reused", "session_id", "replayed"), ("session_ended", "session_id", "token_reused")],
    ),
    "a refresh from two addresses": (refresh_elsewhere, [("refresh_grace_from_other_address", "session_id", None)]),
    "an export": (asked("account/export"), [("export_requested", "session_id", None)]),
    "a sign-in over another": (
        sign_in_again,
        [("signed_in", "new", None), ("session_ended", "session_id", "signed_in_again")],
    ),
}


@pytest.mark.parametrize("happening", TOLD)
def test_what_happens_is_told_with_the_session_and_the_reason(happening: str, ann: Values, clock: Clock) -> None:
    happen, expected = TOLD[happening]
    before = told(ann)
    happen(ann, clock)
    after = told(ann)
    new = after[: len(after) - len(before)]
    assert after[len(new) :] == before
    known = {ann[name]: name for name in ("session_id", "other_session_id")} | {None: None}
    shown = [(event["type"], known.get(event["session_id"], "new"), event["reason"]) for event in new]
    assert sorted(shown, key=str) == sorted(expected, key=str)


def test_an_event_is_shown_with_all_there_is_of_it(moto_tables: None, clock: Clock) -> None:
    first = signed_up()
    registered = clocks.rfc3339(clock.now())
    clock.advance(seconds=1)
    second = signed_in("login/by_cookie")
    browser = load("login/by_cookie")["requestContext"]["identity"]["userAgent"]
    shown = told(second)
    assert all(str(uuid.UUID(event.pop("id"))) for event in shown)
    assert shown == [
        {
            "ip": IP,
            "reason": "new_device",
            "type": "signed_in",
            "created_at": clocks.rfc3339(clock.now()),
            "user_agent": browser,
            "session_id": second["session_id"],
        },
        {
            "ip": IP,
            "reason": None,
            "type": "registered",
            "created_at": registered,
            "user_agent": CURL,
            "session_id": first["session_id"],
        },
    ]


def test_an_event_has_the_address_of_who_did_it_and_not_of_the_session(ann: Values) -> None:
    event = load("login/wrong_password")
    event["requestContext"]["identity"]["sourceIp"] = "203.0.113.50"
    event["headers"]["User-Agent"] = "x" * 300
    answer_to("login/wrong_password", event)
    assert (told(ann)[0]["ip"], told(ann)[0]["user_agent"]) == ("203.0.113.50", "x" * 256)


def test_behind_a_trusted_proxy_it_is_the_viewers_address(moto_tables: None, clock: Clock) -> None:
    ann = signed_up("register/through_proxy", origin_secret=ORIGIN_SECRET)
    assert told(ann)[0]["ip"] == VIEWER_ADDRESS


def test_one_session_too_many_is_told_of(ann: Values, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sessions, "MAX_PER_USER", 2)
    new = signed_in()
    shown = [(event["type"], event["session_id"], event["reason"]) for event in told(ann)[:2]]
    assert sorted(shown) == [
        ("session_ended", ann["other_session_id"], "too_many_sessions"),
        ("signed_in", new["session_id"], None),
    ]


def test_a_deletion_is_recorded_until_the_rest_is_removed(ann: Values) -> None:
    ask("account/delete", **ann)
    kinds = [row["kind"] for row in stored("users") if row["pk"] == f"EVENTS#{ann['user_id']}"]
    assert "deletion_requested" in kinds


def test_a_failed_sign_in_at_no_account_is_told_to_nobody(ann: Values) -> None:
    before = told(ann)
    ask("login/unknown_email")
    assert told(ann) == before


def test_no_event_repeats_a_password_or_a_token(ann: Values, clock: Clock) -> None:
    reuse(ann | {"refresh_token": ann["other_refresh_token"]}, clock)
    ask("login/wrong_password")
    ask("account/change_password", **ann)
    text = ask("account/events", **ann).text + str(stored("users"))
    for secret in ("a quiet river", "three lanterns", ann["access_token"], ann["other_refresh_token"]):
        assert secret not in text


# --- The list --------------------------------------------------------------------------------------------------------


def test_the_list_is_in_order_the_newest_first(ann: Values, clock: Clock) -> None:
    for _ in range(3):
        ask("login/wrong_password")
        clock.advance(seconds=1)
    ask("account/export", **ann)
    kinds = [event["type"] for event in told(ann)]
    assert kinds == ["export_requested", *["sign_in_failed"] * 3, "signed_in", "registered"]
    times = [event["created_at"] for event in told(ann)]
    assert times == sorted(times, reverse=True)


@pytest.mark.parametrize("number", [0, 1, 2, 5, 6])
def test_the_pages_hold_every_event_once_even_those_of_one_moment(number: int, ann: Values) -> None:
    recorded(ann, number)
    found = pages(ann)
    assert [len(page) for page in found[:-1]] == [2] * (len(found) - 1)
    assert found[-1]
    assert [event for page in found for event in page] == [event["id"] for event in told(ann)]
    assert sum(map(len, found)) == number + 2


def test_what_happens_between_the_pages_makes_no_event_appear_twice_or_not_at_all(ann: Values, clock: Clock) -> None:
    recorded(ann, 6)
    before = [event["id"] for event in told(ann)]

    def something_happens() -> None:
        clock.advance(seconds=1)
        recorded(ann, 3)

    assert [event for page in pages(ann, something_happens) for event in page] == before
    assert len(told(ann)) > len(before)


def test_a_page_has_fifty_events_unless_asked_otherwise(ann: Values) -> None:
    recorded(ann, 48)
    assert (len(told(ann)), ask("account/events", **ann).header("link")) == (50, None)
    recorded(ann, 1)
    answer = ask("account/events", **ann)
    assert (len(answer.json()), (answer.next_page() or {})["limit"]) == (50, "50")


@pytest.mark.parametrize("limit", ["0", "-1", "101", "1.0", "ten", "", "٣"])
def test_a_limit_is_a_whole_number_from_1_to_100(limit: str, ann: Values) -> None:
    values = {name: ann[name] for name in placeholders("account/events_limited")}
    event = load("account/events_limited", **values)
    event["queryStringParameters"]["limit"] = limit
    event["multiValueQueryStringParameters"]["limit"] = [limit]
    answer = answer_to("account/events_limited", event)
    assert (answer.status, answer.json()["errors"][0]["field"]) == (422, "limit")


def test_the_link_is_absolute_and_right_for_the_viewer(moto_tables: None, clock: Clock) -> None:
    ann = signed_up("register/through_proxy", origin_secret=ORIGIN_SECRET)
    recorded(ann, 2)
    link = ask("account/events_limited", **ann).header("link") or ""
    assert link.startswith(f"<{GATEWAY}/api/account/events?limit=2&cursor=")
    event = load("account/events_limited", **{name: ann[name] for name in placeholders("account/events_limited")})
    proxy = load("register/through_proxy", origin_secret=ORIGIN_SECRET)["headers"]
    event["headers"] |= {name: value for name, value in proxy.items() if name.startswith("x-taskward-")}
    link = answer_to("account/events_limited", event).header("link") or ""
    assert link.startswith(f"<{VIEWER_ORIGIN}/api/account/events?limit=2&cursor=")


def test_a_cursor_is_good_for_one_users_events_alone(ann: Values) -> None:
    recorded(ann, 1)
    cursor = (ask("account/events_limited", **ann).next_page() or {})["cursor"]
    ben = signed_up("register/by_cookie")
    assert ask("account/events_foreign_cursor", **ben, foreign_cursor=cursor).json()["code"] == "invalid_cursor"
    assert ask("tasks/list_foreign_cursor", **ann, foreign_cursor=cursor).json()["code"] == "invalid_cursor"
    assert ask("account/events_next_page", **ann, cursor=cursor).status == 200


def test_nobody_sees_the_events_of_another(ann: Values) -> None:
    ben = signed_up("register/by_cookie")
    mine = {event["id"] for event in told(ann)}
    assert [event["type"] for event in told(ben)] == ["registered"]
    ask("login/wrong_password")
    assert len(told(ben)) == 1
    assert not mine & {event["id"] for event in told(ben)}


def test_events_are_forgotten_after_a_year(ann: Values, clock: Clock) -> None:
    recorded(ann, 3)
    clock.moment += events.KEPT_FOR - timedelta(seconds=6)
    recorded(ann, 1)
    assert [len(page) for page in pages(ann)] == [2, 2, 1]
    clock.advance(seconds=6)
    assert [len(page) for page in pages(ann)] == [1]
