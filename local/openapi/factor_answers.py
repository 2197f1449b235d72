"""The schemas of what is answered about second factor, passkeys and personal access tokens."""

# Comes first: it makes the package of the layer importable.
from local.openapi.basics import ID, TIME, TIME_OR_NULL, Json, closed, ref

# isort: split
from taskward.identity import access_tokens, recovery_codes, steps

_STEP_TOKEN: Json = {
    "type": "string",
    "description": f"To be sent back with the next step; good for one, and for {steps.LIFETIME_SECONDS} seconds",
}
_BYTES: Json = {"type": "string", "pattern": "^[A-Za-z0-9_-]*$"}
_TIMEOUT: Json = {"type": "integer", "description": "How long the person may take, in milliseconds"}
_DESCRIPTORS: Json = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["type", "id"],
        "properties": {"type": {"const": "public-key"}, "id": _BYTES},
    },
}


def factor_answer_schemas() -> Json:
    """What is answered about the ways to prove who one is."""
    token = _personal_access_token()
    return {
        "SecondStepNeeded": closed(
            "What a sign-in by password gives when the account has a second factor: no session yet.",
            {
                "step_token": _STEP_TOKEN,
                "expires_in": {"type": "integer", "minimum": 1, "description": "Life of the token, in seconds"},
            },
        ),
        "SecondFactor": closed("The second factor of an account.", _second_factor()),
        "Enrolment": closed("A secret for an authenticator app, that waits for its first code.", _enrolment()),
        "RecoveryCodes": closed("Ways past a second factor that was lost. Shown once.", _codes()),
        "Passkey": closed("A passkey, as its owner sees it.", _passkey()),
        "PasskeyUse": closed(
            "What a browser needs to use a passkey.",
            {"step_token": _STEP_TOKEN, "options": ref("schemas", "PublicKeyCredentialRequestOptionsJSON")},
        ),
        "PasskeyCreation": closed(
            "What a browser needs to make a passkey.",
            {"step_token": _STEP_TOKEN, "options": ref("schemas", "PublicKeyCredentialCreationOptionsJSON")},
        ),
        "PublicKeyCredentialRequestOptionsJSON": _request_options(),
        "PublicKeyCredentialCreationOptionsJSON": _creation_options(),
        "PersonalAccessToken": closed("A personal access token, as its owner sees it.", token),
        "NewPersonalAccessToken": closed(
            "A personal access token that was just made.",
            {
                **token,
                "token": {
                    "type": "string",
                    "pattern": r"^taskward_pat\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$",
                    "description": "To be sent as `Authorization: Bearer`. Shown this once; only a digest is kept",
                },
            },
        ),
    }


def _second_factor() -> Json:
    return {
        "enabled": {"type": "boolean", "description": "Whether a sign-in by password takes a code too"},
        "enabled_at": {**TIME_OR_NULL, "description": "Null while it is off"},
        "recovery_codes_left": {"type": "integer", "minimum": 0, "maximum": recovery_codes.COUNT},
    }


def _enrolment() -> Json:
    return {
        "secret": {
            "type": "string",
            "pattern": "^[A-Z2-7]{32}$",
            "description": "To be typed into the app, in base32; codes have six digits and change every 30 seconds",
        },
        "uri": {
            "type": "string",
            "format": "uri",
            "pattern": "^otpauth://totp/",
            "description": "The same for a QR code",
        },
        "expires_at": {**TIME, "description": "Until when it waits for its first code"},
    }


def _codes() -> Json:
    return {
        "recovery_codes": {
            "type": "array",
            "minItems": recovery_codes.COUNT,
            "maxItems": recovery_codes.COUNT,
            "items": {"type": "string", "pattern": "^[A-Z2-7]{4}(-[A-Z2-7]{4}){5}$"},
            "description": "Each is good once, in place of a code of the app. Case and hyphens do not matter",
        }
    }


def _passkey() -> Json:
    return {
        "id": ID,
        "name": {"type": "string", "description": "To tell it from others"},
        "created_at": TIME,
        "last_used_at": {**TIME_OR_NULL, "description": "Null while it was not used"},
        "backed_up": {
            "type": "boolean",
            "description": "Whether it is synchronised to other devices",
        },
        "transports": {
            "type": "array",
            "items": {"type": "string", "enum": ["ble", "hybrid", "internal", "nfc", "smart-card", "usb"]},
            "description": "How its authenticator may be reached",
        },
        "aaguid": {**ID, "description": "The model of its authenticator; all zeros when it does not tell"},
    }


def _request_options() -> Json:
    return {
        "type": "object",
        "description": (
            "What `PublicKeyCredential.parseRequestOptionsFromJSON()` takes, for `navigator.credentials.get()` "
            "(Web Authentication Level 3)."
        ),
        "required": ["rpId", "challenge", "timeout", "userVerification", "allowCredentials"],
        "properties": {
            "rpId": {"type": "string", "description": "The site that the passkeys are for"},
            "challenge": {**_BYTES, "description": "What is to be signed, in base64url"},
            "timeout": _TIMEOUT,
            "userVerification": {"const": "required"},
            "allowCredentials": {**_DESCRIPTORS, "description": "Which passkeys will do; all of this site when empty"},
        },
    }


def _creation_options() -> Json:
    return {
        "type": "object",
        "description": (
            "What `PublicKeyCredential.parseCreationOptionsFromJSON()` takes, for `navigator.credentials.create()` "
            "(Web Authentication Level 3)."
        ),
        "required": ["rp", "user", "challenge", "pubKeyCredParams", "timeout", "excludeCredentials", "attestation"],
        "properties": {
            "rp": {"type": "object", "description": "The site that the passkey is for: `id` and `name`"},
            "user": {"type": "object", "description": "Whose it is: `id`, `name` and `displayName`"},
            "challenge": {**_BYTES, "description": "What is to be signed, in base64url"},
            "pubKeyCredParams": {
                "type": "array",
                "items": {"type": "object"},
                "description": "The algorithms that will do, the best first: `type` and `alg`",
            },
            "timeout": _TIMEOUT,
            "excludeCredentials": {
                **_DESCRIPTORS,
                "description": "Passkeys there are already; their authenticators make no other",
            },
            "authenticatorSelection": {
                "type": "object",
                "description": "It is to be discoverable, and to verify its user",
            },
            "attestation": {"const": "none"},
        },
    }


def _personal_access_token() -> Json:
    return {
        "id": ID,
        "name": {"type": "string", "description": "To tell it from others"},
        "scopes": {
            "type": "array",
            "minItems": 1,
            "items": {"type": "string", "enum": list(access_tokens.SCOPES)},
            "description": "What it is good for",
        },
        "created_at": TIME,
        "last_used_at": {
            **TIME_OR_NULL,
            "description": f"Noted every {access_tokens.USE_NOTED_EVERY // 60} minutes at most; null while it was not "
            "used",
        },
        "expires_at": {**TIME, "description": "When it stops working"},
    }
