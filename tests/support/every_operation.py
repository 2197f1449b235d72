"""Every operation of the service as a request that does something, by people who have what it takes."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from local.samples.authenticator import Authenticator
from taskward.delivery import CLIENT_HEADER, COOKIE
from tests.support.household import ADA, NEW_TOKEN, PASSWORD, Household, Request

NEW_PASSWORD = "walnut canoe 9 rivers"
NEW_ADDRESS = "new@example.com"
NEW_ID = "00000000-0000-4000-8000-000000000001"
STALE = '"7"'
FILE = b"title,due\nFrom a file,2026-12-01\nAnother,\n"


@dataclass(frozen=True)
class Operation:
    """A route, and a request of it.

    Parameters
    ----------
    make: prepares what the request needs, and gives it.
    status: of the answer when all goes well.
    again: of the answer to the same request once it was done, when that is another.
    limits: settings of the service that make so little be much.
    """

    route: str
    make: Callable[[Household], Request]
    status: int = 200
    again: int | None = None
    limits: tuple[tuple[str, int], ...] = ()


def _ada(method: str, target: str, body: Any = None, **headers: str) -> Callable[[Household], Request]:
    return lambda house: house.ada.asks(method, target.format(house=house), body, **headers)


def _bob(method: str, target: str, body: Any = None) -> Callable[[Household], Request]:
    return lambda house: house.bob.asks(method, target, body)


def _anybody(method: str, target: str, body: Any = None) -> Callable[[Household], Request]:
    return lambda _: Request(method, target, body)


def _cookie(token: str) -> tuple[tuple[str, str], ...]:
    return ("Cookie", f"{COOKIE}={token}"), (CLIENT_HEADER, "tests")


def _second_step(house: Household) -> Request:
    return Request("POST", "/auth/login/second-factor", {"step_token": house.first_step(), "code": house.code()})


def _second_step_by_recovery_code(house: Household) -> Request:
    proof = {"step_token": house.first_step(), "code": house.recovery_codes[0]}
    return Request("POST", "/auth/login/second-factor", proof)


def _passkey_sign_in(house: Household) -> Request:
    return Request("POST", "/auth/login/passkey", house.proof(Request("POST", "/auth/login/passkey/options")))


def _refresh_once_more(house: Household) -> Request:
    """Of two tabs the slower one."""
    request = Request("POST", "/auth/refresh", {"refresh_token": house.ada.refresh_token})
    house.does(request)
    return request


def _refresh_long_after(house: Household) -> Request:
    """A token that was stolen."""
    request = _refresh_once_more(house)
    house.clock.advance(seconds=31)
    return request


def _confirm_second_factor(house: Household) -> Request:
    import base64

    from taskward import clock
    from taskward.identity import totp

    begun = house.does(house.ada.asks("POST", "/account/second-factor")).json()
    code = totp.code_at(base64.b32decode(begun["secret"]), clock.epoch())
    return house.ada.asks("POST", "/account/second-factor/confirm", {"code": code})


def _reauthenticate_by_passkey(house: Household) -> Request:
    proof = house.proof(house.ada.asks("POST", "/auth/reauthenticate/options"))
    return house.ada.asks("POST", "/auth/reauthenticate", proof)


def _restore_address(house: Household) -> Request:
    former = house.ada.email
    version = _version(house)
    house.does(Request("POST", "/auth/email/confirm", {"token": house.link(house.ada, "address_change", NEW_ADDRESS)}))
    from taskward import clock
    from taskward.identity import email_change

    back = email_change.undo_link(house.ada.user_id, former, clock.epoch(), version)
    return Request("POST", "/auth/email/restore", {"token": back})


def _version(house: Household) -> int:
    from tests.support.ways_in import account

    return int(account(house.ada.user_id).credential_version)


def _unverified(house: Household) -> Request:
    carol = house.signed_up("carol@example.com")
    return Request("POST", "/auth/email/verify", {"token": house.link(carol, "verification")})


def _send_verification(house: Household) -> Request:
    return house.signed_up("carol@example.com").asks("POST", "/account/email/verification")


def _by_token(house: Household) -> Request:
    return Request("GET", "/tasks", token=house.access_token["token"])


def _with_key(house: Household) -> Request:
    return house.ada.asks("POST", "/tasks", {"title": "New", "parent_id": house.root}, Idempotency_Key="a-key-of-ours")


def _batch(house: Household) -> Request:
    operations = [
        {"op": "create", "id": NEW_ID, "task": {"title": "New"}},
        {"op": "patch", "id": house.single, "patch": {"title": "Pay the rent"}},
        {"op": "complete", "id": house.root},
    ]
    return house.ada.asks("POST", "/tasks/batch", {"operations": operations})


_CREDENTIALS = {"email": ADA, "password": PASSWORD}
_MANY: Final = (("taskward.tasks.clearing.MAX_AT_ONCE", 1),)

OPERATIONS: Final = {
    # --- Getting in, and out
    "register": Operation(
        "POST /auth/register",
        _anybody("POST", "/auth/register", {"email": NEW_ADDRESS, "password": PASSWORD}),
        201,
        again=409,
    ),
    "log in": Operation("POST /auth/login", _anybody("POST", "/auth/login", _CREDENTIALS)),
    "log in over another session": Operation(
        "POST /auth/login",
        lambda house: Request(
            "POST", "/auth/login", _CREDENTIALS | {"delivery": "cookie"}, headers=_cookie(house.ada.refresh_token)
        ),
    ),
    "log in with a wrong password": Operation(
        "POST /auth/login", _anybody("POST", "/auth/login", _CREDENTIALS | {"password": "no"}), 401
    ),
    "log in with a second factor": Operation(
        "POST /auth/login", lambda house: Request("POST", "/auth/login", _CREDENTIALS | {"email": house.bob.email}), 202
    ),
    "second step": Operation("POST /auth/login/second-factor", _second_step, again=401),
    "second step by recovery code": Operation(
        "POST /auth/login/second-factor", _second_step_by_recovery_code, again=401
    ),
    "begin a sign-in by passkey": Operation(
        "POST /auth/login/passkey/options", _anybody("POST", "/auth/login/passkey/options")
    ),
    "log in by passkey": Operation("POST /auth/login/passkey", _passkey_sign_in, again=401),
    "refresh": Operation(
        "POST /auth/refresh",
        lambda house: Request("POST", "/auth/refresh", {"refresh_token": house.ada.refresh_token}),
    ),
    "refresh by cookie": Operation(
        "POST /auth/refresh",
        lambda house: Request("POST", "/auth/refresh", headers=_cookie(house.ada.refresh_token)),
    ),
    "refresh once more": Operation("POST /auth/refresh", _refresh_once_more),
    "refresh long after": Operation("POST /auth/refresh", _refresh_long_after, 401),
    "log out": Operation("POST /auth/logout", _ada("POST", "/auth/logout"), 204),
    "log out by cookie": Operation(
        "POST /auth/logout",
        lambda house: Request("POST", "/auth/logout", headers=_cookie(house.ada.refresh_token)),
        204,
    ),
    "who am I": Operation("GET /auth/session", _ada("GET", "/auth/session")),
    "list sessions": Operation("GET /auth/sessions", _ada("GET", "/auth/sessions")),
    "end another session": Operation(
        "DELETE /auth/sessions/{id}", _ada("DELETE", "/auth/sessions/{house.elsewhere.session_id}"), 204, again=404
    ),
    "end this session": Operation(
        "DELETE /auth/sessions/{id}", _ada("DELETE", "/auth/sessions/{house.ada.session_id}"), 204, again=401
    ),
    "end all sessions": Operation("DELETE /auth/sessions", _ada("DELETE", "/auth/sessions"), 204, again=401),
    "end other sessions": Operation("DELETE /auth/sessions", _ada("DELETE", "/auth/sessions?keep=current"), 204),
    # --- Links
    "ask for a new password": Operation(
        "POST /auth/password/forgot", _anybody("POST", "/auth/password/forgot", {"email": ADA}), 204
    ),
    "reset the password": Operation(
        "POST /auth/password/reset",
        lambda house: Request(
            "POST",
            "/auth/password/reset",
            {"token": house.link(house.ada, "password_reset"), "new_password": NEW_PASSWORD},
        ),
        204,
        again=400,
    ),
    "verify an address": Operation("POST /auth/email/verify", _unverified, 204, again=400),
    "confirm a new address": Operation(
        "POST /auth/email/confirm",
        lambda house: Request(
            "POST", "/auth/email/confirm", {"token": house.link(house.ada, "address_change", NEW_ADDRESS)}
        ),
        204,
        again=400,
    ),
    "take an address back": Operation("POST /auth/email/restore", _restore_address, 204, again=400),
    # --- The account
    "read the account": Operation("GET /account", _ada("GET", "/account")),
    "patch the account": Operation("PATCH /account", _ada("PATCH", "/account", {"name": "Ada"})),
    "delete the account": Operation(
        "DELETE /account", _ada("DELETE", "/account", {"password": PASSWORD}), 204, again=401
    ),
    "list events": Operation("GET /account/events", _ada("GET", "/account/events?limit=2")),
    "change the password": Operation(
        "POST /auth/password",
        _ada("POST", "/auth/password", {"current_password": PASSWORD, "new_password": NEW_PASSWORD}),
        204,
        again=403,
    ),
    "remove the password": Operation("DELETE /auth/password", _ada("DELETE", "/auth/password"), 204),
    "change the address": Operation(
        "POST /account/email", _ada("POST", "/account/email", {"email": NEW_ADDRESS, "password": PASSWORD}), 204
    ),
    "have the address verified": Operation("POST /account/email/verification", _send_verification, 204),
    "export the account": Operation("POST /account/export", _ada("POST", "/account/export"), 202),
    "read a job": Operation("GET /jobs/{id}", _ada("GET", "/jobs/{house.upload_id}")),
    # --- Factors
    "begin a proof by passkey": Operation(
        "POST /auth/reauthenticate/options", _ada("POST", "/auth/reauthenticate/options")
    ),
    "prove by password": Operation(
        "POST /auth/reauthenticate", _ada("POST", "/auth/reauthenticate", {"password": PASSWORD}), 204
    ),
    "prove by a wrong password": Operation(
        "POST /auth/reauthenticate", _ada("POST", "/auth/reauthenticate", {"password": "no"}), 403
    ),
    "prove by password and code": Operation(
        "POST /auth/reauthenticate",
        lambda house: house.bob.asks("POST", "/auth/reauthenticate", {"password": PASSWORD, "code": house.code()}),
        204,
        again=403,
    ),
    "prove by passkey": Operation("POST /auth/reauthenticate", _reauthenticate_by_passkey, 204, again=403),
    "read the second factor": Operation("GET /account/second-factor", _bob("GET", "/account/second-factor")),
    "begin a second factor": Operation("POST /account/second-factor", _ada("POST", "/account/second-factor")),
    "confirm a second factor": Operation("POST /account/second-factor/confirm", _confirm_second_factor, again=409),
    "renew recovery codes": Operation(
        "POST /account/second-factor/recovery-codes", _bob("POST", "/account/second-factor/recovery-codes")
    ),
    "turn the second factor off": Operation(
        "DELETE /account/second-factor",
        lambda house: house.bob.asks("DELETE", "/account/second-factor", {"password": PASSWORD, "code": house.code()}),
        204,
        again=409,
    ),
    "list passkeys": Operation("GET /account/passkeys", _ada("GET", "/account/passkeys")),
    "begin a passkey": Operation("POST /account/passkeys/options", _ada("POST", "/account/passkeys/options")),
    "add a passkey": Operation(
        "POST /account/passkeys",
        lambda house: house.new_passkey(Authenticator(house.authenticator.origin)),
        201,
        again=403,
    ),
    "rename a passkey": Operation(
        "PATCH /account/passkeys/{id}", _ada("PATCH", "/account/passkeys/{house.passkey_id}", {"name": "Key"})
    ),
    "remove a passkey": Operation(
        "DELETE /account/passkeys/{id}", _ada("DELETE", "/account/passkeys/{house.passkey_id}"), 204, again=404
    ),
    "list tokens": Operation("GET /account/tokens", _ada("GET", "/account/tokens")),
    "make a token": Operation("POST /account/tokens", _ada("POST", "/account/tokens", NEW_TOKEN), 201),
    "revoke a token": Operation(
        "DELETE /account/tokens/{id}", _ada("DELETE", "/account/tokens/{house.access_token[id]}"), 204, again=404
    ),
    # --- Tasks
    "list tasks": Operation("GET /tasks", _ada("GET", "/tasks?sort=due&limit=3")),
    "list tasks that have a word": Operation("GET /tasks", _ada("GET", "/tasks?q=pay")),
    "list tasks by token": Operation("GET /tasks", _by_token),
    "sum tasks up": Operation("GET /tasks/summary", _ada("GET", "/tasks/summary")),
    "list changes": Operation("GET /tasks/changes", _ada("GET", "/tasks/changes?limit=4")),
    "read a task": Operation("GET /tasks/{id}", _ada("GET", "/tasks/{house.single}")),
    "list subtasks": Operation("GET /tasks/{id}/subtasks", _ada("GET", "/tasks/{house.root}/subtasks")),
    "create a task": Operation("POST /tasks", _ada("POST", "/tasks", {"title": "New"}), 201),
    "create a task with a key": Operation("POST /tasks", _with_key, 201),
    "create a task at an id": Operation(
        "PUT /tasks/{id}", _ada("PUT", f"/tasks/{NEW_ID}", {"title": "New"}, If_None_Match="*"), 201, again=412
    ),
    "replace a task": Operation("PUT /tasks/{id}", _ada("PUT", "/tasks/{house.single}", {"title": "Pay the rent"})),
    "replace a task of a version": Operation(
        "PUT /tasks/{id}", _ada("PUT", "/tasks/{house.single}", {"title": "Pay"}, If_Match='"1"'), again=412
    ),
    "patch a task": Operation("PATCH /tasks/{id}", _ada("PATCH", "/tasks/{house.single}", {"priority": "high"})),
    "move a subtree": Operation(
        "PATCH /tasks/{id}",
        lambda house: house.ada.asks("PATCH", f"/tasks/{house.branch}", {"parent_id": house.single}),
    ),
    "toggle a task": Operation("PATCH /tasks/{id}/complete", _ada("PATCH", "/tasks/{house.single}/complete")),
    "complete a tree": Operation(
        "PATCH /tasks/{id}/complete", _ada("PATCH", "/tasks/{house.root}/complete", {"completed": True})
    ),
    "complete a task that repeats": Operation(
        "PATCH /tasks/{id}/complete", _ada("PATCH", "/tasks/{house.repeating}/complete", {"completed": True})
    ),
    "trash a task": Operation("DELETE /tasks/{id}", _ada("DELETE", "/tasks/{house.single}"), 204, again=404),
    "trash a tree": Operation("DELETE /tasks/{id}", _ada("DELETE", "/tasks/{house.root}"), 204, again=404),
    "delete a tree for good": Operation(
        "DELETE /tasks/{id}", _ada("DELETE", "/tasks/{house.trashed_tree}?permanent=true"), 204, again=404
    ),
    "restore a task": Operation("POST /tasks/{id}/restore", _ada("POST", "/tasks/{house.trashed}/restore")),
    "restore a tree": Operation("POST /tasks/{id}/restore", _ada("POST", "/tasks/{house.trashed_tree}/restore")),
    "batch": Operation("POST /tasks/batch", _batch),
    # --- Many tasks
    "delete completed tasks": Operation("DELETE /tasks", _ada("DELETE", "/tasks?completed=true"), 204),
    "delete all tasks": Operation("DELETE /tasks", _ada("DELETE", "/tasks"), 204),
    "empty the trash": Operation("DELETE /tasks", _ada("DELETE", "/tasks?trashed=true"), 204),
    "delete more than fits": Operation("DELETE /tasks", _ada("DELETE", "/tasks"), 202, limits=_MANY),
    "export tasks": Operation("POST /tasks/export", _ada("POST", "/tasks/export?format=csv")),
    "export more than fits": Operation(
        "POST /tasks/export",
        _ada("POST", "/tasks/export?format=csv"),
        202,
        limits=(("taskward.tasks.exporting.MAX_TASKS", 1),),
    ),
    "import tasks": Operation("POST /tasks/import", _ada("POST", "/tasks/import?format=csv", FILE)),
    "import more than fits": Operation(
        "POST /tasks/import",
        _ada("POST", "/tasks/import?format=csv", FILE),
        202,
        limits=(("functions.bulk.app.MAX_ROWS", 1),),
    ),
    "import by upload": Operation("POST /tasks/import", _ada("POST", "/tasks/import?format=json&upload=true"), 202),
    "import what was uploaded": Operation(
        "POST /tasks/import", _ada("POST", "/tasks/import?job={house.upload_id}"), 202
    ),
    # --- What anybody may know
    "read the keys": Operation("GET /.well-known/jwks.json", _anybody("GET", "/.well-known/jwks.json")),
    "read the document": Operation("GET /openapi.json", _anybody("GET", "/openapi.json")),
    "read the docs": Operation("GET /docs", _anybody("GET", "/docs")),
}
