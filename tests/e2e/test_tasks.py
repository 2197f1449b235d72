"""Tasks over HTTP: the contract of the README's table, isolation, and text that comes back as it was sent."""

import json
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from tests.e2e.conftest import Person

MERGE_PATCH = {"Content-Type": "application/merge-patch+json"}


def _code(response: httpx.Response) -> tuple[int, str]:
    return response.status_code, response.json()["code"]


def _fields(response: httpx.Response) -> list[str]:
    assert response.status_code == 422, response.text
    return [error["field"] for error in response.json()["errors"]]


@pytest.fixture(scope="module")
def someone(new_person: Callable[[], Person]) -> Person:
    """One person for the tests that do not mind what else is in the list."""
    return new_person()


def test_a_created_task_is_echoed_and_found_at_its_address(someone: Person, base_url: str) -> None:
    sent = {"title": "  Pay rent ", "priority": "high", "due": "2026-12-24", "tags": ["home"], "order": 95}
    response = someone.request("POST", "/tasks", json=sent)
    assert response.status_code == 201
    task = response.json()
    assert {name: task[name] for name in sent} == sent | {"title": "Pay rent"}
    assert (task["completed"], task["description"], task["version"]) == (False, None, 1)
    assert task["url"] == f"{base_url}/tasks/{task['id']}" == response.headers["location"]
    assert response.headers["etag"] == '"1"'
    found = someone.client.get(task["url"], headers={"Authorization": f"Bearer {someone.access_token}"})
    assert (found.status_code, found.json(), found.headers["etag"]) == (200, task, '"1"')


def test_the_rules_of_todo_backend_hold(person: Person, base_url: str) -> None:
    assert person.request("DELETE", "/tasks").status_code == 204
    assert person.request("GET", "/tasks").json() == []
    made = person.request("POST", "/tasks", json={"title": "walk the dog"}).json()
    assert (made["title"], made["completed"], made["url"]) == ("walk the dog", False, f"{base_url}/tasks/{made['id']}")
    listed = person.request("GET", "/tasks").json()
    assert [(task["completed"], task["url"]) for task in listed] == [(False, made["url"])]
    for change in ({"title": "bathe the cat"}, {"completed": True}, {"order": 95}, {"title": "x", "order": 10.5}):
        patched = person.request("PATCH", f"/tasks/{made['id']}", json=change)
        assert patched.status_code == 200
        for seen in (patched.json(), person.request("GET", f"/tasks/{made['id']}").json()):
            assert {name: seen[name] for name in change} == change
        assert person.request("GET", "/tasks").json()[0] == patched.json()
    assert person.task(title="blah", order=523)["order"] == 523
    assert person.request("DELETE", f"/tasks/{made['id']}").status_code == 204
    assert [task["title"] for task in person.request("GET", "/tasks").json()] == ["blah"]
    assert person.request("DELETE", "/tasks").status_code == 204
    assert person.request("GET", "/tasks").json() == []


def test_two_parallel_posts_both_appear_at_once(person: Person) -> None:
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda title: person.task(title=title), ["one", "two"]))
    assert {task["title"] for task in person.request("GET", "/tasks").json()} == {"one", "two"}


def test_the_list_is_newest_first_and_pages_by_link(person: Person) -> None:
    for n in range(5):
        person.task(title=str(n), completed=n == 2)
    response = person.request("GET", "/tasks", params={"limit": 2})
    titles = [[task["title"] for task in response.json()]]
    while link := response.headers.get("link"):
        assert link.endswith('>; rel="next"')
        response = person.request("GET", link[1 : link.index(">")])
        titles.append([task["title"] for task in response.json()])
    assert titles == [["4", "3"], ["2", "1"], ["0"]]


def test_a_cursor_of_somebody_else_is_refused(person: Person, someone: Person) -> None:
    for _ in range(2):
        someone.task()
    link = someone.request("GET", "/tasks", params={"limit": 1}).headers["link"]
    assert _code(person.request("GET", link[1 : link.index(">")])) == (400, "invalid_cursor")


def test_bad_parameters_are_named(someone: Person) -> None:
    for limit in ("0", "101", "-1", "x", "1.5", "", "9" * 400, "٣", "0000000500", "1" + "0" * 5000):
        assert _fields(someone.request("GET", "/tasks", params={"limit": limit})) == ["limit"], limit
    assert _fields(someone.request("GET", "/tasks", params={"limmit": "1"})) == ["limmit"]
    assert _fields(someone.request("DELETE", "/tasks", params={"complete": "true"})) == ["complete"]
    assert _fields(someone.request("DELETE", "/tasks", params={"completed": "false"})) == ["completed"]


def test_another_user_s_task_is_like_no_task_on_every_route(person: Person, someone: Person) -> None:
    theirs = person.task(title="private")
    before = person.request("GET", f"/tasks/{theirs['id']}").json()
    requests: list[tuple[str, str, dict[str, Any]]] = [
        ("GET", "", {}),
        ("PUT", "", {"json": {"title": "mine"}}),
        ("PATCH", "", {"json": {"title": "mine"}}),
        ("PATCH", "/complete", {}),
        ("DELETE", "", {}),
        ("GET", "", {"headers": {"If-None-Match": '"1"'}}),
        ("PUT", "", {"json": {"title": "mine"}, "headers": {"If-Match": '"1"'}}),
        ("PATCH", "", {"json": {"title": "mine"}, "headers": {"If-Match": '"9"'}}),
        ("DELETE", "", {"headers": {"If-Match": '"1"'}}),
    ]
    for method, suffix, arguments in requests:
        answers = []
        for task_id in (theirs["id"], str(uuid.uuid4())):
            response = someone.request(method, f"/tasks/{task_id}{suffix}", **arguments)
            assert _code(response) == (404, "not_found"), (method, suffix)
            headers = {name: value for name, value in response.headers.items() if name not in ("date",)}
            answers.append((response.json() | {"request_id": ""}, sorted(headers)))
        assert answers[0] == answers[1], (method, suffix)
    assert person.request("GET", f"/tasks/{theirs['id']}").json() == before
    someone.request("DELETE", "/tasks")
    assert person.request("GET", f"/tasks/{theirs['id']}").json() == before


def test_put_replaces_all_and_ignores_what_is_read_only(someone: Person) -> None:
    task = someone.task(description="old", tags=["a"], priority="low", order=3)
    replaced = someone.request("PUT", f"/tasks/{task['id']}", json=task | {"title": "new", "version": 99}).json()
    assert replaced == task | {"title": "new", "version": 2, "updated_at": replaced["updated_at"]}
    bare = someone.request("PUT", f"/tasks/{task['id']}", json={"title": "bare"}).json()
    assert (bare["description"], bare["tags"], bare["priority"], bare["order"]) == (None, [], "none", 3)
    assert _fields(someone.request("PUT", f"/tasks/{task['id']}", json={"title": "x", "colour": "red"})) == ["colour"]
    assert _fields(someone.request("PUT", f"/tasks/{task['id']}", json={"priority": "low"})) == ["title"]


def test_a_merge_patch_changes_what_it_names_and_null_takes_back(someone: Person) -> None:
    task = someone.task(description="old", due="2026-12-24T18:00:00", due_timezone="Europe/Paris", tags=["a", "b"])
    path = f"/tasks/{task['id']}"
    patch = json.dumps({"description": None, "tags": ["c"]})
    patched = someone.request("PATCH", path, content=patch, headers=MERGE_PATCH).json()
    assert (patched["description"], patched["tags"], patched["due"]) == (None, ["c"], "2026-12-24T18:00:00")
    undated = someone.request("PATCH", path, json={"due": None}).json()
    assert (undated["due"], undated["due_timezone"]) == (None, None)
    assert _fields(someone.request("PATCH", path, json={"title": None})) == ["title"]
    assert _fields(someone.request("PATCH", path, json={"version": 7})) == ["version"]
    assert _fields(someone.request("PATCH", path, json={"completed": "yes"})) == ["completed"]


def test_etags_guard_every_change(someone: Person) -> None:
    task = someone.task()
    path = f"/tasks/{task['id']}"
    stale, current = {"If-Match": '"1"'}, {"If-Match": 'W/"1", "2"'}
    assert someone.request("PATCH", path, json={"title": "second"}, headers=stale).headers["etag"] == '"2"'
    for method, suffix, arguments in (
        ("PUT", "", {"json": {"title": "lost"}}),
        ("PATCH", "", {"json": {"title": "lost"}}),
        ("PATCH", "/complete", {}),
        ("DELETE", "", {}),
    ):
        response = someone.request(method, path + suffix, headers=stale, **arguments)
        assert _code(response) == (412, "precondition_failed"), (method, suffix)
    assert someone.request("GET", path).json()["title"] == "second"
    for tag in ('"2"', 'W/"2"', "*", '"1", "2"'):
        response = someone.request("GET", path, headers={"If-None-Match": tag})
        assert (response.status_code, response.content, response.headers["etag"]) == (304, b"", '"2"')
    assert someone.request("GET", path, headers={"If-None-Match": '"1"'}).status_code == 200
    assert someone.request("PATCH", path, json={"title": "third"}, headers=current).status_code == 200
    assert someone.request("DELETE", path, headers={"If-Match": "*"}).status_code == 204
    assert someone.request("GET", path).status_code == 404


def test_complete_toggles_or_does_as_told(someone: Person) -> None:
    path = f"/tasks/{someone.task()['id']}/complete"
    done = someone.request("PATCH", path).json()
    assert (done["completed"], done["completed_at"] is not None) == (True, True)
    undone = someone.request("PATCH", path, json={}).json()
    assert (undone["completed"], undone["completed_at"]) == (False, None)
    for _ in range(2):
        assert someone.request("PATCH", path, json={"completed": True}).json()["version"] == 4
    assert _fields(someone.request("PATCH", path, json={"completed": 1})) == ["completed"]


def test_deleting_completed_tasks_leaves_the_others(person: Person) -> None:
    person.task(title="open")
    person.task(title="done", completed=True)
    assert person.request("DELETE", "/tasks", params={"completed": "true"}).status_code == 204
    assert [task["title"] for task in person.request("GET", "/tasks").json()] == ["open"]


NAUGHTY = [
    "\u202eright to left\u202c \u0627\u0644\u0639\u0631\u0628\u064a\u0629 \u05e2\u05d1\u05e8\u05d9\u05ea",
    "\U0001f468\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466 \U0001f3f4\U000e0067\U000e0062\U000e007f \u2764\ufe0f",
    "nul \x00 bell \x07 escape \x1b[31m delete \x7f",
    "\U0001d573\U0001d58a\U0001d591\U0001d591\U0001d594 \U00020000 \U0010ffff \ufffe \ufeff",
    "Z\u0351\u036b\u0343\u036a\u0302\u036b A\u030a vs \u00c5 e\u0301 vs \u00e9",
    "'; DROP TABLE tasks; -- \" OR 1=1 /* ${jndi:ldap://x} {{7*7}} %s %n",
    "<script>alert(1)</script><img src=x onerror=alert(1)> &amp; &#x0;",
    "\u2028 line \u2029 paragraph \u0085 next \u00a0 nbsp \u200b zero",
    "../../etc/passwd \\u0000 \\x00 null undefined NaN true 0 []",
    '{"a": 1} \\ / \b \f \t ; , = # ! $ ~ `',
]


def test_any_text_comes_back_byte_for_byte(person: Person) -> None:
    for text in NAUGHTY:
        sent = {"title": f"x{text}x", "description": f"\r\n {text} \r\n", "tags": [text[:50]]}
        for encoded in (json.dumps(sent), json.dumps(sent, ensure_ascii=False)):
            headers = {"Content-Type": "application/json; charset=utf-8"}
            made = person.request("POST", "/tasks", content=encoded.encode(), headers=headers)
            assert made.status_code == 201, made.text
            found = person.request("GET", f"/tasks/{made.json()['id']}").json()
            for seen in (made.json(), found, person.request("GET", "/tasks?limit=1").json()[0]):
                assert {name: seen[name] for name in sent} == sent


def test_what_cannot_be_text_is_refused(someone: Person) -> None:
    headers = {"Content-Type": "application/json"}
    response = someone.request("POST", "/tasks", content=b'{"title": "lone \\ud800 surrogate"}', headers=headers)
    assert _fields(response) == ["title"]


def test_a_body_that_is_not_json_is_400(someone: Person) -> None:
    path = f"/tasks/{someone.task()['id']}"
    bodies = [b"{", b"", b"[]", b'"x"', b"null", b"nonsense", b'{"title": NaN}', b'{"title": "a", "title": "b"}']
    bodies += [b"[" * 100_000, b'{"order": 1e999}', b'{"title": "x" "y"}']
    for body in bodies:
        for method, address in (("POST", "/tasks"), ("PUT", path), ("PATCH", path)):
            if body == b'{"order": 1e999}':
                continue
            response = someone.request(method, address, content=body, headers={"Content-Type": "application/json"})
            assert _code(response) == (400, "malformed_request"), (method, body[:40])


def test_bad_fields_are_each_named(someone: Person) -> None:
    bad = {
        "title": " ",
        "description": "x" * 8193,
        "completed": "no",
        "priority": "urgent",
        "due": "tomorrow",
        "due_timezone": "Mars/Olympus",
        "tags": ["", "x" * 51, 7],
        "order": "first",
        "owner": "me",
        "id": "1",
    }
    fields = _fields(someone.request("POST", "/tasks", json=bad))
    assert {field.split(".")[0] for field in fields} == set(bad)
    assert {"tags.0", "tags.1", "tags.2"} <= set(fields)
    for one in (
        {"title": "x" * 201},
        {"title": 7},
        {"title": None},
        {"tags": ["a"] * 2},
        {"tags": [str(n) for n in range(21)]},
        {"due": "2026-02-30"},
        {"due": "2026-12-24", "due_timezone": "Europe/Paris"},
        {"order": 2**53},
        {"order": True},
    ):
        response = someone.request("POST", "/tasks", json={"title": "x"} | one)
        assert [field.split(".")[0] for field in _fields(response)] == [next(iter(one))], one
    assert _fields(someone.request("POST", "/tasks", json={"title": "x", "due_timezone": "Europe/Paris"})) == ["due"]


def test_the_longest_values_are_taken(someone: Person) -> None:
    longest = {
        "title": "\U0001f389" * 200,
        "description": "\U0001f389" * 8192,
        "tags": [f"{n:02}" + "\U0001f389" * 48 for n in range(20)],
    }
    task = someone.task(**longest)
    assert {name: task[name] for name in longest} == longest


def test_another_content_type_is_415(someone: Person) -> None:
    path = f"/tasks/{someone.task()['id']}"
    for kind in ("text/plain", "application/x-www-form-urlencoded", "application/json; charset=latin-1", "", "json"):
        for method, address in (("POST", "/tasks"), ("PUT", path), ("PATCH", path)):
            response = someone.request(method, address, content=b'{"title":"x"}', headers={"Content-Type": kind})
            assert _code(response) == (415, "unsupported_media_type"), (method, kind)
    response = someone.request("POST", "/tasks", content=b'{"title":"x"}', headers=MERGE_PATCH)
    assert _code(response) == (415, "unsupported_media_type")


def test_a_body_over_one_megabyte_is_413(someone: Person) -> None:
    for text in ("x" * 1_048_576, "é" * 524_288):
        body = json.dumps({"title": text}, ensure_ascii=False).encode()
        response = someone.request("POST", "/tasks", content=body, headers={"Content-Type": "application/json"})
        assert _code(response) == (413, "too_large")
    just_fits = json.dumps({"title": "x"}) + " " * (1_048_576 - 14)
    assert len(just_fits) == 1_048_576
    response = someone.request("POST", "/tasks", content=just_fits, headers={"Content-Type": "application/json"})
    assert response.status_code == 201


def test_unknown_routes_and_methods_are_problem_documents(someone: Person, client: httpx.Client) -> None:
    for method, path in (
        ("GET", "/nothing"),
        ("GET", "/tasks/a/b/c"),
        ("PUT", "/tasks"),
        ("POST", f"/tasks/{uuid.uuid4()}"),
        ("GET", "/auth/login"),
        ("DELETE", "/auth/session"),
    ):
        for who in (someone.request, client.request):
            response = who(method, path)
            assert response.status_code in (404, 405), (method, path)
            assert response.headers["content-type"] == "application/problem+json"
            assert response.json()["request_id"]


def test_a_trailing_slash_is_the_same_resource(someone: Person) -> None:
    assert someone.request("GET", "/tasks/").status_code == 200


def test_numbers_at_the_edges_are_kept_or_refused(someone: Person) -> None:
    kept: list[float] = [0, -0.0, 1e-100, -(2**53 - 1), 2**53 - 1, 0.1, 1.0000000000000002]
    for order in kept:
        assert someone.task(order=order)["order"] == order
    for refused in (1e-200, 5e-324, 1e300, "1"):
        assert _fields(someone.request("POST", "/tasks", json={"title": "x", "order": refused})) == ["order"]
    response = someone.request(
        "POST", "/tasks", content=b'{"title":"x","order":1e999}', headers={"Content-Type": "application/json"}
    )
    assert _fields(response) == ["order"]


def test_a_patch_with_values_of_any_type_is_refused_by_name(someone: Person) -> None:
    path = f"/tasks/{someone.task()['id']}"
    values: list[object] = [5, True, [], {}, "\x00"]
    for value in values:
        for field in ("due", "due_timezone", "priority", "order"):
            if (field, value) != ("order", 5):
                fields = _fields(someone.request("PATCH", path, json={field: value}))
                assert field in fields or (field, fields) == ("due_timezone", ["due"]), (field, value)
