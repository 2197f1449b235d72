"""The schemas of the bodies about tasks, made from the models that validate them: see `openapi_requests`."""

import json

from pydantic import BaseModel

# Comes first: it makes the package of the layer importable.
from local.openapi.basics import DUE, ID, NOT_BLANK, RRULE, TIME_ZONE, Json, ref

# isort: split
from taskward.tasks.batch import Batch
from taskward.tasks.models import READ_ONLY, Completion, TaskFields

TASK_MODELS: tuple[type[BaseModel], ...] = (TaskFields, Completion, Batch)

TASK_REMARKS: dict[str, dict[str, Json]] = {
    "TaskFields": {
        "title": {"description": "White space around it is removed before it is measured"},
        "description": {"description": "Kept exactly as sent"},
        "completed": {"description": "Whether it is done"},
        "priority": {"description": "How much it matters"},
        "due": {
            "description": "A date (`2026-12-24`), or a date-time on the clock of `due_timezone` "
            "(`2026-12-24T18:00:00`); one with an offset is moved to that clock, or to UTC's when there is no zone"
        },
        "due_timezone": {
            "description": "An IANA time zone, such as `Europe/Paris`; null: whatever clock is at hand. "
            "Only together with a date-time in `due`"
        },
        "tags": {"uniqueItems": True, "description": "In the order given; none of them twice"},
        "repeat": {
            "description": "When it is due again once it is completed: an RRULE (RFC 5545, section 3.3.10) without its "
            "name, such as `FREQ=WEEKLY;BYDAY=MO,TH`. Daily at most; it takes a due date"
        },
        "parent_id": {"description": "The task that it is a subtask of; null: it is at the top"},
    },
    "Completion": {"completed": {"description": "true completes, false reopens, null or absent toggles"}},
}

# What the models check in code of their own.
_FORMS: dict[str, Json] = {"due": DUE, "due_timezone": TIME_ZONE, "repeat": RRULE, "parent_id": ID}
_HAS_TIME: Json = {"type": "string", "pattern": "T"}


def _asks_for(member: str, due: Json) -> Json:
    """With a value for this member, there must be such a due date."""
    return {
        "if": {"required": [member], "properties": {member: {"type": "string"}}},
        "then": {"required": ["due"], "properties": {"due": due}},
    }


_TOGETHER = [_asks_for("due_timezone", _HAS_TIME), _asks_for("repeat", {"type": "string"})]

_VERSION = "The version that the task must have before the batch; null: any"
_OPERATIONS: dict[str, dict[str, Json]] = {
    "Create": {
        "id": {"format": "uuid", "description": "Made by the client, in lower case; again the same, nothing happens"},
        "task": ref("schemas", "TaskFields"),
    },
    "Replace": {"task": ref("schemas", "TaskReplacement")},
    "Patch": {"patch": ref("schemas", "TaskPatch")},
    "Complete": {"completed": {"description": "false reopens it"}},
    "Delete": {"permanent": {"description": "For good, from the trash as well"}},
    "Restore": {},
}


def task_schemas(schemas: Json) -> Json:
    """All schemas, with those of tasks that are made from others; operations of a batch have names that say so."""
    fields = schemas["TaskFields"]
    for member, form in _FORMS.items():
        fields["properties"][member]["anyOf"][0] |= form
    fields["properties"]["title"]["pattern"] = NOT_BLANK
    fields["allOf"] = _TOGETHER
    for name, members in _OPERATIONS.items():
        properties = schemas[name]["properties"]
        for member, schema in members.items():
            properties[member] = schema if "$ref" in schema else properties[member] | schema
        if "version" in properties:
            properties["version"]["description"] = _VERSION
    text = json.dumps({**schemas, "TaskReplacement": _replacement(fields), "TaskPatch": _patch(fields)})
    for name in _OPERATIONS:
        text = text.replace(f'#/components/schemas/{name}"', f'#/components/schemas/Batch{name}"')
    made: Json = json.loads(text)
    return {f"Batch{name}" if name in _OPERATIONS else name: schema for name, schema in made.items()}


def _replacement(fields: Json) -> Json:
    order = {**fields["properties"]["order"], "description": "Place in the manual order; null or absent: as it was"}
    own: Json = {"readOnly": True, "description": "Set by the service; ignored here"}
    properties = {**fields["properties"], "order": order, **dict.fromkeys(sorted(READ_ONLY), own)}
    description = (
        "A whole task. What is left out goes back to its default, but for the order, which stays. A task can be sent "
        "back as it was read: the members that the service sets are ignored."
    )
    return {**fields, "description": description, "properties": properties}


def _patch(fields: Json) -> Json:
    properties = {
        name: schema if name in fields["required"] else _nullable(schema)
        for name, schema in fields["properties"].items()
    }
    properties["order"]["description"] = "Place in the manual order; null: as it was"
    description = (
        "A JSON merge patch (RFC 7396): members that are absent stay as they are, null takes a member back to its "
        "default. Tags are replaced as a whole. A `due` that is no date-time takes `due_timezone` away with it, and "
        "null takes `repeat` as well."
    )
    return {"type": "object", "description": description, "additionalProperties": False, "properties": properties}


def _nullable(schema: Json) -> Json:
    about = {name: schema[name] for name in ("description",) if name in schema}
    bare = {name: value for name, value in schema.items() if name not in ("description", "default")}
    return about | (bare if "anyOf" in bare else {"anyOf": [bare, {"type": "null"}]})
