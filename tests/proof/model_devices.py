"""People and their devices in the model test: what they were given, what they were told, and that it is right."""

from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import urlencode

from tests.proof.model_accounts import ACCESS, Account, Session, Token
from tests.proof.model_tasks import RefusedError
from tests.proof.model_world import World, expect
from tests.support.gateway import Headers
from tests.support.sample_events import Answer

_COOKIE: Final = "__Host-taskward_refresh"
# Of tasks that one request changes, each has a time of its own, and all have about the same.
_AT_ONCE: Final = timedelta(milliseconds=1)


class Person:
    """Somebody with some devices, and with an account most of the time."""

    def __init__(self, world: World, name: str, numbers: range) -> None:
        self.world, self.name = world, name
        self.email = f"{name}-{world.number}@example.com"
        self.account: Account | None = None
        # The first one is a browser.
        self.devices = [Device(self, world.address(number), number == numbers[0]) for number in numbers]


class Device:
    """A device of a person: its tokens, and its copy of the tasks, which it has by the change feed alone.

    A browser gets its refresh token as a cookie and sends that along, whatever it asks.
    """

    def __init__(self, person: Person, address: str, is_browser: bool) -> None:
        self.world, self.person, self.address, self.is_browser = person.world, person, address, is_browser
        self.access: Token | None = None
        self.refresh: Token | None = None
        self.since: str | None = None
        self.copy: dict[str, dict[str, Any]] = {}
        self.copy_of: Account | None = None

    @property
    def account(self) -> Account:
        """The account that it is signed in to."""
        assert self.person.account is not None
        return self.person.account

    @property
    def session(self) -> Session:
        """The session that it is signed in with."""
        assert self.access is not None
        return self.access.session

    def ask(
        self, method: str, target: str, body: Any = None, headers: Headers = (), *, address: str | None = None
    ) -> Answer:
        """The answer to a request with the access token of this device."""
        assert self.access is not None
        sent = [*headers, *self._cookie(self.refresh)]
        token = self.access.text
        address = address or self.address
        return self.world.ask(self.session.account, method, target, body, token=token, headers=sent, address=address)

    def get_in(self) -> None:
        """Be signed in, as a client goes about it: with what there is as long as that is good, and anew else."""
        if self.access and not self.access.refusal(self.world.now):
            return
        if self.access:
            self.world.try_token(self.access)
        if not (self.refresh and self.renew(self.refresh) is None):
            self.sign_in()

    def sign_in(self) -> None:
        """Sign in with the password, or register when there is nothing to sign in to."""
        account = self.person.account
        if account is None:
            self.register()
            return
        answer = self._enter(account, "/auth/login", {"email": account.email, "password": account.password})
        self._start(expect(answer, 200))

    def register(self) -> None:
        """Ask for an account, which only somebody gets whose address has none: an empty one."""
        account = self.world.new_account(self.person.email)
        body = {"email": account.email, "password": account.password, "name": f"{self.person.name} {account.marker}"}
        answer = self._enter(account, "/auth/register", body)
        if self.person.account is not None:
            expect(answer, 409, "email_exists")
            return
        account.id = expect(answer, 201).json()["user"]["id"]
        self.world.belongs(account.id, account)
        self.world.accounts.append(account)
        self.world.done["users"] += 1
        self.person.account = account
        self._start(answer)
        self._see_nothing()

    def renew(self, token: Token, address: str | None = None) -> str | None:
        """Use a refresh token, whatever became of it; the code that it is refused with, None when it is not."""
        world, session, address = self.world, token.session, address or self.address
        refusal = "token_expired" if world.now >= token.expires else None
        if refusal is None:
            try:
                session.refresh(token.generation, world.now, address)
            except RefusedError as refused:
                refusal = refused.code
        body = None if self.is_browser else {"refresh_token": token.text}
        headers = [*self._cookie(token), *([("X-Taskward-Client", "web")] if self.is_browser else [])]
        answer = world.ask(session.account, "POST", "/auth/refresh", body, headers=headers, address=address)
        if refusal is None:
            self._take(expect(answer, 200), session)
        else:
            expect(answer, 401, refusal)
            world.done[refusal] += 1
        return refusal

    def prove(self) -> None:
        """Give the password once more, if what is to be done asks for it."""
        if not self.session.is_recent(self.world.now):
            expect(self.ask("DELETE", "/auth/sessions?keep=current"), 403, "reauthentication_required")
            expect(self.ask("POST", "/auth/reauthenticate", {"password": self.account.password}), 204)
            self.session.authenticated = self.world.now

    def forget(self) -> None:
        """Be signed out, as the answer said."""
        self.access = self.refresh = None

    def told(self, shown: dict[str, Any]) -> None:
        """Take what is shown of a task: it is as the model has it, and a version is always the same."""
        account = self.session.account
        task = account.tasks.all[shown["id"]]
        # An export has no addresses.
        assert shown.get("url", f"/{task.id}").endswith(f"/tasks/{task.id}"[-37:])
        shown = {name: value for name, value in shown.items() if name != "url"}
        order = task.members["order"]
        if order is None and not task.is_purged:
            older = [each for each in account.tasks.all.values() if each.made_at < task.made_at]
            assert all((each.members["order"] or 0) < shown["order"] for each in older), "it is behind all others"
            task.members["order"] = shown["order"]
        facts = task.facts() | {"version": task.version}
        assert {name: shown.get(name) for name in facts} == facts
        first = account.seen.setdefault((task.id, task.version), shown)
        assert shown == first, "a version is the same, whenever and wherever it is shown"
        self.world.done["tasks compared"] += 1
        if first is shown:
            assert _is_about(task.changed_at, shown["updated_at"])
            assert task.is_purged or _is_about(task.made_at, shown["created_at"])
            assert shown.keys() - facts.keys() <= {"created_at", "updated_at"}
            before = account.seen.get((task.id, task.version - 1))
            assert before is None or before["updated_at"] < shown["updated_at"]

    def listed(self, query: dict[str, str | int]) -> list[dict[str, Any]]:
        """All tasks of a list, page by page."""
        found, following = [], {name: str(value) for name, value in query.items()}
        while True:
            answer = expect(self.ask("GET", f"/tasks?{urlencode(following)}"), 200)
            page = answer.json()
            for shown in page:
                self.told(shown)
            found += page
            next_page = answer.next_page()
            if next_page is None:
                return found
            following = next_page

    def synchronise(self, limit: int) -> None:
        """Bring the copy up to date by the change feed, and compare it."""
        if self.copy_of is not self.account:
            self.since, self.copy, self.copy_of = None, {}, self.account
        while True:
            query: dict[str, str | int] = {"limit": limit} | ({"since": self.since} if self.since else {})
            answer = self.ask("GET", f"/tasks/changes?{urlencode(query)}")
            if answer.status == 410:
                expect(answer, 410, "changes_token_expired")
                self.since, self.copy = None, {}
                continue
            changes = expect(answer, 200).json()
            for shown in changes["tasks"]:
                known = self.copy.get(shown["id"])
                assert known is None or known["version"] <= shown["version"]
                self.copy[shown["id"]] = shown
            self.since = changes["next"]
            if not changes["more"]:
                break
        now = self.world.now
        wanted = {task.id: task for task in self.account.tasks.all.values() if not task.is_over(now)}
        assert wanted.keys() <= self.copy.keys(), "nothing is left out"
        for task_id, shown in self.copy.items():
            if task_id in wanted:
                self.told(shown)
            else:
                assert self.account.tasks.all[task_id].is_over(now)

    def _cookie(self, token: Token | None) -> list[tuple[str, str]]:
        return [("Cookie", f"{_COOKIE}={token.text}")] if self.is_browser and token else []

    def _enter(self, account: Account, target: str, body: dict[str, Any]) -> Answer:
        delivery = "cookie" if self.is_browser else "body"
        headers = self._cookie(self.refresh)
        return self.world.ask(
            account, "POST", target, body | {"delivery": delivery}, headers=headers, address=self.address
        )

    def _start(self, answer: Answer) -> None:
        if self.is_browser and self.refresh:
            # A browser leaves no session behind when it signs in anew.
            self.refresh.session.has_ended = True
        session = Session(answer.json()["session_id"], self.account, self.world.now, self.address)
        self.account.sessions.append(session)
        self.world.belongs(session.id, self.account)
        self._take(answer, session)

    def _take(self, answer: Answer, session: Session) -> None:
        granted, now = answer.json(), self.world.now
        assert granted["session_id"] == session.id
        assert ("refresh_token" in granted) == (not self.is_browser)
        text = answer.cookie().value if self.is_browser else granted["refresh_token"]
        self.access = Token("access", granted["access_token"], session, now + ACCESS, session.generation)
        self.refresh = Token("refresh", text, session, session.expires, session.generation)
        self.world.tokens += [self.access, self.refresh]

    def _see_nothing(self) -> None:
        assert self.ask("GET", "/tasks").json() == self.ask("GET", "/tasks?status=trashed").json() == []
        assert self.ask("GET", "/tasks/changes").json()["tasks"] == []
        assert [session["id"] for session in self.ask("GET", "/auth/sessions").json()] == [self.session.id]
        assert len(self.ask("GET", "/account/events").json()) == 1


def _is_about(moment: datetime, text: str) -> bool:
    return timedelta() <= datetime.fromisoformat(text) - moment < _AT_ONCE
