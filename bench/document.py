"""Puts the tables that are reckoned into docs/cost.md, each in place of the one with the same head.

python -m bench.document
"""

import sys
from typing import Final

from bench import memory, million, simulation
from local.paths import ROOT

DOCUMENT: Final = ROOT / "docs" / "cost.md"


def tables() -> list[list[str]]:
    """All of them, each a list of lines."""
    return [*memory.tables(), *million.tables(), *simulation.tables()]


def brought_up_to_date(text: str) -> str:
    """The document with the tables as they are now; each has to be there already."""
    parts = text.split("\n\n")
    places = {part.partition("\n")[0]: number for number, part in enumerate(parts)}
    for lines in tables():
        if lines[0] not in places:
            sys.exit(f"No table of the document begins with {lines[0]}")
        parts[places[lines[0]]] = "\n".join(lines)
    return "\n\n".join(parts)


def main() -> None:
    """Write the document."""
    DOCUMENT.write_text(brought_up_to_date(DOCUMENT.read_text(encoding="utf-8")), encoding="utf-8")
    print(DOCUMENT.relative_to(ROOT))


if __name__ == "__main__":
    main()
