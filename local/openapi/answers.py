"""The schemas of what the service answers with, written by hand: a promise that the tests hold every answer to."""

from typing import get_args

# Comes first: it makes the package of the layer importable.
from local.openapi.basics import ID, TIME, Json, closed, list_of, nullable, ref
from local.openapi.factor_answers import factor_answer_schemas
from local.openapi.task_answers import task_answer_schemas, task_members

# isort: split
from taskward.identity import events, links
from taskward.jobs import jobs, tables
from taskward.jobs.results import LINK_SECONDS, MAX_UPLOAD_BYTES, media_type
from taskward.tasks.formats.formats import FORMATS
from taskward.work import export

_TEXT_OR_NULL: Json = {"type": ["string", "null"]}


def answer_schemas(*, mail: bool) -> Json:
    """What the service answers with."""
    session, job = _session(), _job()
    return {
        **task_answer_schemas(),
        "User": closed("An account, as its owner sees it.", _user(mail=mail)),
        "Session": closed("One sign-in on one device.", session),
        "CurrentSession": closed(
            "Who is signed in, and in which session.",
            {"user": ref("schemas", "User"), "session": ref("schemas", "Session")},
        ),
        "SessionGrant": _grant("What a sign-in gives.", {"user": ref("schemas", "User")}),
        "RefreshedGrant": _grant("What a refresh gives: the next pair of tokens.", {}),
        "SecurityEvent": closed("Something that matters to the safety of an account.", _security_event(mail=mail)),
        **factor_answer_schemas(),
        "Job": closed("What was asked for and is not done at once.", job),
        "WaitingJob": closed("An import that waits for its file.", {**job, "upload": ref("schemas", "UploadForm")}),
        "UploadForm": closed(
            "A form of S3 to upload a file by, to be posted as `multipart/form-data`.", _upload_form()
        ),
        "JobResult": closed("What a job made, for whoever has the link.", _job_result()),
        "AccountExport": closed(
            "What the link of an export leads to: everything that is held about a user, without secrets.",
            _export(mail=mail),
        ),
        **(
            {"SentLink": closed("A link that was sent by mail and was not followed yet.", _sent_link())} if mail else {}
        ),
        "KnownAddress": closed("A network that the user has signed in from in the last 90 days.", _known_address()),
        "ExportedSession": closed("A session, as it stands in an export.", _without(session, "current")),
        "ExportedJob": closed("A job, as it stands in an export.", _without(job, "result")),
        "ExportedTask": closed(
            "A task, as it stands in an export; deleted ones are among them until they are erased.",
            _without(task_members(), "url"),
        ),
        "JwkSet": closed("A set of public keys (RFC 7517).", {"keys": list_of("Jwk")}),
        "Jwk": _jwk(),
        "OpenApiDocument": {
            "type": "object",
            "description": "This document.",
            "required": ["openapi", "info", "paths"],
            "properties": {
                "openapi": {"type": "string"},
                "info": {"type": "object"},
                "paths": {"type": "object"},
            },
        },
    }


def _without(properties: Json, left_out: str) -> Json:
    return {name: schema for name, schema in properties.items() if name != left_out}


# --- Accounts and sessions -------------------------------------------------------------------------------------------


def _user(*, mail: bool) -> Json:
    verified, bounced = (
        ("Whether a link that was sent there was followed", "Whether mail came back from there: none is sent any more")
        if mail
        else ("Nothing depends on it here", "Nothing depends on it here")
    )
    return {
        "id": ID,
        "email": {"type": "string", "description": "As it was given"},
        "email_verified": {"type": "boolean", "description": verified},
        "email_bounced": {"type": "boolean", "description": bounced},
        "has_password": {"type": "boolean", "description": "Whether a password is one of the ways in"},
        "second_factor": {"type": "boolean", "description": "Whether a sign-in by password takes a second step"},
        "name": _TEXT_OR_NULL,
        "timezone": {**_TEXT_OR_NULL, "description": "An IANA time zone: what today means for this user"},
        "created_at": TIME,
    }


def _session() -> Json:
    return {
        "id": ID,
        "current": {"type": "boolean", "description": "Whether this request was made in it"},
        "created_at": TIME,
        "last_used_at": {**TIME, "description": "When it was last refreshed"},
        "authenticated_at": {**TIME, "description": "When the user last proved who they are in it"},
        "expires_at": {**TIME, "description": "When it ends without another refresh"},
        "ip": {"type": "string", "description": "The network address that it was last refreshed from"},
        "user_agent": {
            "type": "string",
            "description": "What the client called itself when it signed in; may be empty",
        },
    }


def _grant(description: str, more: Json) -> Json:
    properties = {
        "access_token": {"type": "string", "description": "To be sent as `Authorization: Bearer`; a signed JWT"},
        "token_type": {"const": "Bearer"},
        "expires_in": {"type": "integer", "minimum": 1, "description": "Life of the access token, in seconds"},
        "refresh_token": {
            "type": "string",
            "description": "Good for one refresh. Absent when it was delivered as a cookie",
        },
        "session_id": ID,
        **more,
    }
    return closed(description, properties, optional=("refresh_token",))


_KINDS = (
    "What happened. `sign_in_failed` and `password_check_failed`: a wrong password, at a sign-in or where it is asked "
    "for again; so `code_check_failed` and `passkey_check_failed`. `refresh_token_reused`: a refresh token came that "
    "had been used; its session ended. `refresh_grace_from_other_address`: two addresses refreshed one session within "
    "the grace"
)
_REASONS = (
    "Why a session ended: `signed_out` by its own request, `ended_elsewhere` by that of another session, "
    "`signed_in_again` in the same browser, `too_many_sessions`, `token_reused`, or the change that ended it. Of a "
    "sign-in: `new_device`, a network or a program that was not used before. Of a passkey: `counter_went_back`, as if "
    "there were a copy of it. How the reuse of a refresh token was noticed: `replayed`, an older one, or `grace`, "
    "somebody else living on the grace. Else null"
)

# What happens by links that are sent by mail.
_OF_MAIL = {
    *("email_verified", "email_change_requested", "email_changed", "email_change_undone"),
    *("password_reset_requested", "password_reset"),
}


def _words(known: tuple[str, ...], *, mail: bool) -> Json:
    """What can be there; where no mail is sent, also what is there from a time when some was, without being named."""
    if mail:
        return {"type": "string", "enum": list(known)}
    here = {"type": "string", "enum": [word for word in known if word not in _OF_MAIL]}
    return {"anyOf": [here, {"type": "string", "pattern": "^[a-z_]+$"}]}


def _security_event(*, mail: bool) -> Json:
    older = "" if mail else ". In old events there may be others"
    return {
        "id": ID,
        "type": {**_words(get_args(events.Kind), mail=mail), "description": _KINDS + older},
        "created_at": TIME,
        "ip": {"type": "string", "description": "The network address that it came from"},
        "user_agent": {"type": "string", "description": "What the client called itself; may be empty"},
        "session_id": nullable(ID, "The session that it happened in or to; null when there was none"),
        "reason": nullable(_words(get_args(events.Reason), mail=mail), _REASONS + older),
    }


# --- Jobs and the export ---------------------------------------------------------------------------------------------


def _job() -> Json:
    states = [tables.WAITING, tables.QUEUED, tables.RUNNING, tables.DONE, tables.FAILED]
    return {
        "id": ID,
        "kind": {"type": "string", "enum": list(get_args(jobs.Kind))},
        "state": {
            "type": "string",
            "enum": states,
            "description": "`waiting`: for its file to be uploaded. A failed job is not tried again, but can be asked "
            "for again",
        },
        "progress": {"type": "integer", "minimum": 0, "description": "How many records are done so far"},
        "created_at": TIME,
        "updated_at": TIME,
        "expires_at": {**TIME, "description": "When the job and its result are gone"},
        "result": nullable(ref("schemas", "JobResult"), "What it made, if anything; null until it is done"),
    }


def _job_result() -> Json:
    return {
        "url": {
            "type": "string",
            "format": "uri",
            "description": f"Where it can be downloaded, without a token, for {LINK_SECONDS} seconds; each time the "
            "job is read there is a new one. An export of the account is an `AccountExport`, one of tasks the file, "
            "and what an import leaves is an `ImportReport`",
        },
        "expires_at": {**TIME, "description": "When the link stops working"},
        "bytes": {"type": "integer", "minimum": 1, "description": "How large it is"},
        "media_type": {"type": "string", "enum": [media_type(f".{suffix}") for suffix in FORMATS]},
    }


def _upload_form() -> Json:
    return {
        "url": {"type": "string", "format": "uri", "description": "Where to post it"},
        "fields": {
            "type": "object",
            "additionalProperties": {"type": "string"},
            "description": "The fields of the form; the file is one more, the last, and is called `file`",
        },
        "max_bytes": {"const": MAX_UPLOAD_BYTES, "description": "How large the file may be"},
        "expires_at": {**TIME, "description": "When nothing is taken there any more"},
    }


def _known_address() -> Json:
    return {
        "network": {"type": "string", "description": "An IPv4 address, or the IPv6 network of 64 bits"},
        "devices": {
            "type": "array",
            "items": {"type": "string"},
            "description": "What the programs there call themselves, without their versions",
        },
        "expires_at": {**TIME, "description": "When it is forgotten, without another sign-in from there"},
    }


def _sent_link() -> Json:
    return {
        "purpose": {"type": "string", "enum": list(get_args(links.Purpose)), "description": "What it is for"},
        "email": {"type": "string", "description": "The address that it was sent to"},
        "created_at": TIME,
        "expires_at": {**TIME, "description": "When it stops working"},
    }


def _export(*, mail: bool) -> Json:
    sent = list_of("SentLink") if mail else {"type": "array", "description": "Of no meaning here"}
    return {
        "format": {"const": export.FORMAT},
        "version": {"const": export.VERSION, "description": "Grows when a reader would have to change"},
        "exported_at": {**TIME, "description": "When the export began; what changes while it runs may be in it or not"},
        "account": ref("schemas", "User"),
        "second_factor": ref("schemas", "SecondFactor"),
        "known_addresses": list_of("KnownAddress"),
        "passkeys": list_of("Passkey"),
        "access_tokens": list_of("PersonalAccessToken"),
        "links": sent,
        "sessions": list_of("ExportedSession"),
        "events": list_of("SecurityEvent"),
        "jobs": list_of("ExportedJob"),
        "tasks": list_of("ExportedTask"),
    }


# --- Keys ------------------------------------------------------------------------------------------------------------


def _jwk() -> Json:
    return closed(
        "A public key that access tokens are verified with (RFC 8037).",
        {
            "kty": {"const": "OKP"},
            "crv": {"const": "Ed25519"},
            "x": {"type": "string", "description": "The key, in base64url"},
            "kid": {"type": "string", "description": "The key's id, as in the header of a token"},
            "use": {"const": "sig"},
            "alg": {"const": "EdDSA"},
            "key_ops": {"const": ["verify"]},
        },
    )
