"""Races for addresses and for ways in, whole requests at DynamoDB Local: each address has one owner, each owner a way
in, and each proof counts once."""

import unicodedata
from dataclasses import replace
from typing import Any

from local.samples.authenticator import Authenticator
from taskward.client import Client
from taskward.identity import grants, links, passkeys, second_factor, sessions
from taskward.identity.user_tables import ADDRESS, PROFILE, EmailItem, UserItem, email_key
from tests.support.environment import Request
from tests.support.environments import Environments
from tests.support.figures import Figure
from tests.support.people import PASSWORD, principal_of
from tests.support.racers import (
    Racer,
    account,
    alive,
    codes,
    granted,
    new_address,
    new_email,
    racers,
    register,
    session,
    statuses,
    verify,
)
from tests.support.sample_events import Answer
from tests.support.second_factors import App, begun
from tests.support.ways_in import add_passkey, authenticator


def _spellings(number: int) -> list[str]:
    """One address, as people, programs and keyboards write it."""
    plain = f"zoë.{number}@bücher.example.com"
    return [
        plain,
        plain.upper(),
        plain.title(),
        unicodedata.normalize("NFD", plain),
        plain.replace("bücher", "xn--bcher-kva"),
        unicodedata.normalize("NFD", plain.upper()),
    ]


def _owner(email: str) -> str | None:
    item = EmailItem.get(email_key(email), ADDRESS, consistent_read=True)
    return None if item.expires_at is not None else str(item.user_id)


def test_of_all_who_register_one_address_at_once_one_gets_it(
    environments: Environments, thorough: bool, figure: Figure
) -> None:
    environments.begin()
    rounds = [[register(each) for each in _spellings(number)] for number in range(80 if thorough else 2)]
    winners: list[Answer] = []
    for number, answers in enumerate(environments.race(rounds)):
        assert sorted(statuses(answers)) == [201, *[409] * 5]
        assert codes(answers) == {"email_exists"}
        winners += granted(answers)
        assert _owner(_spellings(number)[0]) == winners[-1].json()["user"]["id"]
    tokens = [winner.json()["access_token"] for winner in winners]
    shown = environments.at_once([Request("GET", "/auth/session", token=token) for token in tokens])
    assert [each.json()["user"] for each in shown] == [winner.json()["user"] for winner in winners]
    sign_ins = [
        Request("POST", "/auth/login", {"email": request.body["email"], "password": PASSWORD}, source_ip=new_address())
        for request in (request for requests in rounds for request in requests[1:3])
    ]
    assert set(statuses(environments.at_once(sign_ins))) == {200}
    # Of those who lost nothing is left: no account without an address.
    owners = {item.user_id for item in EmailItem.scan(EmailItem.sk == ADDRESS, consistent_read=True)}
    assert {user.user_id for user in UserItem.scan(UserItem.sk == PROFILE, consistent_read=True)} == owners
    figure(environments.told("registration", f"{len(winners)} winners"))


def test_of_a_change_to_an_address_and_registrations_of_it_at_once_one_gets_it(
    environments: Environments, thorough: bool, figure: Figure
) -> None:
    environments.begin()
    people = racers(environments, 100 if thorough else 4)
    rounds: list[list[Request]] = []
    for one, another in zip(people[::2], people[1::2], strict=True):
        wanted = new_email()
        verify(one)
        confirmations = [
            Request("POST", "/auth/email/confirm", {"token": links.store(account(each), "address_change", wanted)})
            for each in (one, another)
        ]
        # A change takes longer than a registration.
        late = environments.random.uniform(0, 0.04)
        rounds.append([*confirmations, *[replace(register(wanted), after=late) for _ in range(2)]])
    changed = 0
    for requests, answers, racer in zip(rounds, environments.race(rounds), people[::2], strict=True):
        won = [answer for answer in answers if answer.status < 300]
        assert len(won) == 1, statuses(answers)
        assert codes(answers) == {"email_exists"}
        wanted = next(request.body["email"] for request in requests if "email" in request.body)
        if won[0].status == 201:
            assert _owner(wanted) == won[0].json()["user"]["id"]
        else:
            changed += 1
            is_first = account(racer).email == wanted
            assert _owner(wanted) == (racer if is_first else people[people.index(racer) + 1]).user_id
    figure(environments.told("an address", f"{changed} changes of the address and {len(rounds) - changed} others won"))


def test_of_all_ways_in_removed_at_once_one_stays(environments: Environments, thorough: bool, figure: Figure) -> None:
    environments.begin()
    people = racers(environments, 40 if thorough else 3)
    rounds, left = [], []
    for number, racer in enumerate(people):
        verify(racer)
        for _ in range(1 + number % 3):
            add_passkey(session(racer))
        ids = [passkeys.representation(each)["id"] for each in passkeys.of_user(racer.user_id)]
        removals = [racer.ask("DELETE", f"/account/passkeys/{each}") for each in ids]
        # Each twice: a removal that comes again removes nothing else.
        rounds.append([racer.ask("DELETE", "/auth/password"), *removals] * 2)
    for racer, answers in zip(people, environments.race(rounds), strict=True):
        assert set(statuses(answers)) <= {204, 404, 409}, statuses(answers)
        assert "last_way_in" in codes(answers)
        user = account(racer)
        kept = len(list(passkeys.of_user(racer.user_id)))
        assert (user.passkeys or 0) == kept
        assert (user.password_hash is not None) + kept == 1
        left.append("password" if user.password_hash else "passkey")
    figure(
        environments.told("the last way in", f"a password stayed {left.count('password')} times, a passkey the others")
    )


def _second_step(token: str, code: str) -> Request:
    body = {"step_token": token, "code": code}
    return Request("POST", "/auth/login/second-factor", body, source_ip=new_address())


def _with_second_factor(racer: Racer) -> App:
    verify(racer)
    app, own = begun(session(racer)), principal_of(session(racer))
    return App(app.secret, second_factor.confirm(own, app.code(), Client(racer.address, "")))


def _proofs(racer: Racer, code: str, times: int) -> list[Request]:
    """Of somebody who is in so many sessions, and proves in each who they are."""
    requests = []
    for _ in range(times):
        started = sessions.new(racer.user_id, Client(new_address(), ""))
        started.save()
        body = {"password": PASSWORD, "code": code}
        token, address = grants.issue(started).access_token, started.address
        requests.append(Request("POST", "/auth/reauthenticate", body, token, source_ip=address))
    return requests


def test_each_code_and_each_step_counts_once(environments: Environments, thorough: bool, figure: Figure) -> None:
    """A code of an app and a recovery code, at sign-ins and for proofs; and a step, whatever codes it is taken with."""
    environments.begin()
    people, count = racers(environments, 20 if thorough else 2), environments.count
    apps = [_with_second_factor(racer) for racer in people]
    environments.advance(45)
    half = count // 2
    begun_steps = environments.rounds([[racer.sign_in() for _ in range(2 * half + 1)] for racer in people])
    rounds: list[list[Request]] = []
    one_step: list[list[Request]] = []
    for racer, app, answers in zip(people, apps, begun_steps, strict=True):
        steps = [answer.json()["step_token"] for answer in answers]
        for code, tokens in ((app.code(), steps[:half]), (app.recovery_codes[0], steps[half:-1])):
            # A proof takes longer, with the password before the code.
            late = environments.random.uniform(0, 0.04)
            seconds = [replace(_second_step(token, code), after=late) for token in tokens]
            rounds.append([*seconds, *_proofs(racer, code, half)])
        one_step.append([_second_step(steps[-1], code) for code in app.recovery_codes[1 : 1 + count]])
    by_sign_in = 0
    for answered in environments.race(rounds):
        assert sum(answer.status in (200, 204) for answer in answered) == 1, statuses(answered)
        assert codes(answered) <= {"invalid_code", "wrong_code"}
        by_sign_in += len(granted(answered))
    for answered in environments.race(one_step):
        assert sorted(statuses(answered)) == [200, *[401] * (count - 1)]
        assert codes(answered) == {"invalid_token"}
    assert {second_factor.representation(racer.user_id)["recovery_codes_left"] for racer in people} == {8}
    told = f"{len(rounds)} codes and {len(one_step)} steps used once, {by_sign_in} of the codes at a sign-in"
    figure(environments.told("a code or a step", told))


def _signed(used: Authenticator, step: Answer) -> dict[str, Any]:
    """What an authenticator signs, with the step that it was asked in."""
    options = step.json()
    return {"step_token": options["step_token"], "credential": used.get(options["options"])}


def test_what_a_passkey_signed_and_what_a_link_says_count_once(
    environments: Environments, thorough: bool, figure: Figure
) -> None:
    environments.begin()
    people, count = racers(environments, 20 if thorough else 2), environments.count
    used = []
    for number, racer in enumerate(people):
        verify(racer)
        used.append(add_passkey(session(racer), authenticator(counts_by=number % 2)))
    begun_steps = environments.at_once([Request("POST", "/auth/login/passkey/options")] * len(used))
    sign_ins = [
        [Request("POST", "/auth/login/passkey", _signed(each, step), source_ip=new_address())] * count
        for each, step in zip(used, begun_steps, strict=True)
    ]
    for racer, answers in zip(people, environments.race(sign_ins), strict=True):
        assert sorted(statuses(answers)) == [200, *[401] * (count - 1)]
        assert len(alive(racer)) == 2
    begun_steps = environments.at_once([racer.ask("POST", "/auth/reauthenticate/options") for racer in people])
    proofs = [
        [racer.ask("POST", "/auth/reauthenticate", _signed(each, step))] * count
        for racer, each, step in zip(people, used, begun_steps, strict=True)
    ]
    for answers in environments.race(proofs):
        assert sorted(statuses(answers)) == [204, *[403] * (count - 1)]
        assert codes(answers) == {"wrong_passkey"}
    passwords = [f"violet bicycle {number}" for number in range(count)]
    resets = []
    for racer in people:
        token = links.store(account(racer), "password_reset", racer.email)
        resets.append(
            [Request("POST", "/auth/password/reset", {"token": token, "new_password": each}) for each in passwords]
        )
    told = environments.race(resets)
    for racer, answers in zip(people, told, strict=True):
        assert sorted(statuses(answers)) == [204, *[400] * (count - 1)]
        assert codes(answers) == {"invalid_link"}
        assert alive(racer) == set()
    tried = environments.rounds([[racer.sign_in(each) for each in passwords] for racer in people])
    assert [[answer.status == 200 for answer in answers] for answers in tried] == [
        [answer.status == 204 for answer in answers] for answers in told
    ]
    figure(environments.told("a passkey's answer or a link", f"{3 * len(people)} used once"))
