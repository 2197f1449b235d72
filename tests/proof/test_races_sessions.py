"""Races for sessions, whole requests at DynamoDB Local: refreshes neither lose nor fork one, and an end is an end."""

from collections.abc import Callable, Sequence
from importlib import import_module

import jwt

from taskward.client import Client
from taskward.identity import access_token_changes, sessions
from tests.support.environment import Ask, Request
from tests.support.environments import Environments
from tests.support.events import Context
from tests.support.figures import Figure
from tests.support.racers import (
    Racer,
    alive,
    codes,
    events_of,
    generation,
    granted,
    new_address,
    racers,
    refresh,
    session,
    statuses,
    uses,
    verify,
)
from tests.support.sample_events import Answer
from tests.support.ways_in import add_token

GRACE_SECONDS = 30


def test_refreshes_at_once_move_a_session_by_one_generation(
    environments: Environments, thorough: bool, figure: Figure
) -> None:
    """From one address, as by tabs of one browser, for generations; then a token of before comes again too late."""
    environments.begin()
    people, count = racers(environments, 15 if thorough else 2), environments.count
    generations, before = 8 if thorough else 2, people
    for number in range(1, generations + 1):
        before, answered = people, environments.race([[racer.renew()] * count for racer in people])
        for answers in answered:
            assert set(statuses(answers)) == {200}
            assert {generation(answer.json()["refresh_token"]) for answer in answers} == {number + 1}
        # It goes on from any of them.
        people = [
            racer.in_session(environments.random.choice(answers))
            for racer, answers in zip(people, answered, strict=True)
        ]
        assert [int(session(racer).generation) for racer in people] == [number + 1] * len(people)
        shown = environments.rounds([uses(answers, new_address())[:count] for answers in answered])
        assert {status for answers in shown for status in statuses(answers)} == {200}
    assert [events_of(racer, "session_ended", "refresh_grace_from_other_address") for racer in people] == [[]] * len(
        people
    )
    environments.advance(GRACE_SECONDS + 2)
    replays = environments.race([[racer.renew()] * count for racer in before])
    for racer, answers in zip(people, replays, strict=True):
        assert codes(answers) in ({"token_reused"}, {"token_reused", "session_revoked"})
        assert events_of(racer, "refresh_token_reused") == [("refresh_token_reused", "replayed")]
        assert alive(racer) == set()
    after = environments.at_once([racer.renew() for racer in people])
    assert (set(statuses(after)), codes(after)) == ({401}, {"session_revoked"})
    figure(
        environments.told(
            "refresh", f"{generations * len(people)} generations of which none forked, {len(people)} replays found out"
        )
    )


End = Callable[[Racer, Racer], Request]
"""Ends somebody's session, from it or from another one of theirs."""


_ENDS: list[tuple[End, bool]] = [
    (lambda one, _: one.ask("POST", "/auth/logout"), True),
    (lambda one, _: Request("POST", "/auth/logout", {"refresh_token": one.refresh}), True),
    (lambda one, _: one.ask("DELETE", f"/auth/sessions/{one.session_id}"), True),
    (lambda one, other: other.ask("DELETE", f"/auth/sessions/{one.session_id}"), True),
    (lambda one, _: one.ask("DELETE", "/auth/sessions"), False),
    (lambda _, other: other.ask("DELETE", "/auth/sessions?keep=current"), True),
    (lambda _, other: other.change_password(), True),
    (lambda _, other: other.delete_account(), False),
    (lambda one, _: one.reset_password(), False),
]
"""And whether the other session goes on."""


def _in_two_sessions(environments: Environments, people: Sequence[Racer]) -> list[Racer]:
    """The same people in another session of theirs."""
    answers = environments.at_once([racer.sign_in(address=racer.address) for racer in people])
    return [racer.in_session(answer) for racer, answer in zip(people, answers, strict=True)]


def test_an_end_is_an_end_whatever_refreshes_are_in_flight(
    environments: Environments, thorough: bool, figure: Figure
) -> None:
    environments.begin()
    people = racers(environments, len(_ENDS) * (12 if thorough else 1))
    others = _in_two_sessions(environments, people)
    rounds = []
    for number, (racer, other) in enumerate(zip(people, others, strict=True)):
        end, _ = _ENDS[number % len(_ENDS)]
        rounds.append([end(racer, other), *[racer.renew()] * (environments.count - 1)])
    answered = environments.race(rounds)
    answered_late = 0
    for number, (racer, other, (ended, *refreshed)) in enumerate(zip(people, others, answered, strict=True)):
        assert ended.status == 204, ended.text
        assert set(statuses(refreshed)) <= {200, 401}
        assert codes(refreshed) <= {"session_revoked"}
        answered_late += bool(granted(refreshed))
        assert alive(racer) == ({other.session_id} if _ENDS[number % len(_ENDS)][1] else set())
    tried = environments.rounds(
        [[racer.renew(), *uses(answers, racer.address)] for racer, answers in zip(people, answered, strict=True)]
    )
    assert {status for answers in tried for status in statuses(answers)} == {401}
    assert {code for answers in tried for code in codes(answers)} == {"session_revoked"}
    # The other session, where there is one, is as it was.
    lasting = [other for number, other in enumerate(others) if _ENDS[number % len(_ENDS)][1]]
    assert set(statuses(environments.at_once([other.renew() for other in lasting]))) == {200}
    figure(
        environments.told(
            "refresh against the end of a session",
            f"{answered_late} with a refresh that was answered; after it {sum(map(len, tried))} uses, all refused",
        )
    )


def test_a_thief_rides_no_more_than_two_generations(environments: Environments, thorough: bool, figure: Figure) -> None:
    """Victim and thief have the same token, and refresh at the same time, from two addresses."""
    environments.begin()
    people = racers(environments, 40 if thorough else 2)
    elsewhere = [new_address() for _ in people]
    over: list[list[Answer]] = [[] for _ in people]
    rides = 0
    while any(not codes(answers) for answers in over):
        going = [number for number, answers in enumerate(over) if not codes(answers)]
        rides += 1
        assert rides <= 3, "a thief rides on"
        environments.advance(environments.random.uniform(1, 60))
        rounds = []
        for number in going:
            token = people[number].refresh
            tried = [refresh(token, people[number].address), refresh(token, elsewhere[number])]
            # The one with two tabs, the other with two programs, or none of it.
            rounds.append(tried * environments.random.choice((1, 2)))
        for number, answers in zip(going, environments.race(rounds), strict=True):
            over[number] = answers
            tokens = {generation(each.json()["refresh_token"]) for each in granted(answers)}
            if codes(answers):
                assert codes(answers) <= {"token_reused", "session_revoked"}
            else:
                assert tokens == {rides + 1}
                people[number] = people[number].in_session(environments.random.choice(answers))
    assert rides == 3
    tried_after = environments.rounds(
        [[racer.renew(), *uses(answers, racer.address)] for racer, answers in zip(people, over, strict=True)]
    )
    assert {status for answers in tried_after for status in statuses(answers)} == {401}
    for racer in people:
        assert alive(racer) == set()
        assert events_of(racer, "refresh_token_reused") == [("refresh_token_reused", "grace")]
        # One in each of two generations, or more of who came several times at once.
        assert len(events_of(racer, "refresh_grace_from_other_address")) >= 2
    figure(environments.told("a thief riding the grace", f"{len(people)} sessions ended at the third generation"))


def test_there_are_never_more_than_fifty_sessions(environments: Environments, thorough: bool, figure: Figure) -> None:
    environments.begin()
    (racer,) = racers(environments, 1)
    first = session(racer)
    for number in range(48):
        older = sessions.new(racer.user_id, Client(racer.address, ""))
        # The one of the registration is the newest of all.
        older.last_used_at = first.last_used_at - 100 + number
        older.save()
    # By age; those that signed in at once are of one age.
    ages = [{each.session_id} for each in reversed(sessions.live(racer.user_id))]
    for _ in range(8 if thorough else 2):
        environments.advance(3)
        (answers,) = environments.race([[racer.sign_in() for _ in range(2 * environments.count)]])
        assert set(statuses(answers)) == {200}
        ages.append({answer.json()["session_id"] for answer in answers})
        there = alive(racer)
        assert len(there) == sessions.MAX_PER_USER == 50
        too_many = sum(map(len, ages)) - 50
        assert len(events_of(racer, "session_ended")) == too_many
        for of_one_age in ages:
            gone = min(too_many, len(of_one_age))
            assert len(of_one_age - there) == gone
            too_many -= gone
        shown = environments.at_once(uses(answers, racer.address)[: len(answers)])
        lives = [answer.json()["session_id"] in there for answer in answers]
        assert [each.status == 200 for each in shown] == lives
    assert set(events_of(racer, "session_ended")) == {("session_ended", "too_many_sessions")}
    figure(environments.told("the fiftieth session", f"{sum(map(len, ages)) - 49} signed in, 50 stayed"))


def test_a_token_that_is_revoked_is_of_no_use_to_those_who_use_it_at_once(
    environments: Environments, thorough: bool, figure: Figure
) -> None:
    """Revoked by itself, by a reset, or with the account; and a reset also ends one that is just being made."""
    environments.begin()
    people = racers(environments, 45 if thorough else 3)
    rounds, tokens = [], []
    for number, racer in enumerate(people):
        verify(racer)
        row, text = add_token(session(racer))
        tokens.append(text)
        end = [
            racer.ask("DELETE", f"/account/tokens/{access_token_changes.representation(row)['id']}"),
            racer.reset_password(),
            racer.delete_account(),
        ][number % 3]
        new = racer.ask("POST", "/account/tokens", {"name": "New", "scopes": ["tasks:read"], "expires_in_days": 1})
        rounds.append([end, *[Request("GET", "/tasks", token=text)] * 2, new])
    used, made = 0, 0
    answered = environments.race(rounds)
    for number, (ended, *tried, made_new) in enumerate(answered):
        assert ended.status == 204, ended.text
        assert set(statuses(tried)) <= {200, 401}
        used += statuses(tried).count(200)
        tokens_now = [tokens[number]]
        assert made_new.status in ((201,) if number % 3 == 0 else (201, 401)), made_new.text
        if made_new.status == 201 and number % 3:
            made += 1
            tokens_now.append(made_new.json()["token"])
        after = environments.at_once([Request("GET", "/tasks", token=token) for token in tokens_now])
        assert set(statuses(after)) == {401}
    figure(
        environments.told("a revoked token", f"{used} uses before the end, none after it; {made} ended as they began")
    )


def _rotation(_: Ask) -> list[str]:
    """The scheduled function, in a hurry; the ids of the keys that are published."""
    published = import_module("functions.rotate_keys.app").handler({"rotate": "now"}, Context())["published"]
    return [str(kid) for kid in published]


def _kid(grant: Answer) -> str:
    return str(jwt.get_unverified_header(grant.json()["access_token"])["kid"])


def test_while_keys_rotate_no_token_that_is_issued_is_refused(
    environments: Environments, thorough: bool, figure: Figure
) -> None:
    """Everybody has copies of the keys that are up to a minute old, and not the same ones."""
    environments.begin()
    people, count = racers(environments, 4 if thorough else 1), environments.count
    issued: list[Answer] = []

    def use() -> None:
        nonlocal people
        (answers,) = environments.race([[*(racer.renew() for racer in people), *(racer.sign_in() for racer in people)]])
        assert set(statuses(answers)) == {200}
        people = [racer.in_session(answer) for racer, answer in zip(people, answers, strict=False)]
        issued.extend(answers)
        # Whoever it was issued by, and whatever keys the others know.
        shown = environments.rounds(
            [[Request("GET", "/auth/session", token=_access(each))] * count for each in answers]
        )
        assert {status for each in shown for status in statuses(each)} == {200}

    use()
    rotations = environments.at_once([_rotation, _rotation])
    # The second one had nothing left to do.
    assert rotations[0] == rotations[1]
    for _ in range(15 if thorough else 7):
        environments.advance(30 if thorough else 60)
        use()
    kids = [_kid(each) for each in issued]
    assert set(kids) == set(rotations[0])
    assert kids[0] != kids[-1]
    figure(
        environments.told("refresh and sign-in while keys rotate", f"{len(issued)} tokens of two keys, none refused")
    )


def _access(grant: Answer) -> str:
    return str(grant.json()["access_token"])
