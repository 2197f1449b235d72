"""What stands before the operations: how the service is used, in the OpenAPI document's little Markdown."""

# Comes first: it makes the package of the layer importable.
from local.openapi.problems import problem_kinds

# isort: split
from taskward.api import MAX_BODY_BYTES
from taskward.delivery import CLIENT_HEADER
from taskward.identity import attempts, links, recovery_codes, step_up, steps
from taskward.tasks import quota, trash, trees


def introduction(*, mail: bool) -> str:
    """All sections; those on mail only where it is sent."""
    parts = [_START, _TOKENS, _SECOND_FACTOR, _PASSKEYS, _PERSONAL_TOKENS, _AGAIN]
    parts += [_MAIL] if mail else []
    parts += [_PATIENCE + (_PATIENCE_WITH_MAIL if mail else ""), _TASKS, _REST, _problems(mail=mail)]
    return "\n".join(parts)


_START = """\
Taskward keeps tasks that only their owner can see. Register or sign in, send the access token with every request, \
and refresh the session before the token runs out.
"""

_TOKENS = f"""\
## Tokens

A sign-in gives two tokens. The access token goes along with every request, as `Authorization: Bearer`; it lives for \
`expires_in` seconds. The refresh token is good for one refresh, which gives the next pair. A refresh token that comes \
a second time, later than a short grace, ends the session: somebody else may have it.

A browser asks for `"delivery": "cookie"` when it signs in. Then the refresh token comes as a cookie that no script \
can read, and a refresh by cookie needs the header `{CLIENT_HEADER}`.
"""

_SECOND_FACTOR = f"""\
## Second factor

An account can have a second factor: an authenticator app that shows a code of six digits, another one every 30 \
seconds. Then a sign-in by password takes two steps. The first is answered with 202 and a token, good for \
{steps.LIFETIME_SECONDS // 60} minutes and for the second step alone, which takes it together with a code. Each code \
is accepted once. For when the app is lost there are {recovery_codes.COUNT} recovery codes, each good once.
"""

_PASSKEYS = """\
## Passkeys

A passkey is a way to sign in of its own: it stands for address, password and second factor in one. To make \
one, or to use it, takes two requests. The first gives `options` for the browser and a token; the second takes the \
token and what the browser answered. Both are the JSON of Web Authentication Level 3, as \
`parseCreationOptionsFromJSON()`, `parseRequestOptionsFromJSON()` and `toJSON()` have it. Whoever has a passkey can \
remove the password.
"""

_PERSONAL_TOKENS = """\
## Personal access tokens

For programs of one's own: a personal access token goes along as `Authorization: Bearer`, like an access token, and \
needs no refresh. It reaches tasks, and jobs about them, as far as its scopes say: `tasks:read` to read, `tasks:write` \
to change. Whatever else is asked for with it is answered with 403 `insufficient_scope`. It works until its time is \
over or it is revoked.
"""

_AGAIN = f"""\
## Proving again who you are

What changes the ways to sign in, ends other sessions, or gives the account up takes an authentication that is recent: \
within the last {step_up.RECENT_SECONDS // 60} minutes, in this session, which says when as `authenticated_at`. Else \
the answer is 403 `reauthentication_required`: prove who you are with `POST /auth/reauthenticate`, then repeat the \
request. Some of these take the password or a code all the same; what an account does not have is not asked for.
"""

_MAIL = f"""\
## Mail and links

A new account is sent a link to verify its address. Until it is followed, the account can have no second factor, no \
passkey and no personal access token: 403 `email_unverified`. A new address counts once the link that was sent there \
was followed; the former one is told, and can take the change back for \
{links.LIFETIME_SECONDS["address_undo"] // 86400} days. Who has forgotten the password has a link for a new one sent. \
Each link leads to the site, which sends the token from the link's end here. A link is good once, for the time that \
stands in the mail, and worthless when the account's credentials were changed since: 400 `invalid_link`. The owner is \
told by mail of changes of the ways to sign in, and of sign-ins from a new network or program.
"""

_PATIENCE = """\
## Patience

Whoever fails too often, at a sign-in, a password, a code, a passkey or a refresh token, has to wait: the answer is \
429 `too_many_attempts`, and `Retry-After` says for how many seconds. Until then nothing is looked at, not even the \
right password. The wait is a second after five failures at one account from one network, or after 25 from one network \
at any account, and doubles with each further failure, to a quarter of an hour (all of these are settings of the \
service). After 100 failures in a day at one account, only networks that it was signed in from before may try. Codes \
are counted apart from passwords. Failures are forgotten after a day.
"""

_PATIENCE_WITH_MAIL = f"""
Mails that are asked for count like failures of a network; and after {attempts.MAILS_AT_ONCE} in a row for one address \
from one network there is a wait of a minute, which doubles with each further one. Beyond {attempts.MAILS_A_DAY} in a \
day for one address, only networks that it was signed in from before may ask.
"""

_TASKS = f"""\
## Changes that collide

A task carries its version as `ETag`. Send it back as `If-Match`, and a change is refused with 412 when the task was \
changed in the meantime. Without `If-Match` the last change wins.

## Requests that come again

Whoever does not get an answer can send a request again. A new task is made once if it comes with an \
`Idempotency-Key`, or under an id that the client made: by `PUT` with `If-None-Match: *`, or in a batch. The answer to \
the second request is the task as it is by then; 410 `task_gone` when it was deleted since, and 422 `task_exists` when \
the body is another one.

## Due dates

`due` is a whole day, which is the same day everywhere; a time without a zone, which is that time wherever one is; or \
a time on the clock of `due_timezone`. What is overdue, or due today, is seen from the time zone `tz`, by default \
that of the account.

## Tasks that repeat

A task with a rule in `repeat` (RFC 5545) is due again when it is completed: the next one is made, a copy with its \
subtasks, at the same time of day. Rules that never match are refused, and so are those that would take long to follow.

## Subtasks

A task is part of another one by its `parent_id`. There are {trees.MAX_LEVELS} levels at most and \
{trees.MAX_DESCENDANTS} subtasks below the task at the top. What is completed or deleted takes all that is below it \
along, in one step.

## The trash

What is deleted lies in the trash for {trash.TRASH_DAYS} days and can be restored from there. What is deleted for good \
leaves a tombstone as long, for those who keep a copy.

## Keeping a copy

`GET /tasks/changes` gives everything that there is, and then all that was changed since, deletions included. \
Whoever keeps of each task the one with the highest `version` has what the service has.

## How much there can be

A user can keep {quota.MAX_TASKS:,} tasks, or {quota.MAX_BYTES // 1_000_000} MB of them, those in the trash included. \
Beyond that new ones are refused with 409 `quota_exceeded`.
"""

_REST = f"""\
## Lists

A list is an array, one page at a time. As long as there is more, the header `Link` has the address of the next page.

## What takes longer

What takes longer than an answer may is a job: 202, with its address in `Location`. Ask there every few seconds until \
`state` is `done` or `failed`.

## Bodies

Bodies are JSON objects, or files of tasks, in UTF-8 and of at most {MAX_BODY_BYTES:,} bytes. Members that are not \
described here are refused, and so are unknown query parameters where there are known ones. Times in answers are UTC \
and end in Z.
"""


def _problems(*, mail: bool) -> str:
    kinds = "\n".join(
        f"| `{kind.code}` | {kind.status or '4xx'} | {kind.title}. {kind.detail} |"
        for kind in problem_kinds(mail=mail).values()
    )
    return f"""\
## Problems

A refusal is a problem document (RFC 9457) with the media type `application/problem+json`. Act on its `code`; `title` \
and `detail` are for people. What belongs to somebody else is answered exactly like what does not exist. Addresses and \
methods that are not in this document are answered with 404, as a rule `not_found`, or, by the gateway, with 403 \
`refused`.

| Code | Status | Meaning |
|---|---|---|
{kinds}
"""
