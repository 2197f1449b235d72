"""How long the web app takes until it can be used, in Chromium, at a site that runs already.

    make run                         # in another terminal
    make bench-web                   python -m bench.web [--site http://localhost:8080] [--rounds 5]

Prints the medians, from the beginning of the navigation until the field is there that is used first. A first visit has
nothing in the browser's caches; a return has the app and the tasks on the device.
"""

import argparse
import statistics
import sys
import time

from playwright.sync_api import Browser, Page

from tests.support import browser
from tests.support.people import PASSWORD
from tests.support.web import wait_until

_TIMEOUT_MILLISECONDS = 60_000
_TASKS = 200
_BATCH = 50

# Looks at each frame whether the first thing of use is there, and notes when.
_WATCH = """(() => {
  const look = () => {
    if (document.querySelector("#root form input")) window.usableAfter = performance.now();
    else requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
})();"""

_FILL = """async ([count, size]) => {
  const headers = {"Content-Type": "application/json"};
  const withCookie = {...headers, "X-Taskward-Client": "bench"};
  const refresh = await fetch("/api/auth/refresh", {method: "POST", body: "{}", headers: withCookie});
  headers.Authorization = `Bearer ${(await refresh.json()).access_token}`;
  for (let made = 0; made < count; made += size) {
    const operations = Array.from({length: size}, (_, at) =>
      ({op: "create", id: crypto.randomUUID(), task: {title: `Task ${made + at}`}}));
    await fetch("/api/tasks/batch", {method: "POST", headers, body: JSON.stringify({operations})});
  }
}"""


def _usable_after(page: Page, address: str) -> float:
    page.goto(address)
    wait_until(page, "window.usableAfter !== undefined")
    return float(page.evaluate("window.usableAfter"))


def _measured(launched: Browser, site: str, rounds: int) -> dict[str, list[float]]:
    times: dict[str, list[float]] = {"first visit, sign-up page": [], f"return, {_TASKS} tasks": []}
    first, again = times.values()
    for number in range(rounds):
        context = launched.new_context(base_url=site)
        context.set_default_timeout(_TIMEOUT_MILLISECONDS)
        context.add_init_script(_WATCH)
        page = context.new_page()
        first.append(_usable_after(page, "/sign-up"))
        page.get_by_label("E-mail address").fill(f"bench-{time.time_ns()}-{number}@example.com")
        page.get_by_label("Password", exact=True).fill(PASSWORD)
        page.get_by_role("button", name="Create account", exact=True).click()
        page.wait_for_url("**/all")
        page.evaluate(_FILL, [_TASKS, _BATCH])
        page.reload()
        page.get_by_text(f"{_TASKS} tasks").wait_for()
        page.evaluate("navigator.serviceWorker.ready.then(() => true)")
        again.append(_usable_after(page, "/all"))
        context.close()
    return times


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--site", default="http://localhost:8080")
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    with browser.launched() as launched:
        for what, found in _measured(launched, arguments.site, arguments.rounds).items():
            print(f"{what}: {statistics.median(found):.0f} ms ({min(found):.0f} to {max(found):.0f})")
    return 0


if __name__ == "__main__":
    sys.exit(main())
