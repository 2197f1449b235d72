"""The operations that start, renew, show and end sessions, for the OpenAPI document."""

from local.openapi_basics import Json, list_of, ref
from local.openapi_examples import (
    EXAMPLE_OTHER_SESSION,
    EXAMPLE_PASSWORD,
    EXAMPLE_REFRESH_TOKEN,
    EXAMPLE_SESSION,
    EXAMPLE_SESSION_ID,
    EXAMPLE_TOKEN,
    EXAMPLE_USER,
)
from local.openapi_operations import BODY_REFUSALS, answer, body, operation

# isort: split
from taskward.identity.sessions import MAX_PER_USER

SESSIONS = "Sessions"


def sign_in_paths() -> Json:
    """Register, sign in, refresh, sign out."""
    account = {"email": EXAMPLE_USER["email"], "password": EXAMPLE_PASSWORD}
    register = operation(
        "register",
        SESSIONS,
        "Make an account",
        "Makes an account and signs in to it at once; a session that the cookie is of ends. Whoever meets too many "
        "addresses that have an account has to wait, and so has a network from which too many sign-ins failed.",
        public=True,
        takes=("RefreshCookie",),
        takes_body=body(
            "Registration",
            {"plain": {**account, "name": EXAMPLE_USER["name"]}, "browser": {**account, "delivery": "cookie"}},
        ),
        answers={
            "201": _grant_answer("The account is made, and its first session started.", "SessionGrant", with_user=True)
        },
        refused=(*BODY_REFUSALS, "EmailExists", "TooManyAttempts"),
    )
    login = operation(
        "login",
        SESSIONS,
        "Sign in",
        "Starts a session; one that the cookie is of ends. Whether the address or the password was wrong is not told. "
        f"Nobody has more than {MAX_PER_USER} sessions: one more takes the place of the one that was not used for the "
        "longest time.",
        public=True,
        takes=("RefreshCookie",),
        takes_body=body("Credentials", {"plain": account, "browser": {**account, "delivery": "cookie"}}),
        answers={"200": _grant_answer("The session is started.", "SessionGrant", with_user=True)},
        refused=(*BODY_REFUSALS, "WrongCredentials", "TooManyAttempts"),
    )
    refresh = operation(
        "refresh",
        SESSIONS,
        "Renew the session",
        "Takes a refresh token, in the body or as the cookie, and gives the next pair of tokens. The next refresh "
        "token is delivered the way the one before came. A token in the body goes before the cookie. After too many "
        "tokens that were no good, the next such one is answered with 429.",
        public=True,
        takes=("ClientHeader", "RefreshCookie"),
        takes_body=body("RefreshRequest", {"plain": {"refresh_token": EXAMPLE_REFRESH_TOKEN}}, required=False),
        answers={"200": _grant_answer("The session goes on.", "RefreshedGrant", with_user=False)},
        refused=(*BODY_REFUSALS, "RefreshRefused", "CrossSite", "TooManyAttempts"),
    )
    logout = operation(
        "logout",
        SESSIONS,
        "Sign out",
        "Ends the sessions of all tokens that come along: the access token in the header `Authorization`, a refresh "
        "token in the body, or the cookie. Expired ones count as well. Signing out is never refused for what was "
        "sent: a token that is no good, or none at all, is answered just the same.",
        public=True,
        takes=("RefreshCookie",),
        takes_body=body("RefreshRequest", {"plain": {"refresh_token": EXAMPLE_REFRESH_TOKEN}}, required=False),
        answers={"204": answer("Signed out; the cookie is cleared.", sends={"Set-Cookie": "ClearedCookie"})},
        refused=("TooLarge",),
    )
    return {
        "/auth/register": {"post": register},
        "/auth/login": {"post": login},
        "/auth/refresh": {"post": refresh},
        "/auth/logout": {"post": logout},
    }


def session_paths() -> Json:
    """Who is signed in and where, and an end to it."""
    cleared = {"Set-Cookie": "ClearedOwnCookie"}
    who_am_i = operation(
        "getSession",
        SESSIONS,
        "Who is signed in",
        "The user and the session of the access token.",
        answers={
            "200": answer(
                "The user and the session.",
                ref("schemas", "CurrentSession"),
                {"user": EXAMPLE_USER, "session": EXAMPLE_SESSION},
            )
        },
    )
    listing = operation(
        "listSessions",
        SESSIONS,
        "Where the user is signed in",
        "All sessions that are alive, the last used first.",
        answers={
            "200": answer(
                "The sessions.",
                list_of("Session", minItems=1, maxItems=MAX_PER_USER),
                [EXAMPLE_SESSION, EXAMPLE_OTHER_SESSION],
            )
        },
    )
    end_all = operation(
        "endSessions",
        SESSIONS,
        "Sign out everywhere",
        "Ends all sessions of the user, in one step; with `keep=current`, all the others.",
        takes=("KeepCurrent",),
        answers={"204": answer("They are over.", sends=cleared)},
        refused=("Invalid",),
    )
    end = operation(
        "endSession",
        SESSIONS,
        "Sign out somewhere",
        "Ends one session; its tokens are no good from then on. It may be the one that the request is made in.",
        takes=("SessionId",),
        answers={"204": answer("It is over.", sends=cleared)},
        refused=("NotFound",),
    )
    return {
        "/auth/session": {"get": who_am_i},
        "/auth/sessions": {"get": listing, "delete": end_all},
        "/auth/sessions/{id}": {"delete": end},
    }


def _grant_answer(description: str, schema: str, *, with_user: bool) -> Json:
    example = {
        "access_token": EXAMPLE_TOKEN,
        "token_type": "Bearer",
        "expires_in": 900,
        "refresh_token": EXAMPLE_REFRESH_TOKEN,
        "session_id": EXAMPLE_SESSION_ID,
        **({"user": EXAMPLE_USER} if with_user else {}),
    }
    return answer(description, ref("schemas", schema), example, sends={"Set-Cookie": "RefreshCookie"})
