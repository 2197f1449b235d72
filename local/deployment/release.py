"""What is deployed, as one digest: the template's parameter Release."""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path

from local.template import read

# Which of a resource's properties lead to a folder of code.
_LAYER = "ContentUri"
_CODE = ("CodeUri", _LAYER)


def release(build_dir: Path, parameters: Mapping[str, str]) -> str:
    """A digest of the built template, of the code that it leads to, and of all parameters in effect but Release itself.

    64 hexadecimal digits: the same for the same, whenever and wherever it was built.
    """
    template = read(build_dir / "template.yaml")
    for resource in template["Resources"].values():
        properties = resource.get("Properties", {})
        for name in properties.keys() & _CODE:
            # A layer without bytecode starts slowly, so it counts that there is some.
            folder = build_dir / properties[name]
            properties[name] = [_digest(folder), name == _LAYER and any(folder.rglob("*.pyc"))]
    return hashlib.sha256(json.dumps([template, dict(parameters)], sort_keys=True).encode()).hexdigest()


def _digest(folder: Path) -> str:
    digest = hashlib.sha256()
    for file in sorted(folder.rglob("*")):
        # Bytecode says nothing that its source does not, and can differ from build to build.
        if file.is_file() and "__pycache__" not in file.parts:
            content = hashlib.sha256(file.read_bytes()).hexdigest()
            digest.update(f"{file.relative_to(folder)}\0{content}\0".encode())
    return digest.hexdigest()
