"""Deletion of many tasks, against a database: those selected and no others, whoever else is at work."""

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError
from pynamodb.connection import Connection
from pynamodb.exceptions import PutError

from taskward.jobs import jobs
from taskward.tasks import clearing, importing, service
from taskward.tasks.clearing import Selection
from taskward.tasks.formats import formats
from taskward.tasks.models import TaskFields
from taskward.work import deletion, patience, task_deletion
from taskward.work.messages import TaskDeletion
from tests.conftest import Clock
from tests.support import aws, forest
from tests.support.holdings import delete_account, held
from tests.support.people import registered
from tests.support.zones import utc

pytestmark = pytest.mark.usefixtures("database")

THROTTLED = ClientError({"Error": {"Code": "ThrottlingException", "Message": ""}}, "PutItem")


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "back_off", lambda _: None)


@pytest.fixture
def me(database: str) -> str:
    """Somebody who has an account."""
    return str(registered()[0].user_id)


def made(user_id: str, title: str, below: str | None = None, *, completed: bool = False) -> str:
    """The id of a new task."""
    fields = TaskFields(title=title, parent_id=below, completed=completed)
    return str(service.create(user_id, fields).task_id)


def states(user_id: str) -> dict[str, str]:
    """The state of each task, by title; of those deleted for good, by id."""
    assert forest.faults(user_id) == []
    return {task.title or task_id: task.state for task_id, task in forest.stored(user_id).items()}


def clear(user_id: str, selection: Selection) -> None:
    """As one request does it."""
    clearing.delete(user_id, clearing.selected(user_id, selection), selection)


def asked_for(user_id: str, selection: Selection = "all") -> TaskDeletion:
    """What the worker is told of a deletion."""
    job = jobs.new(user_id, "task_deletion")
    job.save()
    return TaskDeletion(kind="task_deletion", user_id=user_id, job_id=job.job_id, selection=selection)


def plenty() -> float:
    return 900


def test_all_live_tasks_go_to_the_trash_with_all_below_them(me: str) -> None:
    top = made(me, "top")
    made(me, "below", made(me, "middle", top), completed=True)
    made(me, "done", completed=True)
    clear(me, "all")
    assert set(states(me).values()) == {"trashed"}
    # They went together, and come back together.
    service.restore(me, top)
    assert states(me) == {"top": "open", "middle": "open", "below": "completed", "done": "trashed"}


def test_of_completed_tasks_those_stay_that_have_something_open_below(me: str) -> None:
    top = made(me, "top", completed=True)
    made(me, "open", top)
    made(me, "closed", top, completed=True)
    made(me, "alone", completed=True)
    made(me, "other")
    clear(me, "completed")
    stayed = {"top": "completed", "open": "open", "other": "open"}
    assert states(me) == stayed | {"closed": "trashed", "alone": "trashed"}


def test_emptying_the_trash_leaves_tombstones_of_what_was_there(me: str) -> None:
    top = made(me, "top")
    gone = {top, made(me, "below", top)}
    service.delete(me, top)
    made(me, "live")
    clear(me, "trashed")
    assert states(me) == {"live": "open", **dict.fromkeys(gone, "purged")}


@pytest.mark.parametrize("selection", ["all", "completed", "trashed"])
def test_nothing_of_anybody_else_is_touched(selection: Selection, me: str) -> None:
    you = str(uuid.uuid4())
    for user_id in (me, you):
        made(user_id, "open")
        made(user_id, "completed", completed=True)
        service.delete(user_id, made(user_id, "trashed"))
    before = states(you)
    clear(me, selection)
    assert states(you) == before
    assert states(me) != before


def test_what_is_not_of_the_selection_any_more_when_its_turn_comes_stays(me: str) -> None:
    reopened, kept = made(me, "reopened", completed=True), made(me, "restored")
    service.delete(me, kept)
    completed, trashed = clearing.selected(me, "completed"), clearing.selected(me, "trashed")
    service.complete(me, reopened, False, utc)
    service.restore(me, kept)
    clearing.delete(me, completed, "completed")
    clearing.delete(me, trashed, "trashed")
    assert states(me) == {"reopened": "open", "restored": "open"}


def test_no_more_are_looked_for_than_are_asked_for(me: str) -> None:
    for number in range(5):
        made(me, f"{number}", completed=number > 2)
    assert len(clearing.selected(me, "all", 4)) == 4
    assert len(clearing.selected(me, "all")) == 5


# --- As a job ---


def test_a_job_deletes_its_selection_and_tells_how_far_it_is(me: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(task_deletion, "ADVANCE_EVERY", 4)
    seen: list[int] = []
    genuine = jobs.advance

    def advance(job: jobs.Job) -> None:
        genuine(job)
        seen.append(int(jobs.get(me, job.job_id).progress))

    monkeypatch.setattr(jobs, "advance", advance)
    for number in range(10):
        made(me, f"{number}")
    message = asked_for(me)
    task_deletion.run(message, plenty)
    job = jobs.get(me, message.job_id)
    assert (job.state, job.progress, seen) == ("done", 10, [4, 8])
    assert set(states(me).values()) == {"trashed"}


def after_puts(count: int, then: Callable[[], Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """Have something happen, once, when so many rows were written one by one."""
    genuine = Connection.put_item
    written: list[int] = []

    def put(*arguments: Any, **named: Any) -> Any:
        if len(written) == count:
            written.append(0)
            then()
        answer = genuine(*arguments, **named)
        written.append(0)
        return answer

    monkeypatch.setattr(Connection, "put_item", put)


def test_a_worker_that_runs_out_of_time_is_followed_by_one_that_goes_on(
    me: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(10):
        made(me, f"{number}")
    message, left = asked_for(me), [True]
    with monkeypatch.context() as patch:
        after_puts(4, left.clear, patch)
        with pytest.raises(patience.OutOfTimeError):
            task_deletion.run(message, lambda: 900 if left else 1)
    assert set(states(me).values()) == {"open", "trashed"}
    task_deletion.run(message, plenty)
    assert set(states(me).values()) == {"trashed"}
    assert jobs.get(me, message.job_id).state == "done"


def test_a_busy_database_is_waited_for(me: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(5):
        made(me, f"{number}")
    genuine = Connection.put_item
    calls: list[int] = []

    def two_of_three_fail(*arguments: Any, **named: Any) -> Any:
        calls.append(0)
        if len(calls) % 3:
            raise PutError("failed", THROTTLED)
        return genuine(*arguments, **named)

    message = asked_for(me)
    monkeypatch.setattr(Connection, "put_item", two_of_three_fail)
    task_deletion.run(message, plenty)
    assert (len(calls), set(states(me).values())) == (15, {"trashed"})


def test_a_message_that_comes_twice_deletes_nothing_that_was_made_meanwhile(me: str) -> None:
    made(me, "before")
    message = asked_for(me)
    task_deletion.run(message, plenty)
    made(me, "after")
    task_deletion.run(message, plenty)
    assert states(me) == {"before": "trashed", "after": "open"}


def test_a_job_leaves_what_was_taken_in_restored_or_changed_since_it_was_asked_for(me: str, clock: Clock) -> None:
    made(me, "old")
    back, changed = made(me, "restored"), made(me, "changed")
    service.delete(me, back)
    message = asked_for(me)
    clock.advance(seconds=2)
    content = b"title,created_at\nfrom a file,2020-01-01T00:00:00Z\n"
    assert importing.take_in(me, formats.read("csv", content, clock.now().date())).created == 1
    service.restore(me, back)
    service.patch(me, changed, {"tags": ["kept"]}, utc)
    task_deletion.run(message, plenty)
    assert states(me) == {"old": "trashed", "restored": "open", "changed": "open", "from a file": "open"}


def test_a_deletion_whose_job_is_gone_ends(me: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(task_deletion, "ADVANCE_EVERY", 2)
    for number in range(10):
        made(me, f"{number}")
    message = asked_for(me)
    after_puts(3, lambda: jobs.get(me, message.job_id).delete(), monkeypatch)
    task_deletion.run(message, plenty)
    assert set(states(me).values()) == {"open", "trashed"}
    assert aws.queued() == []


@pytest.mark.parametrize("selection", ["all", "trashed"])
def test_nothing_is_left_of_an_account_that_is_deleted_meanwhile(
    selection: Selection, me: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(10):
        task_id = made(me, f"{number}")
        if selection == "trashed":
            service.delete(me, task_id)

    def delete() -> None:
        delete_account(me)
        assert deletion.delete_all(me, plenty)

    after_puts(3, delete, monkeypatch)
    task_deletion.run(asked_for(me, selection), plenty)
    assert aws.queued() == [{"kind": "deletion", "user_id": me}]
    assert deletion.delete_all(me, plenty)
    assert held(me) == {}
