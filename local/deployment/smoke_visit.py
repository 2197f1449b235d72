"""A visitor of a smoke test: asks a deployed site, and makes accounts that do not outlive the visit."""

import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import httpx

_TIMEOUT = httpx.Timeout(30, connect=10)
_TRIES = 4
# A longer wait is not one for a moment: somebody has to look.
_LONGEST_WAIT = 10


class CheckError(Exception):
    """The service did not do what it should; the message says what was asked, and what it answered."""

    def __init__(self, message: str, status: int | None = None) -> None:
        super().__init__(message)
        self.status = status


@dataclass
class Person:
    """An account that the visitor asked for, and where it is signed in; without an id it may have come to nothing."""

    email: str
    password: str
    id: str = ""
    access_token: str = ""
    refresh_token: str = ""

    @property
    def authorization(self) -> dict[str, str]:
        """The header that a request of this person carries."""
        return {"Authorization": f"Bearer {self.access_token}"}


class Visit:
    """Requests to one site, by its origin; closes with all that it made being gone, or named."""

    def __init__(self, address: str, sleep: Callable[[float], None] = time.sleep) -> None:
        self.client = httpx.Client(base_url=address, timeout=_TIMEOUT, headers={"User-Agent": "taskward-smoke"})
        self.people: list[Person] = []
        self._sleep = sleep

    def ask(
        self, method: str, path: str, status: int, person: Person | None = None, **arguments: Any
    ) -> httpx.Response:
        """The answer to a request, which must have a status. Asks again where it is told to, a few times.

        Raises
        ------
        CheckError: it has another status, or there is no answer.
        """
        headers = (person.authorization if person else {}) | arguments.pop("headers", {})
        answer = self._answer(method, path, headers=headers, **arguments)
        if answer.status_code != status:
            raise CheckError(f"{told(answer)}; expected {status}", answer.status_code)
        return answer

    def register(self) -> Person:
        """A new account, with the session that it begins with.

        Raises
        ------
        CheckError: there is none.
        """
        # SES's mailbox simulator: what the service sends there reaches nobody, and counts neither as returned nor as a
        # complaint.
        person = Person(f"success+{secrets.token_hex(8)}@simulator.amazonses.com", secrets.token_urlsafe(24))
        # Before it is there: should the answer get lost, it may be there all the same.
        self.people.append(person)
        self._begin_session(person, "/api/auth/register", HTTPStatus.CREATED)
        return person

    def refresh(self, person: Person) -> None:
        """The next tokens of an account's session.

        Raises
        ------
        CheckError: there are none.
        """
        body = {"refresh_token": person.refresh_token}
        self._take_tokens(person, self.ask("POST", "/api/auth/refresh", HTTPStatus.OK, json=body))

    def delete(self, person: Person) -> None:
        """Delete an account, in whatever state it was left.

        Raises
        ------
        CheckError: it is still there.
        """
        # Its session may be over.
        self._begin_session(person, "/api/auth/login", HTTPStatus.OK)
        self.ask("DELETE", "/api/account", HTTPStatus.NO_CONTENT, person, json={"password": person.password})
        self.people.remove(person)

    def close(self) -> list[str]:
        """Delete what accounts there still are, and say which ones could not be."""
        left = []
        for person in list(self.people):
            try:
                self.delete(person)
            except CheckError as error:
                if person.id or error.status != HTTPStatus.UNAUTHORIZED:
                    left.append(f"The account {person.email} could not be deleted: {error}.")
        self.client.close()
        return left

    def _begin_session(self, person: Person, path: str, status: int) -> None:
        body = {"email": person.email, "password": person.password}
        answer = self.ask("POST", path, status, json=body)
        person.id = member(answer, "user", "id")
        self._take_tokens(person, answer)

    def _take_tokens(self, person: Person, grant: httpx.Response) -> None:
        person.access_token, person.refresh_token = member(grant, "access_token"), member(grant, "refresh_token")

    def _answer(self, method: str, path: str, **arguments: Any) -> httpx.Response:
        for remaining in reversed(range(_TRIES)):
            try:
                answer = self.client.request(method, path, **arguments)
            except httpx.ConnectError as error:
                # Nothing has been sent; the name of a site that is new may not have spread to here.
                if not remaining:
                    raise CheckError(f"{method} {path}: nobody answers ({error})") from None
                self._sleep(2)
                continue
            except httpx.HTTPError as error:
                raise CheckError(f"{method} {path}: {error or type(error).__name__}") from None
            wait = _asked_to_wait(answer)
            if wait is None or not remaining:
                break
            self._sleep(wait)
        return answer


def told(answer: httpx.Response) -> str:
    """What was asked and what came, with the id by which the service's log knows it; nothing of what is secret."""
    problem = _problem(answer)
    code = f" {problem['code']}" if "code" in problem else ""
    found = problem.get("request_id") or answer.headers.get("X-Amzn-RequestId") or answer.headers.get("X-Amz-Cf-Id")
    named = f", request_id {found}" if found else ""
    return f"{answer.request.method} {answer.request.url.path} answered {answer.status_code}{code}{named}"


def document(answer: httpx.Response) -> Any:
    """The JSON of an answer.

    Raises
    ------
    CheckError: it is none.
    """
    try:
        return answer.json()
    except ValueError:
        raise CheckError(f"{told(answer)}, which is no JSON") from None


def member(answer: httpx.Response, *names: str) -> Any:
    """What is in the JSON of an answer under a name, and in that under the next.

    Raises
    ------
    CheckError: there is nothing.
    """
    found = document(answer)
    for name in names:
        if not isinstance(found, dict) or name not in found:
            raise CheckError(f"{told(answer)}, without {'.'.join(names)}")
        found = found[name]
    return found


def _problem(answer: httpx.Response) -> dict[str, Any]:
    if answer.headers.get("Content-Type") != "application/problem+json":
        return {}
    try:
        problem = answer.json()
    except ValueError:
        return {}
    return problem if isinstance(problem, dict) else {}


def _asked_to_wait(answer: httpx.Response) -> int | None:
    """For how many seconds, None where there is no point in asking again."""
    if answer.status_code not in (HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.TOO_MANY_REQUESTS):
        return None
    wait = answer.headers.get("Retry-After", "")
    return int(wait) if wait.isascii() and wait.isdigit() and int(wait) <= _LONGEST_WAIT else None
