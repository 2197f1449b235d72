"""Cut botocore's data down to what clients of some services read when they are made; the layer's build runs it.

What describes a service is mostly its documentation, and the list of addresses has those of every service there is.
Each start reads all of the files that it reads, so their size is time.
"""

import gzip
import json
import shutil
import sys
from pathlib import Path
from typing import Any

_READ = ("service-2.", "endpoint-rule-set-1.", "paginators-1.")
_READ_WHOLE = "clientContextParams"
"""What can be set for the addresses of a service: botocore wants its documentation as well."""


def trim(data: Path, services: set[str]) -> None:
    """Leave in botocore's folder `data` what these services need, all of their regions and partitions included."""
    for folder in filter(Path.is_dir, list(data.iterdir())):
        if folder.name not in services:
            shutil.rmtree(folder)
    prefixes = {_trimmed(data / service) for service in services}
    addresses = data / "endpoints.json"
    content = json.loads(addresses.read_bytes())
    for partition in content["partitions"]:
        partition["services"] = {name: each for name, each in partition["services"].items() if name in prefixes}
    _replace(addresses, _dumps(content))


def _trimmed(service: Path) -> str:
    """Leave what is read of a service; what its addresses begin with."""
    *older, newest = sorted(service.iterdir())
    for version in older:
        shutil.rmtree(version)
    for file in list(newest.iterdir()):
        if not file.name.startswith(_READ):
            file.unlink()
    description = newest / "service-2.json.gz"
    content = _without_documentation(json.loads(gzip.decompress(description.read_bytes())))
    # No time in it: the same packages make the same layer.
    _replace(description, gzip.compress(_dumps(content), mtime=0))
    prefix: str = content["metadata"]["endpointPrefix"]
    return prefix


def _without_documentation(value: Any) -> Any:
    if isinstance(value, list):
        return [_without_documentation(entry) for entry in value]
    if not isinstance(value, dict):
        return value
    return {
        name: member if name == _READ_WHOLE else _without_documentation(member)
        for name, member in value.items()
        # Where it is no text, it is something of that name.
        if name != "documentation" or not isinstance(member, str)
    }


def _dumps(content: Any) -> bytes:
    return json.dumps(content, separators=(",", ":")).encode()


def _replace(file: Path, content: bytes) -> None:
    # Never in place: what was installed may be the very file that the installer keeps for all its installations.
    file.unlink()
    file.write_bytes(content)


if __name__ == "__main__":
    trim(Path(sys.argv[1]), set(sys.argv[2:]))
