"""Export of an account: everything that is held about a user, in one JSON document, without secrets.

The document is written as it is read: neither it nor any list in it is ever in memory as a whole.
"""

import json
from collections.abc import Iterator
from typing import Any

from taskward import clock
from taskward.errors import NotFoundError, SessionRevokedError
from taskward.identity import (
    access_token_changes,
    events,
    known_addresses,
    links,
    passkeys,
    second_factor,
    sessions,
    users,
)
from taskward.identity.access_token_tables import TOKEN_PREFIX
from taskward.identity.event_tables import EventItem, event_key
from taskward.identity.link_tables import LINK_PREFIX, LinkItem
from taskward.identity.session_tables import SessionItem
from taskward.identity.user_tables import KNOWN_ADDRESS_PREFIX, KnownAddressItem
from taskward.jobs import jobs, results
from taskward.jobs.jobs import Job, JobGoneError
from taskward.jobs.tables import DONE
from taskward.storage import user_key
from taskward.tasks import models
from taskward.tasks.tables import TaskItem
from taskward.tasks.trash import is_over
from taskward.telemetry import logger
from taskward.work.patience import TimeLeft, patiently, rows

FORMAT = "taskward-export"
VERSION = 1

ADVANCE_EVERY = 1000
"""After how many records the job's owner is told."""


def run(user_id: str, job_id: str, time_left: TimeLeft) -> None:
    """Write the document of an export, and note on its job how far it is and where it can be found.

    It is safe to run again, from the start: a later document takes the place of an earlier one. When job or account
    are gone meanwhile, it ends and leaves nothing behind.

    Raises
    ------
    OutOfTimeError: it did not come to its end within the time.
    """
    key = results.key_of(user_id, job_id)
    try:
        job = patiently(lambda: jobs.get(user_id, job_id), time_left)
        if job.state == DONE:
            # The message came twice.
            return
        patiently(lambda: jobs.begin(job), time_left)
        results.abort(key)
        size = results.write(key, _document(user_id, job, time_left))
        patiently(lambda: jobs.finish(job, key, size), time_left)
    except (NotFoundError, JobGoneError, SessionRevokedError):
        results.discard(key)
        logger.info("an export was given up with its job or account", extra={"user_id": user_id, "job_id": job_id})
    else:
        logger.info("exported", extra={"user_id": user_id, "job_id": job_id, "bytes": size, "records": job.progress})


def _document(user_id: str, job: Job, time_left: TimeLeft) -> Iterator[bytes]:
    account = patiently(lambda: users.get(user_id), time_left)
    head = {
        "format": FORMAT,
        "version": VERSION,
        "exported_at": clock.rfc3339(clock.now()),
        "account": users.representation(account),
        "second_factor": patiently(lambda: second_factor.representation(user_id), time_left),
    }
    yield _json(head)[:-1]
    for name, records in _lists(user_id, time_left):
        separator = f',"{name}":['
        yield separator.encode()
        for number, record in enumerate(records):
            yield (b"," if number else b"") + _json(record)
            job.progress += 1
            if job.progress % ADVANCE_EVERY == 0:
                patiently(lambda: jobs.advance(job), time_left)
        yield b"]"
    yield b"}"


def _lists(user_id: str, time_left: TimeLeft) -> Iterator[tuple[str, Iterator[dict[str, Any]]]]:
    """The document's lists, each read when it is asked for. What is past its time is as good as gone, and left out."""

    def live(model: Any, hash_key: str, prefix: str | None = None) -> Iterator[Any]:
        condition = None if prefix is None else model.sk.startswith(prefix)
        found = rows(model.query(hash_key, condition, consistent_read=True), time_left)
        return (row for row in found if row.expires_at is None or row.expires_at > clock.epoch())

    networks = live(KnownAddressItem, user_key(user_id), KNOWN_ADDRESS_PREFIX)
    yield "known_addresses", map(known_addresses.representation, networks)
    yield "passkeys", map(passkeys.representation, patiently(lambda: passkeys.of_user(user_id), time_left))
    tokens = patiently(lambda: access_token_changes.of_user(user_id), time_left)
    yield "access_tokens", map(access_token_changes.representation, tokens)
    yield "links", map(links.facts, live(LinkItem, user_key(user_id), LINK_PREFIX))
    # Access tokens are in the same partition.
    signed_in = (row for row in live(SessionItem, user_id) if not row.session_id.startswith(TOKEN_PREFIX))
    yield "sessions", map(_session, signed_in)
    yield "events", map(events.representation, live(EventItem, event_key(user_id)))
    yield "jobs", map(jobs.facts, patiently(lambda: jobs.of_user(user_id), time_left))
    in_any_state = rows(TaskItem.by_created.query(user_id, consistent_read=True), time_left)
    yield "tasks", (models.facts(task) for task in in_any_state if not is_over(task))


def _session(session: SessionItem) -> dict[str, Any]:
    shown: dict[str, Any] = sessions.representation(session, session.session_id)
    # Nobody's at the moment: the worker asks.
    del shown["current"]
    return shown


def _json(value: dict[str, Any]) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
