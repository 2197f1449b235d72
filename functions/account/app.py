"""The account of who is calling: password, address, profile, security events, export and end; and the jobs it has."""

from taskward.api import JSON, MERGE_PATCH, Api, Response, answer
from taskward.delivery import cleared_cookie
from taskward.errors import InsufficientScopeError
from taskward.identity import (
    account_deletion,
    email_change,
    email_verification,
    events,
    exports,
    password_change,
    users,
)
from taskward.identity.models import AccountDeletion, AccountPatch, EmailChange, PasswordChange
from taskward.jobs import jobs
from taskward.mail import outbox

handler = Api()


@handler.post("/auth/password")
def change_password() -> Response[str]:
    principal = handler.principal()
    password_change.change_password(principal, handler.body(PasswordChange), handler.viewer().client)
    return answer(204)


@handler.delete("/auth/password")
def remove_password() -> Response[str]:
    password_change.remove_password(handler.principal(), handler.viewer().client)
    return answer(204)


@handler.post("/account/email")
def change_email() -> Response[str]:
    outbox.require()
    principal = handler.principal()
    email_change.request(principal, handler.body(EmailChange), handler.site(), handler.viewer().client)
    return answer(204)


@handler.post("/account/email/verification")
def send_verification() -> Response[str]:
    email_verification.request(handler.principal(), handler.site(), handler.viewer().client)
    return answer(204)


@handler.get("/account")
def read_account() -> Response[str]:
    return answer(200, users.representation(users.get(handler.principal().user_id)))


@handler.patch("/account")
def patch_account() -> Response[str]:
    user_id = handler.principal().user_id
    changes = handler.body(AccountPatch, media_types=(MERGE_PATCH, JSON))
    return answer(200, users.representation(users.patch(user_id, changes)))


@handler.delete("/account")
def delete_account() -> Response[str]:
    principal = handler.principal()
    password = handler.body(AccountDeletion).password
    account_deletion.delete_account(principal, password, handler.viewer().client)
    return answer(204, cookies=[cleared_cookie()])


@handler.get("/account/events")
def list_events() -> Response[str]:
    user_id = handler.principal().user_id
    query = handler.query({"limit", "cursor"})
    limit = handler.limit(query, events.DEFAULT_LIMIT, events.MAX_LIMIT)
    page = events.newest_first(user_id, limit, query.get("cursor"))
    headers = handler.link_to_next("/account/events", {"limit": limit}, page.next_cursor)
    return answer(200, [events.representation(event) for event in page.events], headers)


@handler.post("/account/export")
def export_account() -> Response[str]:
    job = exports.request(handler.principal(), handler.viewer().client)
    shown = jobs.representation(job)
    return answer(202, shown, {"Location": f"{handler.viewer().base_url}/jobs/{shown['id']}"})


@handler.get("/jobs/<job_id>")
def read_job(job_id: str) -> Response[str]:
    principal = handler.principal("tasks:read")
    job = jobs.get(principal.user_id, job_id)
    if principal.scopes is not None and job.kind == exports.KIND:
        # It is about more than tasks.
        raise InsufficientScopeError
    return answer(200, jobs.representation(job))
