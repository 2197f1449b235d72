"""The operations on personal access tokens, for the OpenAPI document."""

from local.openapi.basics import Json, list_of, ref
from local.openapi.examples import EXAMPLE_PERSONAL_ACCESS_TOKEN, EXAMPLE_PERSONAL_ACCESS_TOKEN_TEXT
from local.openapi.operations import BODY_REFUSALS, answer, body, operation

# isort: split
from taskward.identity.access_token_changes import MAX_PER_USER

TOKENS = "Access tokens"


def access_token_paths(*, mail: bool) -> Json:
    """Make, list and revoke personal access tokens."""
    verified = ", and a verified address" if mail else ""
    token = EXAMPLE_PERSONAL_ACCESS_TOKEN
    listing = operation(
        "listAccessTokens",
        TOKENS,
        "List personal access tokens",
        "All personal access tokens of the user that are alive, the newest first.",
        answers={
            "200": answer("The tokens.", list_of("PersonalAccessToken", maxItems=MAX_PER_USER), [token]),
        },
    )
    create = operation(
        "createAccessToken",
        TOKENS,
        "Make a personal access token",
        "Makes a token; its text is shown this once. Takes a recent authentication"
        f"{verified}. Nobody has more than {MAX_PER_USER} tokens.",
        takes_body=body(
            "NewAccessToken",
            {
                "reads": {"name": token["name"], "scopes": token["scopes"], "expires_in_days": 90},
                "reads and writes": {
                    "name": "Import",
                    "scopes": ["tasks:read", "tasks:write"],
                    "expires_in_days": 1,
                },
            },
        ),
        answers={
            "201": answer(
                "The token is made.",
                ref("schemas", "NewPersonalAccessToken"),
                {**token, "last_used_at": None, "token": EXAMPLE_PERSONAL_ACCESS_TOKEN_TEXT},
            )
        },
        refused=(*BODY_REFUSALS, "NotYetAllowed", "TooManyAccessTokens"),
    )
    revoke = operation(
        "revokeAccessToken",
        TOKENS,
        "Revoke a personal access token",
        "Revokes a token; it is refused from the next request on. Takes a recent authentication.",
        takes=("AccessTokenId",),
        answers={"204": answer("It is revoked.")},
        refused=("NotRecent", "NotFound"),
    )
    return {
        "/account/tokens": {"get": listing, "post": create},
        "/account/tokens/{id}": {"delete": revoke},
    }
