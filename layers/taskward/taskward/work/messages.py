"""What stands in the queue: one model for each kind of work."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, BaseModel, Field, TypeAdapter


def _id(text: str) -> str:
    # Rows are found by it, and deleted: it must be nothing but the id of a user or a job.
    return str(UUID(text))


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


_adapter: TypeAdapter[Export | Deletion] = TypeAdapter(Annotated[Export | Deletion, Field(discriminator="kind")])


def parsed(text: str) -> Export | Deletion:
    """The work that a message asks for.

    Raises
    ------
    ValueError: it is not JSON, of no known kind, or a member is missing or wrong.
    """
    return _adapter.validate_json(text)
