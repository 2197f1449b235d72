"""The tasks pages of the web app, as people use them; and the same person at another device, by the API."""

import re
from typing import Any
from uuid import uuid4

import httpx
from playwright.sync_api import Locator, Page, expect

from tests.support.people import PASSWORD

_BATCH = 50
"""How many operations the service takes at a time."""


class TaskList:
    """The list of tasks on a page."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.field = page.locator("[data-quick-add] input")
        self.search = page.get_by_role("searchbox", name="Search tasks")

    def add(self, *texts: str) -> None:
        """Add tasks as they are typed; the last one stands at the top."""
        for text in texts:
            self.field.fill(text)
            self.field.press("Enter")
            expect(self.field).to_have_value("")

    def row(self, title: str) -> Locator:
        """The row of a task."""
        return self.page.locator("[data-task]", has=self.page.get_by_role("link", name=title, exact=True))

    def title(self, title: str) -> Locator:
        """What has the focus when a row has it, and leads to the details."""
        return self.page.locator("[data-title]").get_by_text(title, exact=True)

    def has(self, *titles: str) -> None:
        """Check that these are the tasks of the list, in this order."""
        expect(self.page.locator("[data-title]")).to_have_text(list(titles))

    def choose(self, title: str, action: str) -> None:
        """Take something from a task's menu."""
        self.row(title).get_by_role("button", name=f"Actions for {title}", exact=True).click()
        self.page.get_by_role("menuitem", name=action).click()

    def complete(self, title: str) -> None:
        """Check a task off."""
        self.row(title).get_by_role("checkbox").click()

    def undo_by_toast(self, said: str) -> None:
        """Take back what a message tells."""
        toast = self.page.get_by_role("dialog").filter(has_text=said)
        toast.get_by_role("button", name="Undo").click()

    def all_sent(self) -> None:
        """Wait until the service has everything."""
        expect(self.page.locator('[data-connection="connected"][data-queued="0"]')).to_be_visible()

    def said(self, text: str | re.Pattern[str]) -> None:
        """Check what screen readers were told last."""
        expect(self.page.locator("[data-announcer]")).to_have_text(text)


class Elsewhere:
    """The same person at another device."""

    def __init__(self, client: httpx.Client, email: str) -> None:
        self._api = client
        answer = self._api.post("/auth/login", json={"email": email, "password": PASSWORD})
        assert answer.is_success, answer.text
        self._api.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"

    def tasks(self, query: str = "") -> list[dict[str, Any]]:
        """What the service has, the newest first."""
        found: list[dict[str, Any]] = self._ask("GET", f"/tasks?limit=100{query}").json()
        return found

    def task(self, title: str) -> dict[str, Any]:
        """The one task of a title."""
        (found,) = (task for task in self.tasks() if task["title"] == title)
        return found

    def patch(self, task: dict[str, Any], **members: Any) -> None:
        """Change a task."""
        self._ask("PATCH", f"/tasks/{task['id']}", members)

    def delete(self, task: dict[str, Any]) -> None:
        """Put a task into the trash."""
        self._ask("DELETE", f"/tasks/{task['id']}")

    def make(self, tasks: list[dict[str, Any]]) -> None:
        """Make many tasks."""
        for start in range(0, len(tasks), _BATCH):
            operations = [{"op": "create", "id": str(uuid4()), "task": task} for task in tasks[start : start + _BATCH]]
            self._ask("POST", "/tasks/batch", {"operations": operations})

    def _ask(self, method: str, path: str, body: Any = None) -> httpx.Response:
        answer = self._api.request(method, path, json=body)
        assert answer.is_success, answer.text
        return answer
