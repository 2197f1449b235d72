"""Export of an account, against a database: complete, without secrets, nobody else's, and safe to run again."""

import base64
import json
import os
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError, ReadTimeoutError
from pynamodb.connection import Connection
from pynamodb.exceptions import QueryError

from taskward import clock as clocks
from taskward.errors import NotFoundError
from taskward.identity import (
    access_token_changes,
    events,
    known_addresses,
    passkeys,
    second_factor,
    sessions,
    users,
)
from taskward.identity.event_tables import EventItem, event_key
from taskward.identity.user_tables import KnownAddressItem
from taskward.jobs import jobs, results
from taskward.storage import user_key
from taskward.tasks import models, service
from taskward.tasks.models import TaskFields
from taskward.tasks.tables import TaskItem
from taskward.work import export, patience
from tests.conftest import Clock
from tests.support import aws
from tests.support.holdings import (
    CIPHERTEXT,
    CREDENTIAL_ID,
    DIGEST,
    PUBLIC_KEY,
    begun_upload,
    delete_account,
    held,
    keys,
    somebody,
    task,
)
from tests.support.people import PASSWORD, registered
from tests.support.zones import utc

pytestmark = pytest.mark.usefixtures("database")

FIVE_MIB = 5 * 2**20
# Of these many, three parts; with its copies in the indexes none may take more than 400 KB.
LARGE, LONG = 220, "ä" * 25_000
TIMED_OUT = ReadTimeoutError(endpoint_url="https://dynamodb")


def plenty() -> float:
    return 900


def _asked_for(user_id: str) -> str:
    job = jobs.new(user_id, "export")
    job.save()
    return str(job.job_id)


def _text(user_id: str, job_id: str) -> bytes:
    key = results.key_of(user_id, job_id)
    found = aws.client("s3").get_object(Bucket=os.environ["EXPORTS_BUCKET"], Key=key)
    assert found["ContentType"] == "application/json"
    text: bytes = found["Body"].read()
    return text


def _exported(user_id: str) -> Any:
    job_id = _asked_for(user_id)
    export.run(user_id, job_id, plenty)
    return json.loads(_text(user_id, job_id))


def test_an_export_is_everything_that_is_held_about_its_user() -> None:
    user_id = somebody(tasks=0)
    fields = {"title": "Straße „öffnen“ \u2028 \U0001f600", "description": 'a "quote"\nand \\ more', "tags": ["a", "b"]}
    full = {**fields, "priority": "high", "due": "2026-11-20T09:00", "due_timezone": "Europe/Berlin", "order": 1.5}
    made = [service.create(user_id, TaskFields.model_validate(full)) for _ in range(3)]
    service.complete(user_id, made[1].task_id, True, utc)
    service.delete(user_id, made[2].task_id)
    document = _exported(user_id)
    assert list(document) == [
        *("format", "version", "exported_at", "account", "second_factor"),
        *("known_addresses", "passkeys", "access_tokens", "links", "sessions", "events", "jobs", "tasks"),
    ]
    assert (document["format"], document["version"]) == ("taskward-export", 1)
    assert document["account"] == users.representation(users.get(user_id))
    tasks = [models.representation(row, "") for row in TaskItem.query(user_id, consistent_read=True) if row.title]
    exported = sorted(document["tasks"], key=lambda row: row["id"])
    assert [row | {"url": f"/tasks/{row['id']}"} for row in exported] == tasks
    states = {row["id"]: (row["completed"], row["deleted_at"] is not None) for row in document["tasks"]}
    assert [states[row.task_id] for row in made] == [(False, False), (True, False), (False, True)]
    assert document["tasks"][0] | fields == document["tasks"][0]
    alive = {session.session_id: sessions.representation(session, "") for session in sessions.live(user_id)}
    assert {row["id"]: row | {"current": False} for row in document["sessions"]} == alive
    assert len(alive) == 2
    assert document["second_factor"] == second_factor.representation(user_id)
    assert document["second_factor"]["enabled"] is True
    assert document["passkeys"] == [passkeys.representation(row) for row in passkeys.of_user(user_id)]
    assert [row["name"] for row in document["passkeys"]] == ["Phone"]
    tokens = access_token_changes.of_user(user_id)
    assert document["access_tokens"] == [access_token_changes.representation(row) for row in tokens]
    assert [row["name"] for row in document["access_tokens"]] == ["Backup"]
    former = f"former-{document['account']['email']}"
    assert [(row["purpose"], row["email"]) for row in document["links"]] == [("address_undo", former)]
    told = events.newest_first(user_id, 100, None).events
    assert document["events"] == [events.representation(event) for event in reversed(told)]
    assert len(told) >= 2
    networks = KnownAddressItem.query(user_key(user_id), KnownAddressItem.sk.startswith("KNOWN#"))
    assert document["known_addresses"] == [known_addresses.representation(row) for row in networks] != []
    assert {row["kind"] for row in document["jobs"]} == {"export"}
    assert sorted(row["state"] for row in document["jobs"]) == ["queued", "running"]


def test_an_export_holds_no_secret_and_nothing_of_others() -> None:
    me, you = somebody(), somebody()
    job_id = _asked_for(me)
    export.run(me, job_id, plenty)
    text = _text(me, job_id).decode()
    assert users.get(me).password_hash not in text
    for word in ("argon2", "password_hash", PASSWORD, "generation", "credential_version", "X-Amz", DIGEST):
        assert word not in text
    for hidden in (CIPHERTEXT, PUBLIC_KEY, CREDENTIAL_ID):
        for form in (hidden.decode(), hidden.hex(), base64.b64encode(hidden).decode().rstrip("=")):
            assert form not in text
    assert you not in text
    assert users.get(you).email not in text
    assert not {session.session_id for session in sessions.live(you)} & set(text.split('"'))
    assert held(you)["results"] == [f"exports/{you}/earlier.json"]


def test_an_export_of_next_to_nothing_is_a_whole_document() -> None:
    user_id = somebody(tasks=0)
    networks = KnownAddressItem.query(user_key(user_id), KnownAddressItem.sk.startswith("KNOWN#"))
    for row in [*EventItem.query(event_key(user_id)), *networks]:
        row.delete()
    document = _exported(user_id)
    assert (document["events"], document["known_addresses"], document["tasks"]) == ([], [], [])


def test_what_is_past_its_time_is_left_out(clock: Clock) -> None:
    user_id = somebody(tasks=2)
    service.delete(user_id, task(user_id, 1).task_id)
    assert len(_exported(user_id)["tasks"]) == 2
    clock.advance(days=31)
    document = _exported(user_id)
    assert [row["id"] for row in document["tasks"]] == [task(user_id, 0).task_id]
    assert [document[name] for name in ("sessions", "access_tokens", "links")] == [[], [], []]
    assert len(document["jobs"]) == 1
    assert document["events"]


def test_a_job_shows_the_progress_and_in_the_end_the_result(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export, "ADVANCE_EVERY", 10)
    user_id = somebody(tasks=25)
    job_id = _asked_for(user_id)
    clock.advance(seconds=5)
    seen = []
    advance = jobs.advance

    def watched(job: jobs.Job) -> None:
        clock.advance(seconds=1)
        advance(job)
        shown = jobs.representation(jobs.get(user_id, job_id))
        assert (shown["state"], shown["result"]) == ("running", None)
        assert shown["updated_at"] == clocks.rfc3339(int(clock.now().timestamp()))
        seen.append(shown["progress"])

    monkeypatch.setattr(jobs, "advance", watched)
    export.run(user_id, job_id, plenty)
    document = json.loads(_text(user_id, job_id))
    records = sum(len(value) for value in document.values() if isinstance(value, list))
    assert seen == list(range(10, records + 1, 10))
    shown = jobs.representation(jobs.get(user_id, job_id))
    assert (shown["state"], shown["progress"]) == ("done", records)
    assert shown["result"]["bytes"] == len(_text(user_id, job_id))
    assert shown["result"]["media_type"] == "application/json"
    assert shown["result"]["expires_at"] == clocks.rfc3339(int(clock.now().timestamp()) + 300)


@pytest.fixture
def large(monkeypatch: pytest.MonkeyPatch) -> str:
    """The id of a user whose export takes three parts."""
    monkeypatch.setattr(results, "PART_BYTES", FIVE_MIB)
    user_id = somebody(tasks=0)
    with TaskItem.batch_write() as batch:
        for number in range(LARGE):
            batch.save(task(user_id, number, description=LONG))
    return user_id


def test_a_large_export_is_written_in_parts_as_it_is_read(large: str, monkeypatch: pytest.MonkeyPatch) -> None:
    job_id = _asked_for(large)
    in_memory: list[int] = []
    made = written = 0
    facts, read = models.facts, results._Stream.read

    def noted_facts(row: TaskItem) -> dict[str, Any]:
        nonlocal made
        made += len(row.description.encode())
        return facts(row)

    def noted_read(stream: results._Stream, amount: int) -> bytes:
        nonlocal written
        piece = read(stream, amount)
        in_memory.append(made - written)
        written += len(piece)
        return piece

    monkeypatch.setattr(models, "facts", noted_facts)
    monkeypatch.setattr(results._Stream, "read", noted_read)
    export.run(large, job_id, plenty)
    text = _text(large, job_id)
    assert _parts(large, job_id) == 3
    assert made > 2 * FIVE_MIB
    assert max(in_memory) < 1.1 * FIVE_MIB
    assert len(text) == jobs.get(large, job_id).result_bytes
    assert [row["description"] for row in json.loads(text)["tasks"]] == [LONG] * LARGE
    assert held(large)["uploads"] == [f"exports/{large}/under-way.json"]


def _parts(user_id: str, job_id: str) -> int:
    key = results.key_of(user_id, job_id)
    tag: str = aws.client("s3").head_object(Bucket=os.environ["EXPORTS_BUCKET"], Key=key)["ETag"]
    return int(tag.strip('"').partition("-")[2] or 1)


def _stopping_at(query: int, error: Exception, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    calls: list[int] = []
    genuine = Connection.query

    def call(*arguments: Any, **named: Any) -> Any:
        calls.append(1)
        if len(calls) == query:
            raise error
        return genuine(*arguments, **named)

    monkeypatch.setattr(Connection, "query", call)
    return calls


def test_an_export_that_fails_leaves_nothing_and_can_be_tried_again(
    large: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    job_id, before = _asked_for(large), held(large)
    with monkeypatch.context() as patch:
        # Well into the tasks, behind the first part.
        calls = _stopping_at(15, RuntimeError("stop"), patch)
        with pytest.raises(RuntimeError, match="stop"):
            export.run(large, job_id, plenty)
    assert len(calls) == 15
    after = held(large)
    assert (after["results"], after["uploads"]) == (before["results"], before["uploads"])
    assert jobs.get(large, job_id).state == "running"
    export.run(large, job_id, plenty)
    assert len(json.loads(_text(large, job_id))["tasks"]) == LARGE
    assert jobs.get(large, job_id).state == "done"


def test_a_try_clears_away_what_an_earlier_one_began() -> None:
    user_id = somebody()
    job_id = _asked_for(user_id)
    begun_upload(results.key_of(user_id, job_id))
    export.run(user_id, job_id, plenty)
    assert held(user_id)["uploads"] == [f"exports/{user_id}/under-way.json"]
    assert json.loads(_text(user_id, job_id))["account"]["id"] == user_id


def test_a_page_that_the_database_did_not_give_is_asked_for_again(large: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "back_off", lambda _: None)
    job_id = _asked_for(large)
    with monkeypatch.context() as patch:
        _stopping_at(15, QueryError("failed", TIMED_OUT), patch)
        export.run(large, job_id, plenty)
    ids = [row["id"] for row in json.loads(_text(large, job_id))["tasks"]]
    assert len(ids) == len(set(ids)) == LARGE


def test_an_export_that_has_no_time_left_fails_and_leaves_nothing(large: str) -> None:
    job_id = _asked_for(large)
    left: Iterator[float] = iter([900] * 80)
    with pytest.raises(patience.OutOfTimeError):
        export.run(large, job_id, lambda: next(left, 0))
    assert (held(large)["results"], held(large)["uploads"]) == (
        [f"exports/{large}/earlier.json"],
        [f"exports/{large}/under-way.json"],
    )


@pytest.mark.parametrize("moment", ["before", "meanwhile", "at the end"])
def test_an_export_whose_job_is_gone_ends_and_leaves_nothing(moment: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export, "ADVANCE_EVERY", 10)
    user_id = somebody(tasks=20)
    job_id = _asked_for(user_id)
    _gone_at(moment, lambda: jobs.get(user_id, job_id).delete(), monkeypatch)
    export.run(user_id, job_id, plenty)
    assert keys("list_objects_v2", "Contents", results.key_of(user_id, job_id)) == []
    assert keys("list_multipart_uploads", "Uploads", results.key_of(user_id, job_id)) == []
    with pytest.raises(NotFoundError):
        jobs.get(user_id, job_id)
    assert held(user_id)["results"] == [f"exports/{user_id}/earlier.json"]


def _gone_at(moment: str, vanish: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    if moment == "before":
        vanish()
        return
    name = {"meanwhile": "advance", "at the end": "finish"}[moment]
    genuine = getattr(jobs, name)

    def first_gone(*arguments: Any) -> None:
        vanish()
        genuine(*arguments)

    monkeypatch.setattr(jobs, name, first_gone)


def test_an_export_whose_account_is_gone_ends_and_leaves_nothing() -> None:
    user_id = somebody()
    job_id = _asked_for(user_id)
    delete_account(user_id)
    export.run(user_id, job_id, plenty)
    assert keys("list_objects_v2", "Contents", results.key_of(user_id, job_id)) == []


def test_a_message_that_comes_twice_changes_nothing(clock: Clock) -> None:
    user_id = somebody()
    job_id = _asked_for(user_id)
    export.run(user_id, job_id, plenty)
    before, text = jobs.get(user_id, job_id).to_simple_dict(), _text(user_id, job_id)
    clock.advance(seconds=9)
    export.run(user_id, job_id, plenty)
    assert (jobs.get(user_id, job_id).to_simple_dict(), _text(user_id, job_id)) == (before, text)


def test_the_end_of_a_job_can_be_noted_twice() -> None:
    # As when the answer to the first time was lost.
    user_id = somebody()
    job = jobs.get(user_id, _asked_for(user_id))
    for _ in range(2):
        jobs.finish(job, "key", 5)
    assert jobs.get(user_id, job.job_id).state == "done"


def test_results_of_a_user_are_found_by_a_prefix_that_is_theirs_alone() -> None:
    assert results.key_of("a", "j") == "exports/a/j.json"
    assert results.key_of("a", "j").startswith(results.prefix_of("a"))
    assert not results.key_of("ab", "j").startswith(results.prefix_of("a"))


def test_an_upload_that_cannot_be_ended_is_an_error_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EXPORTS_BUCKET", "no-such-bucket")
    user_id = registered()[0].user_id
    with pytest.raises(ClientError):
        export.run(user_id, _asked_for(user_id), plenty)
