"""The request bodies of identity."""

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, StringConstraints

from taskward.timezones import checked_timezone
from taskward.validation import HOWEVER_WRITTEN, RequestBody

Delivery = Literal["body", "cookie"]


# What is accepted is for the passwords module to say; the limit only bounds the work.
NewPassword = Annotated[str, Field(max_length=1024, repr=False, description="8 to 128 characters, any characters")]
CurrentPassword = Annotated[str, Field(max_length=1024, repr=False)]
OptionalPassword = Annotated[str | None, Field(max_length=1024, repr=False)]
Email = Annotated[str, Field(min_length=3, max_length=254)]
Code = Annotated[str, Field(min_length=1, max_length=64, repr=False)]
OptionalCode = Annotated[str | None, Field(min_length=1, max_length=64, repr=False)]
StepToken = Annotated[str, Field(min_length=1, max_length=2048, repr=False)]
OptionalStepToken = Annotated[str | None, Field(min_length=1, max_length=2048, repr=False)]
LinkToken = Annotated[str, Field(min_length=1, max_length=256, repr=False)]
# What is in it is for the webauthn module to say.
Credential = Annotated[dict[str, Any], Field(repr=False)]
OptionalCredential = Annotated[dict[str, Any] | None, Field(repr=False)]
Scope = Literal["tasks:read", "tasks:write"]
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]


class Registration(RequestBody):
    """A new account."""

    email: Email
    password: NewPassword
    name: Name | None = None
    delivery: Annotated[Delivery, Field(description="Where the refresh token goes")] = "body"


class Credentials(RequestBody):
    """A sign-in. The limits only bound the work: what no account has is wrong, not invalid."""

    email: Annotated[str, Field(max_length=1024)]
    password: CurrentPassword
    delivery: Annotated[Delivery, Field(description="Where the refresh token goes")] = "body"


class RefreshRequest(RequestBody):
    """A refresh token in the body, when it does not come by cookie."""

    refresh_token: Annotated[str | None, Field(repr=False)] = None


class SecondStep(RequestBody):
    """The second step of a sign-in: the first step's token, and a code."""

    step_token: StepToken
    code: Code
    delivery: Annotated[Delivery, Field(description="Where the refresh token goes")] = "body"


class PasskeySignIn(RequestBody):
    """What a passkey has signed, and the token of the step."""

    step_token: StepToken
    credential: Credential
    delivery: Annotated[Delivery, Field(description="Where the refresh token goes")] = "body"


class Reauthentication(RequestBody):
    """Who is signed in proves who they are: by password, with a code where there is a second factor, or by passkey."""

    password: OptionalPassword = None
    code: OptionalCode = None
    step_token: OptionalStepToken = None
    credential: OptionalCredential = None


class ForgottenPassword(RequestBody):
    """Where to send a link for a new password. What is no address is answered like an unknown one."""

    email: Annotated[str, Field(max_length=1024)]


class PasswordReset(RequestBody):
    """The token of a link that was sent by mail, and a new password."""

    token: LinkToken
    new_password: NewPassword


class FollowedLink(RequestBody):
    """The token of a link that was sent by mail."""

    token: LinkToken


class EmailChange(RequestBody):
    """A new address, and the password, if there is one, to prove who asks."""

    email: Email
    password: OptionalPassword = None


class CodeOnly(RequestBody):
    """A code of the authenticator app that is being set up."""

    code: Code


class SecondFactorRemoval(RequestBody):
    """The password, if there is one, and a code."""

    password: OptionalPassword = None
    code: Code


class NewPasskey(RequestBody):
    """What a browser has made, the token of the step, and a name to tell it from others."""

    step_token: StepToken
    credential: Credential
    name: Name


class PasskeyPatch(RequestBody):
    """Another name for a passkey."""

    name: Name


class NewAccessToken(RequestBody):
    """A personal access token to be: what for, how long, and a name to tell it from others."""

    name: Name
    scopes: Annotated[list[Scope], Field(min_length=1, max_length=2)]
    expires_in_days: Annotated[int, Field(ge=1, le=366), HOWEVER_WRITTEN]


class PasswordChange(RequestBody):
    """A new password, and the current one, if there is one, to prove who asks."""

    current_password: OptionalPassword = None
    new_password: NewPassword


class AccountPatch(RequestBody):
    """A JSON merge patch of an account (RFC 7396): what is left out stays, null clears."""

    name: Name | None = None
    timezone: (
        Annotated[
            str, AfterValidator(checked_timezone), Field(description="An IANA zone; what today means for this user")
        ]
        | None
    ) = None


class AccountDeletion(RequestBody):
    """The password, if there is one, because nothing brings an account back."""

    password: OptionalPassword = None
