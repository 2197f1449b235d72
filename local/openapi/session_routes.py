"""The operations that renew, show and end sessions, for the OpenAPI document."""

from local.openapi.basics import Json, list_of, ref
from local.openapi.examples import EXAMPLE_OTHER_SESSION, EXAMPLE_REFRESH_TOKEN, EXAMPLE_SESSION, EXAMPLE_USER
from local.openapi.operations import BODY_REFUSALS, answer, body, operation
from local.openapi.sign_in_routes import SESSIONS, grant_answer

# isort: split
from taskward.identity.sessions import MAX_PER_USER


def token_paths() -> Json:
    """What takes a refresh token: refresh, sign out."""
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
        answers={"200": grant_answer("The session goes on.", refreshed=True)},
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
    return {"/auth/refresh": {"post": refresh}, "/auth/logout": {"post": logout}}


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
        "Ends all sessions of the user, in one step; with `keep=current`, all the others. Takes a recent "
        "authentication.",
        takes=("KeepCurrent",),
        answers={"204": answer("They are over.", sends=cleared)},
        refused=("NotRecent", "Invalid"),
    )
    end = operation(
        "endSession",
        SESSIONS,
        "Sign out somewhere",
        "Ends one session; its tokens are no good from then on. It may be the one that the request is made in; any "
        "other takes a recent authentication.",
        takes=("SessionId",),
        answers={"204": answer("It is over.", sends=cleared)},
        refused=("NotRecent", "NotFound"),
    )
    return {
        "/auth/session": {"get": who_am_i},
        "/auth/sessions": {"get": listing, "delete": end_all},
        "/auth/sessions/{id}": {"delete": end},
    }
