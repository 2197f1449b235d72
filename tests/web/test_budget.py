"""What the first load may weigh: the build fails beyond it."""

import json
import random
import subprocess
from pathlib import Path

import pytest

from local.web_build import WEB

_PAGES = ("src/tasks/ui/tasks_page.tsx", "src/auth/sign_in_page.tsx", "src/auth/sign_up_page.tsx")


@pytest.mark.parametrize(("kilobytes", "fits"), [(70, True), (80, False)])
def test_a_first_load_over_the_budget_fails_the_build(tmp_path: Path, kilobytes: int, fits: bool) -> None:
    # The entry, which each page imports too, and a page: together twice that, and a little more. Noise stays its size.
    noise = random.Random(0).randbytes(kilobytes * 1024)
    parts = {"index.html": {"file": "index.js"}} | {
        page: {"file": f"{number}.js", "imports": ["index.html"]} for number, page in enumerate(_PAGES)
    }
    (tmp_path / ".vite").mkdir()
    (tmp_path / ".vite" / "manifest.json").write_text(json.dumps(parts))
    for part in parts.values():
        (tmp_path / str(part["file"])).write_bytes(noise)
    done = subprocess.run(["node", WEB / "tools" / "budget.mjs", tmp_path], capture_output=True, text=True, check=False)
    assert (done.returncode == 0) is fits, done.stdout + done.stderr
    assert ("over the budget" in done.stderr) is not fits


def test_the_build_looks_at_the_budget() -> None:
    build = json.loads((WEB / "package.json").read_text())["scripts"]["build"]
    assert build.endswith("&& vite build && node tools/budget.mjs")
