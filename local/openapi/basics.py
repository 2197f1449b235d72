"""What all parts of the OpenAPI document are made with. Importing it makes the package of the layer importable."""

import os
import sys
from typing import Any

from local.paths import ROOT

sys.path.append(str(ROOT / "layers" / "taskward"))
# Modules of the package bring their tables along, which want names; nothing is read from them or written to them here.
for _table in ("USERS_TABLE", "SESSIONS_TABLE", "TASKS_TABLE"):
    os.environ.setdefault(_table, "unused")

Json = dict[str, Any]

ID: Json = {"type": "string", "format": "uuid"}
TIME: Json = {"type": "string", "format": "date-time", "pattern": "Z$"}
TIME_OR_NULL: Json = {**TIME, "type": ["string", "null"]}

TIME_ZONE: Json = {"type": "string", "format": "time-zone", "pattern": "^[A-Za-z0-9_+-]+(/[A-Za-z0-9_+-]+)*$"}
"""An IANA name: the format is ours, and so are the next two."""

_DAY = "(19|[2-9][0-9])[0-9]{2}-[0-9]{2}-[0-9]{2}"
_CLOCK = "T[0-9]{2}:[0-9]{2}(:[0-9]{2}(%s)?)?(Z|[+-][0-9]{2}:[0-9]{2})?"
DUE: Json = {"type": "string", "format": "date-or-date-time", "pattern": f"^{_DAY}({_CLOCK % '[.]0{1,6}'})?$"}
DUE_BOUND: Json = {**DUE, "pattern": f"^{_DAY}({_CLOCK % '[.][0-9]{1,6}'})?$"}
"""What due dates are compared with: other than they, it may have fractions of a second."""

NOT_BLANK = r"\S"
"""Of a text that is trimmed before it is measured."""

_PART = "[A-Za-z]+=[A-Za-z0-9,+-]+"
RRULE: Json = {"type": "string", "format": "rrule", "pattern": f"^{_PART}(;{_PART})*$"}


def ref(kind: str, name: str) -> Json:
    """A reference to one of the document's components."""
    return {"$ref": f"#/components/{kind}/{name}"}


def list_of(name: str, **limits: int) -> Json:
    """An array of what a schema describes."""
    return {"type": "array", **limits, "items": ref("schemas", name)}


def closed(description: str, properties: Json, optional: tuple[str, ...] = ()) -> Json:
    """An object with these members and no others; all are always there but the optional ones."""
    return {
        "type": "object",
        "description": description,
        "additionalProperties": False,
        "required": [name for name in properties if name not in optional],
        "properties": properties,
    }


def nullable(schema: Json, description: str) -> Json:
    """A schema, or null."""
    return {"description": description, "anyOf": [schema, {"type": "null"}]}
