"""Writes the vectors."""

from tests.proof import vectors

vectors.FILE.write_text(vectors.text(), encoding="utf-8")
