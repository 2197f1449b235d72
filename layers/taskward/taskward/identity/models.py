"""The request bodies of identity."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StringConstraints

from taskward.timezones import checked_timezone
from taskward.validation import RequestBody

Delivery = Literal["body", "cookie"]


# What is accepted is for the passwords module to say; the limit only bounds the work.
NewPassword = Annotated[str, Field(max_length=1024, repr=False, description="8 to 128 characters, any characters")]
CurrentPassword = Annotated[str, Field(max_length=1024, repr=False)]
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]


class Registration(RequestBody):
    """A new account."""

    email: Annotated[str, Field(min_length=3, max_length=254)]
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


class PasswordChange(RequestBody):
    """A new password, and the current one to prove who asks."""

    current_password: CurrentPassword
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
    """The password, because nothing brings an account back."""

    password: CurrentPassword
