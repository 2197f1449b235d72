"""How heavy the layer is, which Lambda loads before anything else."""

import zipfile
from pathlib import Path


def weights(layer: Path) -> dict[str, int]:
    """Bytes of the layer as it lies on Lambda's disk, and zipped as it is uploaded."""
    files = [path for path in sorted(layer.rglob("*")) if path.is_file()]
    archive = layer.parent / "layer.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as target:
        for path in files:
            target.write(path, path.relative_to(layer.parent))
    zipped = archive.stat().st_size
    archive.unlink()
    return {"unzipped": sum(path.stat().st_size for path in files), "zipped": zipped}
