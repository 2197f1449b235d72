"""What concerns many tasks at once: import, export, and deletion of all. What is too much for a request is a job."""

from dataclasses import asdict
from datetime import date
from itertools import islice
from typing import Final

from taskward import clock
from taskward.api import JSON, SAFETY_HEADERS, Api, Response, answer
from taskward.errors import FieldError, InvalidRequestError, MalformedRequestError, NotFoundError
from taskward.identity.home_zones import home_zone
from taskward.jobs import jobs
from taskward.tasks import clearing, exporting, importing
from taskward.tasks.formats import formats
from taskward.tasks.formats.records import UnreadableError
from taskward.timezones import zone

handler = Api()

READ, WRITE = "tasks:read", "tasks:write"
"""What a personal access token must be good for."""

MAX_ROWS: Final = 500
"""How many rows of a file one request takes in; more are a job."""


@handler.post("/tasks/export")
def export_tasks() -> Response[str]:
    user_id = handler.principal(READ).user_id
    file_format = _choice(handler.query({"format"}), "format", formats.FORMATS)
    tasks = list(islice(exporting.live_tasks(user_id), exporting.MAX_TASKS + 1))
    if len(tasks) <= exporting.MAX_TASKS:
        content = b"".join(formats.written(file_format, exporting.records(tasks)))
        if len(content) <= exporting.MAX_BYTES:
            return _file(file_format, content.decode())
    return _accepted(jobs.start(user_id, "task_export", {"format": file_format}))


@handler.post("/tasks/import")
def import_tasks() -> Response[str]:
    user_id = handler.principal(WRITE).user_id
    query = handler.query({"format", "dry_run", "tz", "upload", "job"})
    today = _today(user_id, query.get("tz"))
    if "job" in query:
        if said := query.keys() & {"format", "dry_run", "upload"}:
            errors = [FieldError(name, "It was said when the job was made.") for name in sorted(said)]
            raise InvalidRequestError(errors=errors)
        return _begin(user_id, query["job"], today)
    file_format = _choice(query, "format", formats.IMPORT_FORMATS)
    dry_run = _choice(query, "dry_run", ("false", "true")) == "true"
    if _choice(query, "upload", ("false", "true")) == "true":
        return _wait_for_upload(user_id, file_format, dry_run=dry_run)
    content = handler.text({formats.MEDIA_TYPES.get(file_format, "text/csv")}).encode()
    try:
        rows = list(islice(formats.read(file_format, content, today), MAX_ROWS + 1))
    except UnreadableError as error:
        raise MalformedRequestError(str(error)) from None
    if len(rows) > MAX_ROWS:
        return _import_later(user_id, file_format, content, today, dry_run=dry_run)
    report = importing.take_in(user_id, rows, dry_run=dry_run)
    return answer(200, {"format": file_format, "dry_run": dry_run, **asdict(report), "problem": None})


@handler.delete("/tasks")
def delete_tasks() -> Response[str]:
    user_id = handler.principal(WRITE).user_id
    query = handler.query({"completed", "trashed"})
    if any(value != "true" for value in query.values()) or len(query) > 1:
        message = "Only true, and only one of completed and trashed; leave both out to delete all tasks."
        raise InvalidRequestError(errors=[FieldError(name, message) for name in query])
    selection: clearing.Selection = "completed" if "completed" in query else "trashed" if "trashed" in query else "all"
    found = clearing.selected(user_id, selection, clearing.MAX_AT_ONCE + 1)
    if len(found) > clearing.MAX_AT_ONCE:
        return _accepted(jobs.start(user_id, "task_deletion", {"selection": selection}))
    clearing.delete(user_id, found, selection)
    return answer(204)


def _import_later(user_id: str, file_format: str, content: bytes, today: date, *, dry_run: bool) -> Response[str]:
    # Few imports are that large, and the client takes longer to make than all else here to load.
    from taskward.jobs import results

    jobs.check_room(user_id, "task_import")
    job = jobs.new(user_id, "task_import")
    results.store(results.upload_key_of(user_id, job.job_id), content)
    job.save()
    jobs.send(job, {"format": file_format, "dry_run": dry_run, "today": today.isoformat()})
    return _accepted(job)


def _wait_for_upload(user_id: str, file_format: str, *, dry_run: bool) -> Response[str]:
    from taskward.jobs import results

    jobs.check_room(user_id, "task_import")
    job = jobs.new(user_id, "task_import", waits=True)
    job.format, job.dry_run = file_format, dry_run
    form = results.upload_form(results.upload_key_of(user_id, job.job_id))
    job.save()
    return _accepted(job, upload=form)


def _begin(user_id: str, job_id: str, today: date) -> Response[str]:
    """Send the import on its way whose file was uploaded; once more for one that is on its way changes nothing."""
    from taskward.jobs import results

    job = jobs.get(user_id, job_id)
    if job.kind != "task_import":
        raise NotFoundError
    if jobs.waits(job):
        if not results.is_there(results.upload_key_of(user_id, job_id)):
            raise InvalidRequestError(errors=[FieldError("job", "Nothing was uploaded for this job yet.")])
        jobs.send_uploaded(job, {"format": job.format, "dry_run": job.dry_run, "today": today.isoformat()})
    return _accepted(job)


def _accepted(job: jobs.Job, **more: object) -> Response[str]:
    shown = jobs.representation(job)
    return answer(202, {**shown, **more}, {"Location": f"{handler.viewer().base_url}/jobs/{shown['id']}"})


def _file(file_format: str, content: str) -> Response[str]:
    name = f"taskward-tasks-{clock.now():%Y-%m-%d}.{file_format}"
    headers: dict[str, str | list[str]] = {
        "Cache-Control": "no-store",
        "Content-Disposition": f'attachment; filename="{name}"',
        **SAFETY_HEADERS,
    }
    media_type = formats.MEDIA_TYPES[file_format]
    return Response(200, media_type if media_type == JSON else f"{media_type}; charset=utf-8", content, headers)


def _today(user_id: str, timezone: str | None) -> date:
    """The day it is in the zone that is named, or else in the account's."""
    where = home_zone(user_id) if timezone is None else zone(timezone, "tz")
    return clock.now().astimezone(where).date()


def _choice(query: dict[str, str], name: str, known: tuple[str, ...]) -> str:
    """One of what is known, by default the first."""
    chosen = query.get(name, known[0])
    if chosen not in known:
        raise InvalidRequestError(errors=[FieldError(name, f"Give one of {', '.join(known)}.")])
    return chosen
