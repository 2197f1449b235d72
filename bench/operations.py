"""What each side is asked for when it is warm, one request after the other, as one user of a hundred tasks does it."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import Any, Final

from bench.requests import Event, answered, authorization, request
from bench.runtime import Cost
from tests.support.people import PASSWORD

OPERATIONS: Final = (
    "register",
    "login",
    "refresh",
    "authorize",
    "create",
    "get",
    "list of 50",
    "list of 100",
    "update",
)
TASKS: Final = 100
TASK: Final = {
    "title": "Book the train to Vienna",
    "description": "The night train leaves at 19:40 and has to be booked two months ahead, with a bed each.",
    "priority": "high",
    "due": "2026-12-24",
    "tags": ["travel", "family"],
}


Invoke = Callable[[str, Any], tuple[Any, Cost]]
"""Asks the function of that name, a process that runs, and tells what its answer cost."""


@dataclass
class User:
    """Somebody of a side, who is signed in and has tasks."""

    email: str
    access_token: str
    refresh_token: str
    authorizer: Mapping[str, str]
    task_ids: list[str] = field(default_factory=list)
    changes: Iterator[int] = field(default_factory=count)


_people = count()


class Side:
    """Taskward, or the peer: how each operation is asked for.

    Parameters
    ----------
    invoke: asks a function.
    function_of: the function that an operation belongs to.
    authorizes: whether there is a function that looks at the token before.
    """

    def __init__(self, name: str, invoke: Invoke, function_of: Callable[[str], str], *, authorizes: bool) -> None:
        self.name = name
        self._invoke, self._function_of, self._authorizes = invoke, function_of, authorizes
        self.user = self._new_user()
        for _ in range(TASKS):
            self.ask("create")

    def ask(self, operation: str) -> Cost:
        """Ask once for an operation, and see that it was done; what it cost."""
        answer, cost = self._invoke(self._function_of(operation), self.event(operation))
        self._take(operation, answer)
        return cost

    def event(self, operation: str) -> Event:
        """What a function is asked for an operation."""
        match operation.partition(" ")[0]:
            case "register":
                return self._request("POST", "/auth/register", {"email": _new_address(), "password": PASSWORD})
            case "login":
                return self._request("POST", "/auth/login", {"email": self.user.email, "password": PASSWORD})
            case "refresh":
                return self._request("POST", "/auth/refresh", {"refresh_token": self.user.refresh_token})
            case "authorize":
                is_asked = self._authorizes
                return authorization(self.user.access_token) if is_asked else self._request("GET", "/auth/session")
            case "create":
                return self._request("POST", "/tasks", TASK)
            case "get":
                return self._request("GET", "/tasks/{id}", path=self._task())
            case "list":
                return self._request("GET", "/tasks", query={"limit": operation.rpartition(" ")[2]})
            case "update":
                title = f"Book the train to Vienna ({next(self.user.changes)})"
                return self._request("PATCH", "/tasks/{id}", {"title": title}, path=self._task())
        raise ValueError(f"{operation} is none of the operations")

    def _take(self, operation: str, answer: Any) -> None:
        """See that what was asked for was done, and keep what the next request needs."""
        if operation == "authorize" and self._authorizes:
            assert answer["policyDocument"]["Statement"][0]["Effect"] == "Allow", answer
            return
        body = answered(answer, 201 if operation in ("register", "create") else 200)
        if operation == "refresh":
            self.user.refresh_token = body["refresh_token"]
        elif operation == "create":
            self.user.task_ids.append(body["id"])
        elif operation.startswith("list"):
            assert len(body) == int(operation.rpartition(" ")[2])

    def _new_user(self) -> User:
        email = _new_address()
        event = request("POST", "/auth/register", {"email": email, "password": PASSWORD})
        answer, _ = self._invoke(self._function_of("register"), event)
        grant = answered(answer, 201)
        authorizer = {}
        if self._authorizes:
            decision, _ = self._invoke(self._function_of("authorize"), authorization(grant["access_token"]))
            authorizer = decision["context"]
        return User(email, grant["access_token"], grant["refresh_token"], authorizer)

    def _task(self) -> dict[str, str]:
        return {"id": self.user.task_ids[next(self.user.changes) % TASKS]}

    def _request(self, method: str, resource: str, body: Any = None, **more: Mapping[str, str]) -> Event:
        user = self.user
        return request(method, resource, body, token=user.access_token, authorizer=user.authorizer, **more)


def _new_address() -> str:
    return f"person{next(_people)}@example.com"
