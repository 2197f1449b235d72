"""Passwords known from breaches, in the deployed service: refused, by no more than five digits of their hash."""

import re

import httpx

from tests.e2e.conftest import Person
from tests.support.people import PASSWORD
from tests.support.range_service import BREACHED, RangeService, sha1


def test_a_breached_password_is_refused_at_a_registration_and_at_a_change(
    client: httpx.Client, person: Person, breaches: RangeService
) -> None:
    registration = client.post("/auth/register", json={"email": "careless@example.com", "password": BREACHED})
    change = person.request("POST", "/auth/password", json={"current_password": PASSWORD, "new_password": BREACHED})
    for answer, field in ((registration, "password"), (change, "new_password")):
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")
        (error,) = answer.json()["errors"]
        assert error["field"] == field
        assert "data breach" in error["message"]
        assert BREACHED not in answer.text
    questions = [line for line, _ in breaches.asked]
    assert questions[-2:] == [f"GET /range/{sha1(BREACHED)[:5]} HTTP/1.1"] * 2
    assert all(re.fullmatch(r"GET /range/[0-9A-F]{5} HTTP/1\.1", line) for line in questions)
