"""From JSON members to a model, or to a refusal that names each member."""

from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError

from taskward.errors import FieldError, InvalidRequestError

# A made-up member's name is the client's own text, of any length.
FIELD_LENGTH = 100
"""Characters of a member's name in a refusal."""

_Model = TypeVar("_Model", bound=BaseModel)


def _whole(value: Any) -> Any:
    return int(value) if isinstance(value, float) and value.is_integer() else value


HOWEVER_WRITTEN = BeforeValidator(_whole)
"""For whole numbers: JSON knows one kind of number, in which 1.0 is 1 (RFC 8259, section 6)."""


class RequestBody(BaseModel):
    """Base of all request bodies: nothing unknown is taken, nothing is converted, and no error shows what was sent."""

    model_config = ConfigDict(extra="forbid", strict=True, hide_input_in_errors=True)


def validated(model: type[_Model], members: Mapping[str, Any]) -> _Model:
    """A model made of JSON members.

    Raises
    ------
    InvalidRequestError: naming each member that is refused, never its value.
    """
    try:
        return model.model_validate(members)
    except ValidationError as error:
        raise InvalidRequestError(errors=_field_errors(error)) from None


def _field_errors(error: ValidationError) -> list[FieldError]:
    found = []
    for entry in error.errors(include_url=False, include_input=False):
        message = entry["msg"]
        if entry["type"] == "value_error":
            message = str(entry["ctx"]["error"])
        elif entry["type"] == "extra_forbidden":
            message = "There is no such field, or it is not yours to set."
        found.append(FieldError(".".join(str(part) for part in entry["loc"])[:FIELD_LENGTH], message))
    return found
