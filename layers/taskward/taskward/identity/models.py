"""The request bodies of identity."""

from typing import Annotated, Literal

from pydantic import Field

from taskward.validation import RequestBody

Delivery = Literal["body", "cookie"]


class Registration(RequestBody):
    """A new account."""

    email: Annotated[str, Field(min_length=3, max_length=254)]
    # What is accepted is for the passwords module to say; the limit only bounds the work.
    password: Annotated[str, Field(max_length=1024, repr=False, description="8 to 128 characters, any characters")]
    name: Annotated[str | None, Field(min_length=1, max_length=100)] = None
    delivery: Annotated[Delivery, Field(description="Where the refresh token goes")] = "body"


class Credentials(RequestBody):
    """A sign-in. The limits only bound the work: what no account has is wrong, not invalid."""

    email: Annotated[str, Field(max_length=1024)]
    password: Annotated[str, Field(max_length=1024, repr=False)]
    delivery: Annotated[Delivery, Field(description="Where the refresh token goes")] = "body"


class RefreshRequest(RequestBody):
    """A refresh token in the body, when it does not come by cookie."""

    refresh_token: Annotated[str | None, Field(repr=False)] = None
