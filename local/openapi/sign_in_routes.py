"""The operations that prove who somebody is: registration, sign-in in all its ways, and a proof once more."""

from local.openapi.basics import Json, ref
from local.openapi.examples import (
    EXAMPLE_ASSERTION,
    EXAMPLE_CODE,
    EXAMPLE_GRANT,
    EXAMPLE_PASSKEY_USE,
    EXAMPLE_PASSWORD,
    EXAMPLE_RECOVERY_CODES,
    EXAMPLE_STEP_TOKEN,
    EXAMPLE_USER,
)
from local.openapi.operations import BODY_REFUSALS, answer, body, operation

# isort: split
from taskward.identity import steps
from taskward.identity.sessions import MAX_PER_USER

SESSIONS = "Sessions"

_STEP_MINUTES = steps.LIFETIME_SECONDS // 60
_ACCOUNT = {"email": EXAMPLE_USER["email"], "password": EXAMPLE_PASSWORD}


def grant_answer(description: str, *, refreshed: bool = False) -> Json:
    """The answer that hands out tokens: after a sign-in with the user, after a refresh without."""
    example = {name: value for name, value in EXAMPLE_GRANT.items() if not refreshed or name != "user"}
    schema = ref("schemas", "RefreshedGrant" if refreshed else "SessionGrant")
    return answer(description, schema, example, sends={"Set-Cookie": "RefreshCookie"})


def sign_in_paths(*, mail: bool) -> Json:
    """Register and sign in."""
    verification = " A link to verify the address is sent to it." if mail else ""
    register = operation(
        "register",
        SESSIONS,
        "Make an account",
        f"Makes an account and signs in to it at once; a session that the cookie is of ends.{verification} Whoever "
        "meets too many addresses that have an account has to wait, and so has a network from which too many sign-ins "
        "failed.",
        public=True,
        takes=("RefreshCookie",),
        takes_body=body(
            "Registration",
            {"plain": {**_ACCOUNT, "name": EXAMPLE_USER["name"]}, "browser": {**_ACCOUNT, "delivery": "cookie"}},
        ),
        answers={"201": grant_answer("The account is made, and its first session started.")},
        refused=(*BODY_REFUSALS, "EmailExists", "TooManyAttempts"),
    )
    login = operation(
        "login",
        SESSIONS,
        "Sign in",
        "Starts a session; one that the cookie is of ends. Whether the address or the password was wrong is not told. "
        "Where the account has a second factor, no session is started yet: the answer is 202, and the next step is "
        f"`POST /auth/login/second-factor`. Nobody has more than {MAX_PER_USER} sessions: one more takes the place of "
        "the one that was not used for the longest time.",
        public=True,
        takes=("RefreshCookie",),
        takes_body=body("Credentials", {"plain": _ACCOUNT, "browser": {**_ACCOUNT, "delivery": "cookie"}}),
        answers={
            "200": grant_answer("The session is started."),
            "202": answer(
                "The password is right; a code is needed too.",
                ref("schemas", "SecondStepNeeded"),
                {"step_token": EXAMPLE_STEP_TOKEN, "expires_in": steps.LIFETIME_SECONDS},
            ),
        },
        refused=(*BODY_REFUSALS, "WrongCredentials", "TooManyAttempts"),
    )
    second_step = {"step_token": EXAMPLE_STEP_TOKEN, "code": EXAMPLE_CODE}
    second_factor = operation(
        "loginSecondFactor",
        SESSIONS,
        "Sign in, second step",
        "Takes the token of the first step and a code of the authenticator app, or a recovery code, and starts the "
        "session. The token and the code are used up by it; after a wrong code the token is still good. When it is "
        "not, begin again with the password.",
        public=True,
        takes=("RefreshCookie",),
        takes_body=body(
            "SecondStep",
            {
                "code": second_step,
                "recovery code": {**second_step, "code": EXAMPLE_RECOVERY_CODES[0]},
                "browser": {**second_step, "delivery": "cookie"},
            },
        ),
        answers={"200": grant_answer("The session is started.")},
        refused=(*BODY_REFUSALS, "CodeRefused", "TooManyAttempts"),
    )
    return {
        "/auth/register": {"post": register},
        "/auth/login": {"post": login},
        "/auth/login/second-factor": {"post": second_factor},
        **_passkey_paths(),
    }


def _passkey_paths() -> Json:
    options = operation(
        "loginPasskeyOptions",
        SESSIONS,
        "Sign in with a passkey, first step",
        "Gives what `navigator.credentials.get()` takes, and a token for the next step. Nobody has to be named: the "
        "person chooses among the passkeys that their device has for this site.",
        public=True,
        answers={
            "200": answer(f"Good for {_STEP_MINUTES} minutes.", ref("schemas", "PasskeyUse"), EXAMPLE_PASSKEY_USE)
        },
    )
    sign_in = {"step_token": EXAMPLE_STEP_TOKEN, "credential": EXAMPLE_ASSERTION}
    finish = operation(
        "loginPasskey",
        SESSIONS,
        "Sign in with a passkey, second step",
        "Takes the token of the first step and what the passkey has signed, and starts the session: no address, no "
        "password, no code. The token is used up by it. A network that sends too much that proves nothing has to wait.",
        public=True,
        takes=("RefreshCookie",),
        takes_body=body("PasskeySignIn", {"plain": sign_in, "browser": {**sign_in, "delivery": "cookie"}}),
        answers={"200": grant_answer("The session is started.")},
        refused=(*BODY_REFUSALS, "PasskeyRefused", "TooManyAttempts"),
    )
    return {"/auth/login/passkey/options": {"post": options}, "/auth/login/passkey": {"post": finish}}


def reauthentication_paths() -> Json:
    """Somebody who is signed in proves once more who they are."""
    options = operation(
        "reauthenticateOptions",
        SESSIONS,
        "Prove who you are again, with a passkey: first step",
        "Gives what `navigator.credentials.get()` takes, for the passkeys of the user, and a token for the next step.",
        answers={
            "200": answer(
                f"Good for {_STEP_MINUTES} minutes, in this session.",
                ref("schemas", "PasskeyUse"),
                {
                    "step_token": EXAMPLE_STEP_TOKEN,
                    "options": {
                        **EXAMPLE_PASSKEY_USE["options"],
                        "allowCredentials": [{"type": "public-key", "id": EXAMPLE_ASSERTION["id"]}],
                    },
                },
            )
        },
    )
    reauthenticate = operation(
        "reauthenticate",
        SESSIONS,
        "Prove who you are again",
        "Notes in the session that its user has just proved who they are: with the password, and a code where there is "
        "a second factor, or with a passkey. Tokens stay as they are. Guessing is limited like a sign-in.",
        takes_body=body(
            "Reauthentication",
            {
                "password": {"password": EXAMPLE_PASSWORD},
                "password and code": {"password": EXAMPLE_PASSWORD, "code": EXAMPLE_CODE},
                "passkey": {"step_token": EXAMPLE_STEP_TOKEN, "credential": EXAMPLE_ASSERTION},
            },
        ),
        answers={"204": answer("It is noted.")},
        refused=(*BODY_REFUSALS, "NoProof", "TooManyAttempts"),
    )
    return {
        "/auth/reauthenticate/options": {"post": options},
        "/auth/reauthenticate": {"post": reauthenticate},
    }
