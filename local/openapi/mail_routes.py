"""The operations that need mail, for the OpenAPI document: links that are sent and followed."""

from local.openapi.basics import Json
from local.openapi.examples import EXAMPLE_LINK_TOKEN, EXAMPLE_NEW_PASSWORD, EXAMPLE_PASSWORD, EXAMPLE_USER
from local.openapi.operations import BODY_REFUSALS, answer, body, operation

# isort: split
from taskward.identity.links import LIFETIME_SECONDS

MAIL = "Mail"

_FOLLOWED = body("FollowedLink", {"plain": {"token": EXAMPLE_LINK_TOKEN}})
_RESET_MINUTES = LIFETIME_SECONDS["password_reset"] // 60
_VERIFICATION_HOURS = LIFETIME_SECONDS["verification"] // 3600
_CHANGE_HOURS = LIFETIME_SECONDS["address_change"] // 3600
_UNDO_DAYS = LIFETIME_SECONDS["address_undo"] // 86400


def mail_paths() -> Json:
    """All that has mail sent, or follows a link that was sent."""
    return {**_password_paths(), **_address_paths(), **_request_paths()}


def _password_paths() -> Json:
    forgot = operation(
        "forgotPassword",
        MAIL,
        "Forgot the password",
        f"Has a link for a new password sent to an address, good for {_RESET_MINUTES} minutes, if it has an account. "
        "Whether it has one is not told.",
        public=True,
        takes_body=body("ForgottenPassword", {"plain": {"email": EXAMPLE_USER["email"]}}),
        answers={"204": answer("If there is such an account, a mail is on its way.")},
        refused=(*BODY_REFUSALS, "TooManyAttempts"),
    )
    reset = operation(
        "resetPassword",
        MAIL,
        "Set a new password by link",
        "Sets a new password, ends all sessions and revokes all personal access tokens, in one step. A second factor "
        "and passkeys stay. Nobody is signed in by it. When the new password is refused, the link stays good.",
        public=True,
        takes_body=body(
            "PasswordReset", {"plain": {"token": EXAMPLE_LINK_TOKEN, "new_password": EXAMPLE_NEW_PASSWORD}}
        ),
        answers={"204": answer("It is set. Sign in with it.")},
        refused=(*BODY_REFUSALS, "LinkRefused"),
    )
    return {"/auth/password/forgot": {"post": forgot}, "/auth/password/reset": {"post": reset}}


def _address_paths() -> Json:
    verify = operation(
        "verifyEmail",
        MAIL,
        "Verify the address by link",
        "Notes that the address of an account is read by its owner. Whoever has the link need not be signed in.",
        public=True,
        takes_body=_FOLLOWED,
        answers={"204": answer("It is verified.")},
        refused=(*BODY_REFUSALS, "LinkRefused"),
    )
    confirm = operation(
        "confirmEmail",
        MAIL,
        "Change the address by link",
        "Gives the account the address that the link was sent to. The former address is told, with a link that takes "
        f"the change back, and kept for its owner for the {_UNDO_DAYS} days that this link is good for. Sessions stay.",
        public=True,
        takes_body=_FOLLOWED,
        answers={"204": answer("The account has its new address, and it is verified.")},
        refused=(*BODY_REFUSALS, "LinkRefused", "EmailExists"),
    )
    restore = operation(
        "restoreEmail",
        MAIL,
        "Take a change of address back by link",
        "For an owner whose account somebody else has taken over: gives it its former address back, ends all sessions, "
        "revokes all personal access tokens, and removes the password and what passkeys and second factor were added "
        "since the change. A link for a new password is sent to the address.",
        public=True,
        takes_body=_FOLLOWED,
        answers={"204": answer("The account has its former address back.")},
        refused=(*BODY_REFUSALS, "LinkRefused"),
    )
    return {
        "/auth/email/verify": {"post": verify},
        "/auth/email/confirm": {"post": confirm},
        "/auth/email/restore": {"post": restore},
    }


def _request_paths() -> Json:
    change = operation(
        "changeEmail",
        MAIL,
        "Ask for another address",
        f"Has a link sent to a new address, good for {_CHANGE_HOURS} hours; the account keeps the one it has until the "
        "link is followed. Whether the new one has an account is told to its own mailbox alone. Takes a recent "
        "authentication, and the password where there is one; guessing it is limited like a sign-in.",
        takes_body=body("EmailChange", {"plain": {"email": "ada@example.net", "password": EXAMPLE_PASSWORD}}),
        answers={"204": answer("A mail is on its way to the new address.")},
        refused=(*BODY_REFUSALS, "WrongPassword", "TooManyAttempts"),
    )
    send_verification = operation(
        "sendVerification",
        MAIL,
        "Ask for another link to verify the address",
        f"Sends a link, good for {_VERIFICATION_HOURS} hours, to the address of the account; none when it is verified "
        "and takes mail.",
        answers={"204": answer("If there is anything to verify, a mail is on its way.")},
        refused=("TooManyAttempts",),
    )
    return {
        "/account/email": {"post": change},
        "/account/email/verification": {"post": send_verification},
    }
