"""The schemas of the bodies that the service takes, made from the very models that validate them: no limit twice."""

from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, models_json_schema

# Comes first: it makes the package of the layer importable.
from local.openapi.basics import NOT_BLANK, TIME_ZONE, Json, nullable, ref
from local.openapi.task_requests import TASK_MODELS, TASK_REMARKS, task_schemas

# isort: split
from taskward.identity import passwords
from taskward.identity.models import (
    AccountDeletion,
    AccountPatch,
    CodeOnly,
    Credentials,
    EmailChange,
    FollowedLink,
    ForgottenPassword,
    NewAccessToken,
    NewPasskey,
    PasskeyPatch,
    PasskeySignIn,
    PasswordChange,
    PasswordReset,
    Reauthentication,
    RefreshRequest,
    Registration,
    SecondFactorRemoval,
    SecondStep,
)

MODELS: tuple[type[BaseModel], ...] = (
    Registration,
    Credentials,
    RefreshRequest,
    SecondStep,
    PasskeySignIn,
    Reauthentication,
    PasswordChange,
    AccountPatch,
    AccountDeletion,
    CodeOnly,
    SecondFactorRemoval,
    NewPasskey,
    PasskeyPatch,
    NewAccessToken,
    *TASK_MODELS,
)
MODELS_OF_MAIL: tuple[type[BaseModel], ...] = (ForgottenPassword, PasswordReset, FollowedLink, EmailChange)
"""Those of operations that a service without mail does not have."""


class _WithoutTitles(GenerateJsonSchema):
    """A property's title would only repeat its name."""

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ARG002
        return False


_DELIVERY = "Where the refresh token goes: into the answer's body, or into a cookie that no script can read"
_NEW_PASSWORD: Json = {
    "format": "password",
    "minLength": passwords.MIN_LENGTH,
    "maxLength": passwords.MAX_LENGTH,
    "description": (
        "Any characters; refused when it is common, known from a breach, or made of the e-mail address or this "
        "service's name"
    ),
}

_OWN_PASSWORD: Json = {"format": "password", "description": "The account's; only an account without one needs none"}
_CODE: Json = {"description": "What the authenticator app shows now, or a recovery code"}
_STEP_TOKEN: Json = {"description": "From the first step"}
_LINK_TOKEN: Json = {"description": "What stands behind `#token=` in the link that was sent"}

# What the models check in code of their own, or leave to other modules, and what a reader wants to know besides.
_REMARKS: dict[str, dict[str, Json]] = {
    "Registration": {
        "email": {"format": "idn-email", "description": "Addresses that differ in upper and lower case are the same"},
        "password": _NEW_PASSWORD,
        "name": {"description": "What to call the person"},
        "delivery": {"description": _DELIVERY},
    },
    "Credentials": {"password": {"format": "password"}, "delivery": {"description": _DELIVERY}},
    "RefreshRequest": {"refresh_token": {"description": "A refresh token; null or absent when it comes as the cookie"}},
    "SecondStep": {"step_token": _STEP_TOKEN, "code": _CODE, "delivery": {"description": _DELIVERY}},
    "PasskeySignIn": {"step_token": _STEP_TOKEN, "delivery": {"description": _DELIVERY}},
    "Reauthentication": {
        "password": {"format": "password", "description": "The account's"},
        "code": {"description": "What the authenticator app shows now, or a recovery code; with a second factor"},
        "step_token": {"description": "From the first step with a passkey"},
    },
    "PasswordReset": {"token": _LINK_TOKEN, "new_password": _NEW_PASSWORD},
    "FollowedLink": {"token": _LINK_TOKEN},
    "ForgottenPassword": {"email": {"description": "What is no address is answered like one without an account"}},
    "EmailChange": {"email": {"format": "idn-email"}, "password": _OWN_PASSWORD},
    "CodeOnly": {"code": {"description": "What the authenticator app shows now"}},
    "SecondFactorRemoval": {"password": _OWN_PASSWORD, "code": _CODE},
    "NewPasskey": {"step_token": _STEP_TOKEN, "name": {"description": "To tell it from others"}},
    "PasskeyPatch": {"name": {"description": "To tell it from others"}},
    "NewAccessToken": {
        "name": {"description": "To tell it from others"},
        "scopes": {"description": "What it is good for; `tasks:write` does not include `tasks:read`"},
        "expires_in_days": {"description": "After how many days it stops working"},
    },
    "PasswordChange": {
        "current_password": _OWN_PASSWORD,
        "new_password": {
            **_NEW_PASSWORD,
            "description": f"{_NEW_PASSWORD['description']}; and so is the current one",
        },
    },
    "AccountPatch": {
        "name": {"description": "What to call the person; null: nothing"},
        "timezone": {
            "description": "An IANA time zone, such as `Europe/Paris`: what today means for this user; null: unknown"
        },
    },
    "AccountDeletion": {"password": _OWN_PASSWORD},
    **TASK_REMARKS,
}

# In place of what the models have: any object. See `webauthn` for what is asked of it.
_ASSERTION: Json = ref("schemas", "AuthenticationResponseJSON")
_CREDENTIALS: dict[str, Json] = {
    "PasskeySignIn": {**_ASSERTION, "description": "What the passkey has signed"},
    "Reauthentication": nullable(_ASSERTION, "What the passkey has signed; with `step_token`, in place of a password"),
    "NewPasskey": {**ref("schemas", "RegistrationResponseJSON"), "description": "What the browser has made"},
}


def request_schemas(*, mail: bool) -> Json:
    """The bodies that the service takes, as the models that validate them say."""
    models = (*MODELS, *MODELS_OF_MAIL) if mail else MODELS
    wanted: list[tuple[type[BaseModel], Any]] = [(model, "validation") for model in models]
    _, made = models_json_schema(wanted, ref_template="#/components/schemas/{model}", schema_generator=_WithoutTitles)
    schemas: Json = made["$defs"]
    for name, schema in schemas.items():
        del schema["title"]
        for member, remark in _REMARKS.get(name, {}).items():
            schema["properties"][member].update(remark)
        if name in _CREDENTIALS:
            schema["properties"]["credential"] = _CREDENTIALS[name]
    schemas["Reauthentication"]["anyOf"] = [
        {"required": ["password"], "properties": {"password": {"type": "string"}}},
        {
            "required": ["step_token", "credential"],
            "properties": {
                "step_token": {"type": "string"},
                "credential": ref("schemas", "AuthenticationResponseJSON"),
            },
        },
    ]
    schemas["AccountPatch"]["properties"]["timezone"]["anyOf"][0] |= TIME_ZONE
    for name in ("Registration", "AccountPatch"):
        schemas[name]["properties"]["name"]["anyOf"][0]["pattern"] = NOT_BLANK
    for name in ("NewPasskey", "PasskeyPatch", "NewAccessToken"):
        schemas[name]["properties"]["name"]["pattern"] = NOT_BLANK
    # What is left out of a patch stays: a client that fills in a default would clear it.
    for member in schemas["AccountPatch"]["properties"].values():
        del member["default"]
    return {
        **task_schemas(schemas),
        "RegistrationResponseJSON": _credential(
            "What `toJSON()` gives of the credential that `navigator.credentials.create()` has made (Web "
            "Authentication Level 3). What is not as it should be is answered with `wrong_passkey`.",
            ("clientDataJSON", "attestationObject"),
            "`clientDataJSON`, `attestationObject` and `transports`",
        ),
        "AuthenticationResponseJSON": _credential(
            "What `toJSON()` gives of the credential that `navigator.credentials.get()` has found (Web "
            "Authentication Level 3). What is not as it should be is answered with `invalid_passkey` at a sign-in, "
            "else with `wrong_passkey`.",
            ("clientDataJSON", "authenticatorData", "signature"),
            "`clientDataJSON`, `authenticatorData`, `signature` and `userHandle`",
        ),
    }


def _credential(description: str, required: tuple[str, ...], members: str) -> Json:
    text: Json = {"type": "string", "pattern": "^[A-Za-z0-9_-]+$"}
    return {
        "type": "object",
        "description": description,
        "required": ["id", "rawId", "type", "response"],
        "properties": {
            "id": {**text, "description": "The credential's id, in base64url"},
            "rawId": {**text, "description": "The same"},
            "type": {"const": "public-key"},
            "response": {
                "type": "object",
                "description": f"{members}, in base64url",
                "required": list(required),
                "properties": dict.fromkeys(required, text),
            },
        },
    }
