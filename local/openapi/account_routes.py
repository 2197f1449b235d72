"""The operations on the account of who is calling, and on the jobs it has, for the OpenAPI document."""

from local.openapi.basics import Json, list_of, ref
from local.openapi.examples import (
    EXAMPLE_DONE_JOB,
    EXAMPLE_EVENT,
    EXAMPLE_NEW_PASSWORD,
    EXAMPLE_PASSWORD,
    EXAMPLE_QUEUED_JOB,
    EXAMPLE_USER,
)
from local.openapi.operations import BODY_REFUSALS, answer, body, operation

# isort: split
from taskward.api import JSON, MERGE_PATCH
from taskward.identity.access_tokens import SCOPES
from taskward.identity.events import KEPT_FOR, MAX_LIMIT
from taskward.identity.exports import MAX_A_DAY

ACCOUNT = "Account"
JOBS = "Jobs"


def account_paths() -> Json:
    """Password, profile and the end of the account."""
    change_password = operation(
        "changePassword",
        ACCOUNT,
        "Change the password",
        "Sets a new password, or the first one, and ends every other session, in one step; personal access tokens "
        "stay. Takes a recent authentication, and the current password where there is one; guessing it is limited like "
        "a sign-in.",
        takes_body=body(
            "PasswordChange",
            {
                "plain": {"current_password": EXAMPLE_PASSWORD, "new_password": EXAMPLE_NEW_PASSWORD},
                "first password": {"new_password": EXAMPLE_NEW_PASSWORD},
            },
        ),
        answers={"204": answer("It is changed. The session of the request goes on.")},
        refused=(*BODY_REFUSALS, "WrongPassword", "TooManyAttempts"),
    )
    remove_password = operation(
        "removePassword",
        ACCOUNT,
        "Remove the password",
        "Takes the password away as a way in, for those who sign in with passkeys alone; there must be one. Takes a "
        "recent authentication.",
        answers={"204": answer("There is no password any more.")},
        refused=("NotRecent", "LastWayIn"),
    )
    read = operation(
        "getAccount", ACCOUNT, "Read the account", "The account of the user.", answers={"200": _account("The account.")}
    )
    patch = operation(
        "patchAccount",
        ACCOUNT,
        "Change the account",
        "Applies a JSON merge patch (RFC 7396) to what is the user's to set: null clears a member. The others are "
        "refused.",
        takes_body=body(
            "AccountPatch",
            {"both": {"name": "Ada", "timezone": "Europe/Paris"}, "cleared": {"name": None}},
            media_types=(MERGE_PATCH, JSON),
        ),
        answers={"200": _account("The account as it is now.")},
        refused=BODY_REFUSALS,
    )
    delete = operation(
        "deleteAccount",
        ACCOUNT,
        "Delete the account",
        "Deletes the account, ends all its sessions and revokes all its tokens, at once and for good; tasks, security "
        "events and exports are erased within minutes, and so long a link to an export that was given before stays "
        "good. The e-mail address is free again. Takes a recent authentication, and the password where there is one; "
        "guessing it is limited like a sign-in.",
        takes_body=body("AccountDeletion", {"plain": {"password": EXAMPLE_PASSWORD}, "without a password": {}}),
        answers={"204": answer("It is deleted; the cookie is cleared.", sends={"Set-Cookie": "ClearedCookie"})},
        refused=(*BODY_REFUSALS, "WrongPassword", "TooManyAttempts"),
    )
    return {
        "/auth/password": {"post": change_password, "delete": remove_password},
        "/account": {"get": read, "patch": patch, "delete": delete},
    }


def record_paths() -> Json:
    """What is held about the user: the security events, an export of everything, and how far that is."""
    listing = operation(
        "listEvents",
        ACCOUNT,
        "List security events",
        f"What happened to the account and its sessions in the last {KEPT_FOR.days} days, the newest first. Events "
        "that come while pages are followed make no other appear twice or not at all.",
        takes=("EventLimit", "Cursor"),
        answers={
            "200": answer(
                f"One page: an array of at most {MAX_LIMIT} events.",
                list_of("SecurityEvent", maxItems=MAX_LIMIT),
                [EXAMPLE_EVENT],
                sends={"Link": "Link"},
            )
        },
        refused=("WrongCursor", "Invalid"),
    )
    export = operation(
        "exportAccount",
        ACCOUNT,
        "Export everything",
        "Asks for everything that is held about the user, as one JSON document: see the schema `AccountExport`. While "
        f"such a job is under way it is answered again; there are {MAX_A_DAY} a day at most.",
        answers={
            "202": answer(
                "The job that writes it, to be asked about at `Location`.",
                ref("schemas", "Job"),
                EXAMPLE_QUEUED_JOB,
                sends={"Location": "JobLocation"},
            )
        },
        refused=("TooManyJobs",),
    )
    job = operation(
        "getJob",
        JOBS,
        "Read a job",
        "How far a job is, and a link to what it made. A job is there for a day. That of an export of the account is "
        "for no token, since it is about more than tasks.",
        scope=SCOPES[0],
        takes=("JobId",),
        answers={"200": answer("The job.", ref("schemas", "Job"), EXAMPLE_DONE_JOB)},
        refused=("NotFound",),
    )
    return {
        "/account/events": {"get": listing},
        "/account/export": {"post": export},
        "/jobs/{id}": {"get": job},
    }


def _account(description: str) -> Json:
    return answer(description, ref("schemas", "User"), EXAMPLE_USER)
