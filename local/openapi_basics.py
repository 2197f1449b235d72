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
