"""The operations on second factor and passkeys, for the OpenAPI document."""

from local.openapi.basics import Json, list_of, ref
from local.openapi.examples import (
    EXAMPLE_ATTESTATION,
    EXAMPLE_CODE,
    EXAMPLE_ENROLMENT,
    EXAMPLE_PASSKEY,
    EXAMPLE_PASSKEY_CREATION,
    EXAMPLE_PASSWORD,
    EXAMPLE_RECOVERY_CODES,
    EXAMPLE_SECOND_FACTOR,
    EXAMPLE_STEP_TOKEN,
)
from local.openapi.operations import BODY_REFUSALS, answer, body, operation

# isort: split
from taskward.api import JSON, MERGE_PATCH
from taskward.identity import passkeys, recovery_codes, second_factor, steps

FACTORS = "Factors"


def factor_paths(*, mail: bool) -> Json:
    """Second factor and passkeys."""
    verified = ", and a verified address" if mail else ""
    return {**_second_factor_paths(verified), **_passkey_paths(verified)}


def _second_factor_paths(verified: str) -> Json:
    read = operation(
        "getSecondFactor",
        FACTORS,
        "Read the second factor",
        "Whether a sign-in by password takes a code too, since when, and how many recovery codes are left.",
        answers={"200": answer("The second factor.", ref("schemas", "SecondFactor"), EXAMPLE_SECOND_FACTOR)},
    )
    begin = operation(
        "beginSecondFactor",
        FACTORS,
        "Set the second factor up, first step",
        "Gives a secret for an authenticator app, as text and as an address for a QR code. It counts for nothing until "
        f"it is confirmed, within {second_factor.PENDING_SECONDS // 60} minutes; an earlier one that was not is "
        f"forgotten. Takes a recent authentication{verified}.",
        answers={"200": answer("The secret.", ref("schemas", "Enrolment"), EXAMPLE_ENROLMENT)},
        refused=("NotYetAllowed", "SecondFactorOn"),
    )
    confirm = operation(
        "confirmSecondFactor",
        FACTORS,
        "Set the second factor up, second step",
        "Turns the second factor on, by a code that shows that the app has the secret. From then on a sign-in by "
        f"password takes a code. The {recovery_codes.COUNT} recovery codes are shown this once. Takes a recent "
        "authentication; guessing is limited.",
        takes_body=body("CodeOnly", {"plain": {"code": EXAMPLE_CODE}}),
        answers={"200": _codes("It is on.")},
        refused=(*BODY_REFUSALS, "WrongCode", "NothingToConfirm", "TooManyAttempts"),
    )
    renew = operation(
        "renewRecoveryCodes",
        FACTORS,
        "Renew the recovery codes",
        f"Gives {recovery_codes.COUNT} new recovery codes, shown this once; the earlier ones are worthless from then "
        "on. Takes a recent authentication.",
        answers={"200": _codes("The new codes.")},
        refused=("NotRecent", "SecondFactorOff"),
    )
    turn_off = operation(
        "turnSecondFactorOff",
        FACTORS,
        "Turn the second factor off",
        "Removes the second factor and its recovery codes. Takes a recent authentication, the password where there is "
        "one, and a code of the app or a recovery code; guessing either is limited.",
        takes_body=body("SecondFactorRemoval", {"plain": {"password": EXAMPLE_PASSWORD, "code": EXAMPLE_CODE}}),
        answers={"204": answer("It is off.")},
        refused=(*BODY_REFUSALS, "WrongPasswordOrCode", "SecondFactorOff", "TooManyAttempts"),
    )
    return {
        "/account/second-factor": {"get": read, "post": begin, "delete": turn_off},
        "/account/second-factor/confirm": {"post": confirm},
        "/account/second-factor/recovery-codes": {"post": renew},
    }


def _passkey_paths(verified: str) -> Json:
    listing = operation(
        "listPasskeys",
        FACTORS,
        "List passkeys",
        "All passkeys of the user, the oldest first.",
        answers={
            "200": answer("The passkeys.", list_of("Passkey", maxItems=passkeys.MAX_PER_USER), [EXAMPLE_PASSKEY]),
        },
    )
    options = operation(
        "passkeyOptions",
        FACTORS,
        "Add a passkey, first step",
        "Gives what `navigator.credentials.create()` takes, and a token for the next step. Takes a recent "
        f"authentication{verified}. Nobody has more than {passkeys.MAX_PER_USER} passkeys.",
        answers={
            "200": answer(
                f"Good for {steps.LIFETIME_SECONDS // 60} minutes, in this session.",
                ref("schemas", "PasskeyCreation"),
                EXAMPLE_PASSKEY_CREATION,
            )
        },
        refused=("NotYetAllowed", "TooManyPasskeys"),
    )
    add = operation(
        "addPasskey",
        FACTORS,
        "Add a passkey, second step",
        "Keeps the passkey that the browser has made. From then on it is a way to sign in. The token of the first step "
        "is used up by it. Takes a recent authentication.",
        takes_body=body(
            "NewPasskey",
            {
                "plain": {
                    "step_token": EXAMPLE_STEP_TOKEN,
                    "credential": EXAMPLE_ATTESTATION,
                    "name": EXAMPLE_PASSKEY["name"],
                }
            },
        ),
        answers={"201": _passkey("The passkey is kept.")},
        refused=(*BODY_REFUSALS, "WrongPasskey", "TooManyPasskeys"),
    )
    rename = operation(
        "renamePasskey",
        FACTORS,
        "Rename a passkey",
        "Applies a JSON merge patch (RFC 7396): another name.",
        takes=("PasskeyId",),
        takes_body=body("PasskeyPatch", {"plain": {"name": EXAMPLE_PASSKEY["name"]}}, media_types=(MERGE_PATCH, JSON)),
        answers={"200": _passkey("The passkey as it is now.")},
        refused=(*BODY_REFUSALS, "NotFound"),
    )
    remove = operation(
        "removePasskey",
        FACTORS,
        "Remove a passkey",
        "Removes a passkey; it is no good from then on. Not the last one of an account without a password. Takes a "
        "recent authentication.",
        takes=("PasskeyId",),
        answers={"204": answer("It is removed.")},
        refused=("NotRecent", "NotFound", "LastWayIn"),
    )
    return {
        "/account/passkeys": {"get": listing, "post": add},
        "/account/passkeys/options": {"post": options},
        "/account/passkeys/{id}": {"patch": rename, "delete": remove},
    }


def _codes(description: str) -> Json:
    return answer(description, ref("schemas", "RecoveryCodes"), {"recovery_codes": EXAMPLE_RECOVERY_CODES})


def _passkey(description: str) -> Json:
    return answer(description, ref("schemas", "Passkey"), EXAMPLE_PASSKEY)
