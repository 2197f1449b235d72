"""All that moto keeps at one moment: kept, brought back, and looked at without what is made by chance."""

import json
import pickle
import re
from base64 import b64encode
from collections import Counter
from collections.abc import Iterator
from copy import copy
from dataclasses import dataclass
from typing import Any

from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.dynamodb.models import dynamodb_backends
from moto.s3.models import s3_backends
from moto.secretsmanager.models import secretsmanager_backends
from moto.sqs.models import sqs_backends

_REGION = "us-east-1"
_MADE_BY_CHANCE = re.compile(
    r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{64}|[0-9a-f]{32}|\$argon2[^\"]+|[A-Za-z0-9+/=_-]{44,}"
)
# What tells one write from another, and nothing else.
_MARKS = {"write_id"}


@dataclass(frozen=True)
class State:
    """Tables, queues, objects and secrets as they were at one moment."""

    tables: bytes
    queues: dict[str, list[Any]]
    objects: dict[str, dict[str, bytes]]
    secrets: bytes

    def restore(self) -> None:
        """Make it all as it was."""
        for name, items in pickle.loads(self.tables).items():  # noqa: S301 - its own
            _tables()[name].items = items
        for name, messages in self.queues.items():
            _queues()[name]._messages[:] = [copy(message) for message in messages]
        for name, keys in self.objects.items():
            _buckets()[name].keys = type(_buckets()[name].keys)()
            for key, content in keys.items():
                _s3().put_object(name, key, content)
        _secrets().secrets = pickle.loads(self.secrets)  # noqa: S301 - its own


def taken() -> State:
    """The state of this moment."""
    return State(
        pickle.dumps({name: table.items for name, table in _tables().items()}),
        {name: [copy(message) for message in queue._messages] for name, queue in _queues().items()},
        {name: {key: stored.value for key, stored in bucket.keys.items()} for name, bucket in _buckets().items()},
        pickle.dumps(_secrets().secrets),
    )


def newest_message(queue: str) -> str:
    """What was put into a queue last."""
    return str(_queues()[queue]._messages[-1].body)


class Eye:
    """Sees what is there: ids, digests and hashes that were not there at the beginning look all alike."""

    def __init__(self) -> None:
        self._known = {found for text in _texts() for found in _MADE_BY_CHANCE.findall(text)}

    def rows(self) -> Counter[str]:
        """All rows of all tables, each as a text."""
        return Counter(map(self.shown, _row_texts()))

    def messages(self) -> set[str]:
        """What waits in the queues; a message that came twice is there once."""
        return set(map(self.shown, _message_texts()))

    def objects(self) -> set[str]:
        """The names of all objects."""
        return set(map(self.shown, _object_texts()))

    def shown(self, text: str) -> str:
        """A text without what was made by chance since the beginning."""
        return _MADE_BY_CHANCE.sub(lambda found: found[0] if found[0] in self._known else "(new)", text)


def _texts() -> Iterator[str]:
    yield from _row_texts()
    yield from _message_texts()
    yield from _object_texts()


def _row_texts() -> Iterator[str]:
    for name, table in _tables().items():
        for partition in table.items.values():
            for item in partition.values():
                row = {key: _plain(value) for key, value in sorted(item.attrs.items()) if key not in _MARKS}
                yield f"{name} {json.dumps(row, default=str)}"


def _plain(value: Any) -> Any:
    """A value of an item, or a part of it, without its types; sets in order."""
    if value.type == "M":
        return {name: _plain(member) for name, member in sorted(value.value.items())}
    if value.type == "L":
        return [_plain(member) for member in value.value]
    if value.type == "B":
        return b64encode(value.value).decode()
    return sorted(value.value) if value.type in ("SS", "NS", "BS") else value.value


def _message_texts() -> Iterator[str]:
    for name, queue in _queues().items():
        yield from (f"{name} {message.body}" for message in queue._messages)


def _object_texts() -> Iterator[str]:
    for name, bucket in _buckets().items():
        yield from (f"{name} {key}" for key in bucket.keys)


def _tables() -> Any:
    return dynamodb_backends[DEFAULT_ACCOUNT_ID][_REGION].tables


def _queues() -> Any:
    return sqs_backends[DEFAULT_ACCOUNT_ID][_REGION].queues


def _buckets() -> Any:
    return _s3().buckets


def _s3() -> Any:
    return s3_backends[DEFAULT_ACCOUNT_ID]["aws"]


def _secrets() -> Any:
    return secretsmanager_backends[DEFAULT_ACCOUNT_ID][_REGION]
