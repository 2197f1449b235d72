"""Races for tasks, whole requests at DynamoDB Local: nothing that was acknowledged is lost, nothing is done twice, and
what is to be done together is done together."""

import json
import uuid
from collections import Counter
from functools import partial
from typing import Any

from tests.support import forest
from tests.support.environment import Ask, Request
from tests.support.environments import Environments
from tests.support.figures import Figure
from tests.support.racers import Racer, codes, racers, statuses
from tests.support.sample_events import Answer

Task = dict[str, Any]


def _made(environments: Environments, racer: Racer, count: int, **members: Any) -> list[Task]:
    answers = environments.at_once(
        [racer.ask("POST", "/tasks", {"title": f"Task {number}", **members}) for number in range(count)]
    )
    assert set(statuses(answers)) == {201}
    return [answer.json() for answer in answers]


def _now(environments: Environments, racer: Racer, tasks: list[Task]) -> list[Task]:
    answers = environments.at_once([racer.ask("GET", f"/tasks/{task['id']}") for task in tasks])
    assert set(statuses(answers)) == {200}
    return [answer.json() for answer in answers]


def _tag(task: Task) -> str:
    return f'"{task["version"]}"'


def _writers(racer: Racer, task: Task) -> list[Request]:
    """One for each way to change a task, all of whom know the same version."""
    at, tag = f"/tasks/{task['id']}", _tag(task)
    return [
        racer.ask("PATCH", at, {"title": f"Patched from {tag}"}, If_Match=tag),
        racer.ask("PUT", at, {"title": f"Put over {tag}", "tags": ["put"]}, If_Match=tag),
        racer.ask("PATCH", f"{at}/complete", {"completed": not task["completed"]}, If_Match=tag),
        racer.ask("PATCH", at, {"order": task["order"] + 1}, If_Match=tag),
    ]


def test_of_all_who_know_one_version_one_makes_the_next(
    environments: Environments, thorough: bool, figure: Figure
) -> None:
    environments.begin()
    (racer,), winners = racers(environments, 1), 0
    tasks = _made(environments, racer, 25 if thorough else 3)
    for _ in range(5 if thorough else 1):
        rounds = [_writers(racer, task) for task in tasks]
        for requests in rounds:
            environments.random.shuffle(requests)
        for task, answers in zip(tasks, environments.race(rounds), strict=True):
            assert sorted(statuses(answers)) == [200, 412, 412, 412]
            (won,) = (answer for answer in answers if answer.status == 200)
            task.update(won.json())
            winners += 1
        # As the winner was told, and no other.
        assert _now(environments, racer, tasks) == tasks
    # The same with one who deletes, and then there is nothing that the others could change.
    rounds = [
        [racer.ask("DELETE", f"/tasks/{task['id']}", If_Match=_tag(task)), *_writers(racer, task)] for task in tasks
    ]
    for answers in environments.race(rounds):
        assert sum(answer.status < 300 for answer in answers) == 1
        assert codes(answers) <= {"precondition_failed", "not_found"}
    figure(environments.told("If-Match", f"{winners + len(tasks)} winners, each the only one"))


def _count_on(racer: Racer, task_id: str, times: int, ask: Ask) -> int:
    """Read, add one, write, and again when somebody else was quicker; how often somebody was."""
    lost = 0
    for _ in range(times):
        while True:
            task = racer.ask("GET", f"/tasks/{task_id}")(ask).json()
            answer = racer.ask("PATCH", f"/tasks/{task_id}", {"order": task["order"] + 1}, If_Match=_tag(task))(ask)
            if answer.status == 200:
                break
            assert answer.status == 412
            lost += 1
    return lost


def test_of_increments_none_is_lost(environments: Environments, thorough: bool, figure: Figure) -> None:
    environments.begin()
    (racer,), times = racers(environments, 1), 25 if thorough else 3
    (task,) = _made(environments, racer, 1, order=0)
    lost = environments.race([[partial(_count_on, racer, task["id"], times)] * environments.count])[0]
    (now,) = _now(environments, racer, [task])
    assert (now["order"], now["version"]) == (environments.count * times, environments.count * times + 1)
    told = f"{environments.count * times} increments counted, {sum(lost)} of them tried again"
    figure(environments.told("read, change and write", told))


def test_changes_of_different_members_at_once_are_all_made(
    environments: Environments, thorough: bool, figure: Figure
) -> None:
    environments.begin()
    (racer,), times = racers(environments, 1), 30 if thorough else 2
    (task,) = _made(environments, racer, 1)
    for number in range(1, times + 1):
        changes: Task = {
            "title": f"Title {number}",
            "description": f"Description {number}",
            "priority": ("low", "high")[number % 2],
            "tags": [f"tag {number}"],
            "order": number,
            "due": f"2036-01-{1 + number % 28:02}",
        }
        at = f"/tasks/{task['id']}"
        (answers,) = environments.race([[racer.ask("PATCH", at, {name: value}) for name, value in changes.items()]])
        assert set(statuses(answers)) == {200}
        (now,) = _now(environments, racer, [task])
        assert {name: now[name] for name in changes} == changes
        assert now["version"] == 1 + len(changes) * number
    figure(environments.told("changes of one task", f"{6 * times} changes, all of them there"))


def test_twins_make_one_task(environments: Environments, thorough: bool, figure: Figure) -> None:
    environments.begin()
    (racer,), count, times = racers(environments, 1), environments.count, 25 if thorough else 1
    task = {"title": "Pay rent"}
    same = [[racer.ask("POST", "/tasks", task, Idempotency_Key=f"same-{number}")] * count for number in range(times)]
    for answers in environments.race(same):
        assert set(statuses(answers)) == {201}
        assert len({answer.json()["id"] for answer in answers}) == 1
    differing = [
        [racer.ask("POST", "/tasks", {"title": f"Body {body}"}, Idempotency_Key=f"{number}") for body in range(count)]
        for number in range(times)
    ]
    for answers in environments.race(differing):
        assert sorted(statuses(answers)) == [201, *[422] * (count - 1)]
        assert codes(answers) == {"task_exists"}
    puts = [[racer.ask("PUT", f"/tasks/{uuid.uuid4()}", task, If_None_Match="*")] * count for _ in range(times)]
    for answers in environments.race(puts):
        assert sorted(statuses(answers)) == [201, *[412] * (count - 1)]
    batches = [
        [
            racer.ask(
                "POST", "/tasks/batch", {"operations": [{"op": "create", "id": each, "task": task} for each in ids]}
            )
        ]
        * count
        for ids in ([str(uuid.uuid4()) for _ in range(3)] for _ in range(times))
    ]
    for answers in environments.race(batches):
        assert set(statuses(answers)) == {200}
        assert len({answer.text for answer in answers}) == 1
    assert len(forest.stored(racer.user_id)) == 6 * times
    figure(environments.told("twins", f"{6 * times} tasks of {4 * times * count} requests"))


def test_batches_and_edits_at_once_are_each_done_whole(
    environments: Environments, thorough: bool, figure: Figure
) -> None:
    """Batches over the same tasks in opposite order, and single edits of these tasks between them."""
    environments.begin()
    (racer,), size = racers(environments, 1), 6
    tasks, batches = _made(environments, racer, size), 0
    edits: Counter[str] = Counter()
    for number in range(40 if thorough else 3):
        round_: list[Request] = []
        for place in range(2):
            patch = {"description": f"{number} {place}"}
            operations = [{"op": "patch", "id": task["id"], "patch": patch} for task in tasks[:: 1 - 2 * place]]
            round_.append(racer.ask("POST", "/tasks/batch", {"operations": operations}))
        edited = environments.random.sample(tasks, environments.count - 2)
        round_ += [racer.ask("PATCH", f"/tasks/{task['id']}", {"title": f"Edit {number}"}) for task in edited]
        (answers,) = environments.race([round_])
        assert set(statuses(answers)) == {200}
        batches += 2
        edits.update(task["id"] for task in edited)
        now = _now(environments, racer, tasks)
        assert len({task["description"] for task in now}) == 1
        assert now[0]["description"] in (f"{number} 0", f"{number} 1")
        assert {task["title"] for task in now if task["id"] in {each["id"] for each in edited}} == {f"Edit {number}"}
        assert [task["version"] for task in now] == [1 + batches + edits[task["id"]] for task in now]
    figure(
        environments.told("batches and edits", f"{batches} batches and {edits.total()} edits, each done once and whole")
    )


def _batch(racer: Racer, tasks: list[Task], patch: Task) -> Request:
    """The same change of tasks that are as they were read."""
    operations = [{"op": "patch", "id": task["id"], "version": task["version"], "patch": patch} for task in tasks]
    return racer.ask("POST", "/tasks/batch", {"operations": operations})


def test_of_batches_that_know_the_same_versions_one_is_carried_out(
    environments: Environments, thorough: bool, figure: Figure
) -> None:
    """And none of the others in part, nor when it is only one version that they do not know any more."""
    environments.begin()
    (racer,), rounds = racers(environments, 1), 30 if thorough else 3
    tasks, edits_won = _made(environments, racer, 5), 0
    for number in range(rounds):
        one = environments.random.choice(tasks)
        edit = racer.ask("PATCH", f"/tasks/{one['id']}", {"title": f"Edit {number}"}, If_Match=_tag(one))
        batches = [
            _batch(racer, tasks[:: 1 - 2 * (place % 2)], {"title": f"{number} {place}"})
            for place in range(environments.count - 1)
        ]
        (answers,) = environments.race([[edit, *batches]])
        assert sorted(statuses(answers)) == [200, *[412] * (environments.count - 1)]
        assert all(0 <= answer.json()["index"] < 5 for answer in answers[1:] if answer.status == 412)
        edits_won += answers[0].status == 200
        changed = {one["id"]} if answers[0].status == 200 else {task["id"] for task in tasks}
        now = _now(environments, racer, tasks)
        assert [new["version"] - old["version"] for new, old in zip(now, tasks, strict=True)] == [
            int(task["id"] in changed) for task in tasks
        ]
        assert len({task["title"] for task in now if task["id"] in changed}) == 1
        tasks = now
    figure(environments.told("batches of one version", f"{rounds - edits_won} batches and {edits_won} edits won"))


def _moves(racer: Racer, parent: Task, children: list[Task]) -> list[Request]:
    at, below = f"/tasks/{parent['id']}", [f"/tasks/{child['id']}" for child in children]
    return [
        racer.ask("PATCH", at, {"title": "Edited"}),
        racer.ask("PATCH", below[0], {"title": "Edited"}),
        racer.ask("POST", "/tasks", {"title": "Below", "parent_id": parent["id"]}),
        racer.ask("POST", "/tasks", {"title": "Far below", "parent_id": children[1]["id"]}),
        racer.ask("DELETE", at),
        racer.ask("DELETE", below[1]),
        racer.ask("DELETE", f"{at}?permanent=true"),
        racer.ask("DELETE", f"{below[0]}?permanent=true"),
        racer.ask("POST", f"{at}/restore"),
        racer.ask("POST", f"{below[1]}/restore"),
        racer.ask("PATCH", f"{at}/complete", {"completed": True}),
        racer.ask("PATCH", f"{below[1]}/complete"),
        racer.ask("PATCH", below[0], {"parent_id": children[1]["id"]}),
        racer.ask("PATCH", below[1], {"parent_id": None}),
        racer.ask("DELETE", "/tasks?trashed=true"),
        racer.ask("GET", f"{at}/subtasks"),
    ]


def test_whatever_is_done_to_a_tree_at_once_it_is_in_order_and_nothing_vanishes(
    environments: Environments, thorough: bool, figure: Figure
) -> None:
    """Trash, restore, deletion for good, edits, moves and completion of a task and of what is below it."""
    environments.begin()
    people = racers(environments, 100 if thorough else 5)
    rounds, known = [], []
    for racer in people:
        (parent,) = _made(environments, racer, 1)
        children = _made(environments, racer, 2, parent_id=parent["id"])
        known.append({parent["id"], *(child["id"] for child in children)})
        rounds.append(environments.random.sample(_moves(racer, parent, children), environments.count + 2))
    seen: Counter[int] = Counter()
    for racer, ids, answers in zip(people, known, environments.race(rounds), strict=True):
        seen.update(statuses(answers))
        assert set(statuses(answers)) <= {200, 201, 204, 404, 409, 410, 422}, codes(answers)
        ids |= {answer.json()["id"] for answer in answers if answer.status == 201}
        assert forest.faults(racer.user_id) == []
        # What was deleted for good left a tombstone; of all else everything is there.
        assert forest.stored(racer.user_id).keys() == ids
    figure(
        environments.told(
            "a tree", f"answers: {', '.join(f'{count} x {status}' for status, count in sorted(seen.items()))}"
        )
    )


def test_of_all_who_complete_a_repeating_task_at_once_one_makes_the_next(
    environments: Environments, thorough: bool, figure: Figure
) -> None:
    environments.begin()
    people = racers(environments, 12 if thorough else 2)
    tasks = [_made(environments, racer, 1, due="2036-01-01", repeat="FREQ=DAILY")[0]["id"] for racer in people]
    times = 5 if thorough else 2
    for number in range(1, times + 1):
        rounds = [
            [racer.ask("PATCH", f"/tasks/{task}/complete", {"completed": True})] * environments.count
            for racer, task in zip(people, tasks, strict=True)
        ]
        assert {status for answers in environments.race(rounds) for status in statuses(answers)} == {200}
        lists = environments.at_once([racer.ask("GET", "/tasks?status=open") for racer in people])
        found = [answer.json() for answer in lists]
        assert [[task["due"] for task in each] for each in found] == [[f"2036-01-{1 + number:02}"]] * len(people)
        tasks = [each[0]["id"] for each in found]
        assert {len(forest.stored(racer.user_id)) for racer in people} == {number + 1}
    figure(environments.told("completion of what repeats", f"{times * len(people)} next ones, one each"))


def _import(racer: Racer, file: Any) -> Request:
    return racer.ask("POST", "/tasks/import?format=json", file)


def test_imports_exports_and_deletion_of_all_leave_out_nothing_that_is_made_meanwhile(
    environments: Environments, thorough: bool, figure: Figure
) -> None:
    environments.begin()
    (source,), people = racers(environments, 1), racers(environments, 15 if thorough else 1)
    _made(environments, source, 10)
    file = json.loads(environments.ask("POST", "/tasks/export?format=json", token=source.access).text)

    def round_of(racer: Racer) -> list[Request]:
        new = [racer.ask("POST", "/tasks", {"title": f"New {number}"}) for number in range(2)]
        return [_import(racer, file), _import(racer, file), racer.ask("POST", "/tasks/export?format=json"), *new]

    for racer, answers in zip(people, environments.race([round_of(each) for each in people]), strict=True):
        assert statuses(answers) == [200, 200, 200, 201, 201]
        reports = [answer.json() for answer in answers[:2]]
        assert sum(report["created"] for report in reports) == sum(report["existing"] for report in reports) == 10
        assert len(forest.stored(racer.user_id)) == 12
    cleared = environments.race(
        [[racer.ask("DELETE", "/tasks"), racer.ask("DELETE", "/tasks"), *round_of(racer)[3:]] for racer in people]
    )
    kept = 0
    for racer, answers in zip(people, cleared, strict=True):
        assert statuses(answers) == [204, 204, 201, 201]
        stored = forest.stored(racer.user_id)
        made = {answer.json()["id"] for answer in answers[2:]}
        assert len(stored) == 14
        live = {task_id for task_id, task in stored.items() if task.state != "trashed"}
        assert live <= made
        kept += len(live)
        assert forest.faults(racer.user_id) == []
        counted: Answer = environments.ask("GET", "/tasks/summary", token=racer.access)
        assert counted.json()["open"] == {"count": len(live), "exact": True}
    figure(environments.told("files and deletion of all", f"{kept} of {2 * len(people)} were made behind the deletion"))
