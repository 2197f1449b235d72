"""What is asked for and what is answered."""

import unicodedata
import uuid
from datetime import datetime
from typing import Annotated, Any, Literal, Self

from email_validator import EmailNotValidError, validate_email
from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationInfo,
    field_validator,
    model_validator,
)

import due as due_dates


def normal_email(email: str) -> str:
    """The form that addresses are kept and compared in; ValueError when it is none."""
    try:
        address = validate_email(email, check_deliverability=False).normalized
    except EmailNotValidError as error:
        raise ValueError(str(error)) from None
    return unicodedata.normalize("NFC", address.casefold())


def _distinct(tags: list[str]) -> list[str]:
    if len(set(tags)) != len(tags):
        raise ValueError("A tag stands twice.")
    return tags


def _not_tiny(order: float) -> float:
    if 0 < abs(order) < 1e-100:
        raise ValueError("Too close to zero.")
    return order + 0.0


Email = Annotated[str, Field(min_length=3, max_length=254), AfterValidator(normal_email)]
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]
Title = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
Tag = Annotated[str, Field(min_length=1, max_length=50)]
Tags = Annotated[list[Tag], Field(max_length=20), AfterValidator(_distinct)]
Order = Annotated[float, Field(ge=-(2**53 - 1), le=2**53 - 1, allow_inf_nan=False), AfterValidator(_not_tiny)]
Priority = Literal["none", "low", "medium", "high"]
RepeatFrom = Literal["due", "completion"]


class Request(BaseModel):
    """Base of what is asked for: nothing unknown is taken and nothing is converted."""

    model_config = ConfigDict(extra="forbid", strict=True)


class Registration(Request):
    """A new account."""

    email: Email
    password: Annotated[str, Field(min_length=8, max_length=128)]
    name: Name | None = None


class Credentials(Request):
    """A sign-in; what no account has is wrong, not invalid."""

    email: Annotated[str, Field(max_length=1024)]
    password: Annotated[str, Field(max_length=1024)]


class Refresh(Request):
    """A refresh token."""

    refresh_token: str


class TaskFields(Request):
    """What an owner decides about a task."""

    title: Title
    description: Annotated[str, Field(max_length=8192)] | None = None
    completed: bool = False
    priority: Priority = "none"
    due_timezone: str | None = None
    due: Annotated[str | None, Field(validate_default=True)] = None
    tags: Tags = []
    order: Order | None = None
    repeat: Annotated[str, Field(max_length=300)] | None = None
    repeat_from: RepeatFrom = "due"
    parent_id: Annotated[str, Field(max_length=36)] | None = None

    @field_validator("due_timezone")
    @classmethod
    def _known_zone(cls, zone: str | None) -> str | None:
        if zone is not None and zone not in due_dates.known_zones():
            raise ValueError("Give the name of an IANA time zone.")
        return zone

    @field_validator("due")
    @classmethod
    def _fits_its_zone(cls, due: str | None, info: ValidationInfo) -> str | None:
        zone = info.data.get("due_timezone")
        if due is not None:
            due_dates.normal(due, zone)
        elif zone is not None:
            raise ValueError("There is a due_timezone but no due.")
        return due

    @model_validator(mode="after")
    def _in_normal_form(self) -> Self:
        if self.due is not None:
            self.due, self.due_timezone = due_dates.normal(self.due, self.due_timezone)
        return self


class Page(BaseModel):
    """Which part of a list is wanted."""

    model_config = ConfigDict(extra="forbid")

    limit: Annotated[int, Field(ge=1, le=100)] = 50
    cursor: str | None = None


class ShownUser(BaseModel):
    """An account as its owner sees it. What there is no feature for is shown as it is for everybody."""

    model_config = ConfigDict(from_attributes=True)

    id: uuid.UUID
    email: str
    email_verified: bool = False
    email_bounced: bool = False
    has_password: bool = True
    second_factor: bool = False
    name: str | None
    timezone: str | None
    created_at: datetime


class ShownSession(BaseModel):
    """A session as its user sees it."""

    id: uuid.UUID
    current: bool
    created_at: datetime
    last_used_at: datetime
    authenticated_at: datetime
    expires_at: datetime
    ip: str
    user_agent: str


class WhoAmI(BaseModel):
    """Who is signed in, and where."""

    user: ShownUser
    session: ShownSession


class Renewal(BaseModel):
    """The tokens that a refresh gives."""

    access_token: str
    token_type: Literal["Bearer"] = "Bearer"
    expires_in: int
    session_id: uuid.UUID
    refresh_token: str


class Grant(Renewal):
    """What a sign-in gives."""

    user: ShownUser


class ShownTask(BaseModel):
    """A task as its owner sees it."""

    id: uuid.UUID
    url: str
    title: str
    description: str | None
    completed: bool
    priority: Priority
    due: str | None
    due_timezone: str | None
    tags: list[str]
    order: float
    repeat: str | None
    repeat_from: RepeatFrom
    parent_id: str | None
    completed_at: datetime | None
    version: int
    created_at: datetime
    updated_at: datetime
    deleted_at: None = None


Members = dict[str, Any]
"""A merge patch (RFC 7396)."""
