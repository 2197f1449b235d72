"""Draws what was found. Runs where matplotlib is, which is not where all else runs; so it is given plain numbers.

python bench/plot.py plot.svg < numbers.json
"""

import json
import sys
from pathlib import Path
from typing import Any

import matplotlib as mpl

OURS, PEER = "#1f6f5c", "#c98b2b"
SETTINGS = {"font.size": 9, "svg.hashsalt": "taskward", "axes.spines.top": False, "axes.spines.right": False}


def draw(numbers: dict[str, Any], target: Path) -> None:
    """Cold starts above, warm requests below.

    Parameters
    ----------
    numbers: `cold` is milliseconds by function, `warm` by operation a pair, ours and the peer's; `peer` is the name of
        the peer's function.
    """
    mpl.use("svg")
    from matplotlib import pyplot as plt

    mpl.rcParams.update(SETTINGS)
    figure, (above, below) = plt.subplots(2, 1, figsize=(8, 7), layout="constrained")
    cold = dict(sorted(numbers["cold"].items(), key=lambda each: each[1]))
    above.barh(list(cold), list(cold.values()), color=[PEER if name == numbers["peer"] else OURS for name in cold])
    above.set_xlabel("cold start: milliseconds of processor time until the first answer")
    places = range(len(numbers["warm"]))
    for side, colour, name in ((0, OURS, "Taskward"), (1, PEER, "FastAPI, SQLAlchemy, Postgres")):
        heights = [pair[side] for pair in numbers["warm"].values()]
        below.bar([place + 0.4 * side - 0.2 for place in places], heights, 0.4, color=colour, label=name)
    below.set_xticks(list(places), list(numbers["warm"]))
    below.set_ylabel("warm request: milliseconds of processor time")
    below.legend(frameon=False)
    figure.savefig(target, metadata={"Date": None})


if __name__ == "__main__":
    draw(json.load(sys.stdin), Path(sys.argv[1]))
