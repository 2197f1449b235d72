"""What stands in the queues: one model for each kind of work."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, AwareDatetime, BaseModel, Field, TypeAdapter

from taskward.mail.letters import NOTICES


def _id(text: str) -> str:
    # Rows are found by it, and deleted: it must be nothing but the id of a user or a job.
    return str(UUID(text))


def _noticed(kind: str) -> str:
    if kind not in NOTICES:
        raise ValueError("There is no letter about such an event.")
    return kind


Id = Annotated[str, AfterValidator(_id)]


class Export(BaseModel):
    """Write everything that is held about a user into one document."""

    kind: Literal["export"]
    user_id: Id
    job_id: Id


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


Message = Export | Deletion | Notice | Bounce | Complaint

_ours = Annotated[Export | Deletion | Notice, Field(discriminator="kind")]
_of_ses = Annotated[Bounce | Complaint, Field(discriminator="event_type")]
_adapter: TypeAdapter[Message] = TypeAdapter(_ours | _of_ses)


def parsed(text: str) -> Message:
    """The work that a message asks for.

    Raises
    ------
    ValueError: it is not JSON, of no known kind, or a member is missing or wrong.
    """
    return _adapter.validate_json(text)
