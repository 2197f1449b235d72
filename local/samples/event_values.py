"""What a sample event is filled with: what its placeholders stand for, made in a running stack."""

import re
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import boto3
from botocore.config import Config

from local.emulator import REGION
from local.samples import bad_tokens, event_proofs
from local.samples.event_people import EventPeople
from local.samples.functions import Answer, physical_ids
from local.samples.people import Person, Values
from local.samples.sample_events import placeholders
from local.stack import Stack

# Cases in which Ann has a second factor, or begins to have one, whatever their placeholders are.
_WITH_SECOND_FACTOR = re.compile(
    r"factors/(renew_recovery_codes$|reauthenticate_(with|without|wrong)_code|\w+_when_on$"
    r"|(confirm_second_factor|turn_second_factor_off)(?!_when))"
)
_WITHOUT_ANN = re.compile(r"discovery/|rotate_keys/|register/(?!email_exists)")


def filled(stack: Stack, name: str, endpoint: str) -> Any:
    """A sample event with values that are real in a stack, where all is done first that they come from.

    What a case has been through besides, such as too many attempts, is not done.

    Parameters
    ----------
    endpoint: where the emulator is for the function that gets the event.

    Raises
    ------
    AnswerError: what has to be done first was refused.
    """
    people = EventPeople(stack, name)
    values: Values = {}
    if not _WITHOUT_ANN.match(name):
        # Even where no placeholder asks for her: her address is in many events.
        values |= people.ann.values | _prepared(people)
    for placeholder in sorted(placeholders(name)):
        if placeholder not in values:
            values |= _made(people, placeholder, endpoint)
    return people.functions.event(name, values)


def _prepared(people: EventPeople) -> Values:
    """What comes of having done what a case is about that has no placeholder."""
    ann, values = people.ann, {}
    if _WITH_SECOND_FACTOR.match(people.name):
        people.turn_second_factor_on()
    if people.case in ("remove_password", "remove_passkey_last_way_in"):
        values["passkey_id"] = people.passkey_id
    if people.case == "remove_passkey_last_way_in":
        ann.ask("account/remove_password")
    if people.folder == "tasks" and "scope" not in placeholders(people.name):
        values |= _tasks(people)
    return values


def _made(people: EventPeople, placeholder: str, endpoint: str) -> Values:
    """The value of a placeholder, and of those that come with it."""
    if placeholder == "response_url":
        return {placeholder: _response_url(people, endpoint)}
    made = _MADE[placeholder](people)
    return made if isinstance(made, dict) else {placeholder: made}


# --- Tasks and jobs --------------------------------------------------------------------------------------------------


def _tasks(people: EventPeople) -> Values:
    """Ann has three tasks; `task_id` is the oldest, changed once since it was made."""
    ann = people.ann
    task_id = ann.ask("tasks/create").json()["id"]
    ann.ask("tasks/create_completed")
    other_id = ann.ask("tasks/create_minimal").json()["id"]
    version = ann.ask("tasks/patch", {"order": 2.5}, task_id=task_id, version="1").json()["version"]
    if people.case == "restore":
        ann.ask("tasks/delete", task_id=task_id, version=str(version))
        version += 1
    return {"task_id": task_id, "other_id": other_id, "version": str(version), "old_version": str(version - 1)}


def _cursor(people: EventPeople, person: Person) -> str:
    """Where the second page begins of the list that the event is about."""
    if people.folder == "account":
        # Something that the list has more than one page of.
        person.ask("account/export")
        return _next(person.ask("account/events_limited"))
    if person is not people.ann:
        for _ in range(3):
            person.ask("tasks/create_minimal")
    is_of_open_ones = people.case in ("list_open_next_page", "list_cursor_of_other_query")
    return _next(person.ask("tasks/list_open_limited" if is_of_open_ones else "tasks/list_limited"))


def _next(page: Answer) -> str:
    return dict(parse_qsl(urlsplit(page.headers["link"].partition(">")[0].strip("<")).query))["cursor"]


def _since(person: Person) -> str:
    return str(person.ask("tasks/changes").json()["next"])


def _job_id(people: EventPeople, person: Person) -> str:
    """A job of the kind that the event is about; of an import, the file is uploaded unless just that is missing."""
    if "import" not in people.case:
        return str(person.ask("account/export").json()["id"])
    job = person.ask("bulk/import_by_upload").json()
    if people.case != "import_not_uploaded":
        key = job["upload"]["fields"]["key"]
        people.stack.client("s3").put_object(Bucket=_bucket(people), Key=key, Body=b"title\nPay rent\nBuy milk\n")
    return str(job["id"])


# --- Tokens ----------------------------------------------------------------------------------------------------------


def _access_token(people: EventPeople) -> Values:
    """A token for what the event does, or for the other scope where it is about that, and what the authorizer says."""
    is_for_writing = ("create" in people.case) != ("other_scope" in people.case)
    token = people.ann.add_token("tasks:write" if is_for_writing else "tasks:read")
    return token | people.ann.authorized(token["personal_access_token"])


def _expired_access_token(people: EventPeople) -> str:
    token = people.ann.add_token("tasks:read")
    bad_tokens.expire_access_token(people.stack, people.ann.values["user_id"], token["token_id"])
    return token["personal_access_token"]


def _revoked_access_token(people: EventPeople) -> str:
    token = people.ann.add_token("tasks:read")
    people.ann.ask("factors/revoke_token", **token)
    return token["personal_access_token"]


def _forged_access_token(people: EventPeople) -> str:
    """Another secret behind the ids of a token that is good."""
    good, other = (people.ann.add_token("tasks:read")["personal_access_token"] for _ in range(2))
    return f"{good.rpartition('.')[0]}.{other.rpartition('.')[2]}"


def _ended(people: EventPeople, token: str) -> str:
    """A token of a session that is over."""
    other = people.other_session()
    other.ask("sessions/logout_refresh_token")
    return other.values[token]


def _used_refresh_token(people: EventPeople) -> str:
    """Two behind the one that is good: for one behind there is a time of grace."""
    other = people.other_session()
    used = other.values["refresh_token"]
    for _ in range(2):
        other.values["refresh_token"] = other.ask("refresh/by_body").json()["refresh_token"]
    return used


# --- What is there without people ------------------------------------------------------------------------------------


def _bucket(people: EventPeople) -> str:
    return physical_ids(people.stack, "AWS::S3::Bucket")["ExportsBucket"]


def _response_url(people: EventPeople, endpoint: str) -> str:
    """Where an answer for CloudFormation is put: on AWS, too, this is a signed address of S3."""
    config = Config(signature_version="s3v4", s3={"addressing_style": "path"})
    s3 = boto3.client(
        "s3",
        endpoint_url=endpoint,
        region_name=REGION,
        aws_access_key_id="test",
        aws_secret_access_key="test",
        config=config,
    )
    target = {"Bucket": _bucket(people), "Key": "answer-for-cloudformation"}
    return str(s3.generate_presigned_url("put_object", Params=target))


def _jwks_etag(people: EventPeople) -> str:
    return people.functions.ask("discovery/jwks", {}).headers["etag"].strip('"')


_MADE: dict[str, event_proofs.Made] = event_proofs.MADE | {
    # Of a session, where the event does without her otherwise.
    "refresh_token": lambda people: people.ann.values,
    "foreign_id": lambda people: people.ben.ask("tasks/create_minimal").json()["id"],
    "cursor": lambda people: _cursor(people, people.ann),
    "foreign_cursor": lambda people: _cursor(people, people.ben),
    "since": lambda people: _since(people.ann),
    "foreign_since": lambda people: _since(people.ben),
    "job_id": lambda people: _job_id(people, people.ann),
    "foreign_job_id": lambda people: _job_id(people, people.ben),
    "task_id": _tasks,
    "token_id": lambda people: people.ann.add_token("tasks:read"),
    "foreign_token_id": lambda people: people.ben.add_token("tasks:read")["token_id"],
    "personal_access_token": _access_token,
    "expired_personal_access_token": _expired_access_token,
    "revoked_personal_access_token": _revoked_access_token,
    "forged_personal_access_token": _forged_access_token,
    "other_session_id": lambda people: people.other_session().values["session_id"],
    "foreign_session_id": lambda people: people.ben.values["session_id"],
    "expired_access_token": lambda people: bad_tokens.expired(people.stack, people.ann.values["access_token"]),
    "revoked_access_token": lambda people: _ended(people, "access_token"),
    "forged_access_token": lambda people: bad_tokens.forged(people.ann.values["access_token"], exp=4102444800),
    "expired_refresh_token": lambda people: bad_tokens.expired(people.stack, people.ann.values["refresh_token"]),
    "revoked_refresh_token": lambda people: _ended(people, "refresh_token"),
    "used_refresh_token": _used_refresh_token,
    "forged_refresh_token": lambda people: bad_tokens.forged(people.ann.values["refresh_token"], gen=2),
    "origin_secret": lambda people: people.stack.origin_secret,
    "jwks_etag": _jwks_etag,
    # No real one can be had: the worker empties its queues itself.
    "receipt_handle": lambda _: "taken",
}
