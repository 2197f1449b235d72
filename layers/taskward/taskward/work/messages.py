"""What stands in the queues: one model for each kind of work."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, TypeAdapter

from taskward.mail.letters import NOTICES


def _id(text: str) -> str:
    # Rows are found by it, and deleted: it must be nothing but the id of a user or a job.
    return str(UUID(text))


def _noticed(kind: str) -> str:
    if kind not in NOTICES:
        raise ValueError("There is no letter about such an event.")
    return kind


Id = Annotated[str, AfterValidator(_id)]
Site = Annotated[str, Field(pattern=r"^https?://[A-Za-z0-9.:-]+$")]


class Export(BaseModel):
    """Write everything that is held about a user into one document."""

    kind: Literal["export"]
    user_id: Id
    job_id: Id


class TaskExport(BaseModel):
    """Write all live tasks of a user into a file."""

    kind: Literal["task_export"]
    user_id: Id
    job_id: Id
    format: Literal["json", "csv", "ics"]


class TaskImport(BaseModel):
    """Take in the tasks of a file that was uploaded for a job; `today` is the day at its owner's."""

    kind: Literal["task_import"]
    user_id: Id
    job_id: Id
    format: Literal["json", "csv", "ics", "todoist"]
    dry_run: bool
    today: date


class TaskDeletion(BaseModel):
    """Delete tasks of a user, all of a selection."""

    kind: Literal["task_deletion"]
    user_id: Id
    job_id: Id
    selection: Literal["all", "completed", "trashed"]


class Deletion(BaseModel):
    """Remove all that a deleted account left behind."""

    kind: Literal["deletion"]
    user_id: Id


class Notice(BaseModel):
    """Tell a user of a security event, as the event has it; `event` is its kind."""

    kind: Literal["notice"]
    user_id: Id
    event: Annotated[str, AfterValidator(_noticed)]
    reason: str | None = None
    at: AwareDatetime
    address: str
    user_agent: str
    session_id: str | None = None


class Verification(BaseModel):
    """Send a link that verifies an account's address; `site` is the origin that it leads to."""

    kind: Literal["verification"]
    user_id: Id
    site: Site


class ForgottenPassword(BaseModel):
    """Send a link for a new password to an address, if it has an account; `address` is where it was asked for."""

    kind: Literal["password_reset"]
    email: str
    site: Site
    address: str
    user_agent: str


class AddressChange(BaseModel):
    """Send a link to the address that an account is to have, if its credentials are as they were when it was asked."""

    kind: Literal["address_change"]
    user_id: Id
    email: str
    credential_version: int
    site: Site


class AddressChanged(BaseModel):
    """Tell the address that an account had that it has another, since `changed_at` (whole seconds since 1970).

    `credential_version` is the account's before the change; `way_back` whether that can be taken back.
    """

    kind: Literal["address_changed"]
    user_id: Id
    email: str
    changed_at: int
    credential_version: int
    way_back: bool
    site: Site


class Recipient(BaseModel):
    """Whom a mail was for."""

    address: Annotated[str, Field(alias="emailAddress")]


class BounceDetails(BaseModel):
    """How a mail came back; `type` is Permanent when every other one would too."""

    type: Annotated[str, Field(alias="bounceType")]
    recipients: Annotated[list[Recipient], Field(alias="bouncedRecipients")]


class Bounce(BaseModel):
    """SES tells that a mail came back."""

    event_type: Annotated[Literal["Bounce"], Field(alias="eventType")]
    bounce: BounceDetails


class ComplaintDetails(BaseModel):
    """What somebody said of a mail; with no feedback type, or most of them, that they do not want any."""

    feedback_type: Annotated[str | None, Field(alias="complaintFeedbackType")] = None
    recipients: Annotated[list[Recipient], Field(alias="complainedRecipients")]


class Complaint(BaseModel):
    """SES tells that a mail was reported as unwanted."""

    event_type: Annotated[Literal["Complaint"], Field(alias="eventType")]
    complaint: ComplaintDetails


_Ours = (
    Export
    | TaskExport
    | TaskImport
    | TaskDeletion
    | Deletion
    | Notice
    | Verification
    | ForgottenPassword
    | AddressChange
    | AddressChanged
)
Message = _Ours | Bounce | Complaint

_ours = Annotated[_Ours, Field(discriminator="kind")]
_of_ses = Annotated[Bounce | Complaint, Field(discriminator="event_type")]
# What is wrong with a message is logged, and people's addresses stand in many.
_adapter: TypeAdapter[Message] = TypeAdapter(_ours | _of_ses, config=ConfigDict(hide_input_in_errors=True))


def parsed(text: str) -> Message:
    """The work that a message asks for.

    Raises
    ------
    ValueError: it is not JSON, of no known kind, or a member is missing or wrong.
    """
    return _adapter.validate_json(text)
