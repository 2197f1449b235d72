"""Races of sign-ins, whole requests at DynamoDB Local: none gets in by what was changed meanwhile, and of guesses made
at once no more are looked at than of guesses made one after the other."""

from dataclasses import replace

from taskward.identity import attempts
from taskward.identity.attempt_tables import AttemptsItem
from taskward.identity.user_tables import PROFILE, UserItem
from taskward.storage import user_key
from tests.support.environment import SETTINGS, Request
from tests.support.environments import Environments
from tests.support.figures import Figure
from tests.support.people import PASSWORD
from tests.support.racers import (
    NEW_PASSWORD,
    Racer,
    alive,
    codes,
    granted,
    new_address,
    new_email,
    racers,
    session,
    statuses,
    uses,
    verify,
)
from tests.support.second_factors import begun

FREE = 5
OF_ACCOUNT = int(SETTINGS["ACCOUNT_ATTEMPTS"])
OF_NETWORK = 25
WRONG = "a wrong password"


def test_no_sign_in_with_an_old_password_outlasts_its_end(
    environments: Environments, thorough: bool, figure: Figure
) -> None:
    """By a change, by a reset, or with the account."""
    environments.begin()
    ends, rounds = (Racer.change_password, Racer.reset_password, Racer.delete_account), []
    people = racers(environments, len(ends) * (20 if thorough else 1))
    for number, racer in enumerate(people):
        # An end takes longer than a sign-in.
        late = environments.random.uniform(0, 0.03)
        rounds.append(
            [
                ends[number % 3](racer),
                *[replace(racer.sign_in(), after=late) for _ in range(environments.count - 2)],
                replace(racer.sign_in(NEW_PASSWORD), after=2 * late),
            ]
        )
    answered = environments.race(rounds)
    met, old_ones = 0, []
    for number, (racer, (end, *old, new)) in enumerate(zip(people, answered, strict=True)):
        assert end.status == 204, end.text
        assert set(statuses([*old, new])) <= {200, 401}
        assert codes([*old, new]) <= {"invalid_credentials"}
        met += bool(granted(old))
        old_ones.append(uses(old, racer.address))
        stays = {racer.session_id} if number % 3 == 0 else set()
        assert alive(racer) == stays | {answer.json()["session_id"] for answer in granted([new])}
        assert number % 3 != 2 or new.status == 401
    for answers in environments.rounds(old_ones):
        assert set(statuses(answers)) <= {401}
    later = environments.rounds([[racer.sign_in(), racer.sign_in(NEW_PASSWORD)] for racer in people])
    assert [statuses(answers) for answers in later] == [[401, 200], [401, 200], [401, 401]] * (len(people) // 3)
    for racer in people[2::3]:
        assert UserItem.count(user_key(racer.user_id), UserItem.sk == PROFILE, consistent_read=True) == 0
    figure(
        environments.told(
            "sign-in against the end of a password",
            f"in {met} a sign-in came first, and none of {sum(map(len, old_ones))} uses of what it gave after the end",
        )
    )


def test_whoever_signs_in_once_the_second_factor_is_on_needs_a_code(
    environments: Environments, thorough: bool, figure: Figure
) -> None:
    environments.begin()
    people = racers(environments, 30 if thorough else 2)
    rounds = []
    for racer in people:
        verify(racer)
        app = begun(session(racer))
        late = environments.random.uniform(0, 0.03)
        sign_ins = [replace(racer.sign_in(), after=late) for _ in range(environments.count - 1)]
        rounds.append([racer.ask("POST", "/account/second-factor/confirm", {"code": app.code()}), *sign_ins])
    seen: list[int] = []
    for racer, (on, *others) in zip(people, environments.race(rounds), strict=True):
        assert on.status == 200, on.text
        # One that had verified the password by then is refused; to come again is to be asked for a code.
        assert set(statuses(others)) <= {200, 202, 401}
        assert codes(others) <= {"invalid_credentials"}
        assert alive(racer) == {racer.session_id} | {answer.json()["session_id"] for answer in granted(others)}
        seen += statuses(others)
    assert set(statuses(environments.at_once([racer.sign_in() for racer in people]))) == {202}
    told = f"{seen.count(200)} sign-ins before, {seen.count(202)} after, {seen.count(401)} refused between"
    figure(environments.told("sign-in against a second factor", told))


def _counted(email: str, address: str) -> tuple[int, int, int]:
    """Failures of account and network, of the account, and of the network."""
    rows = {
        (row.pk, row.sk): int(row.failures)
        for key in (attempts._of_account(email), f"ATTEMPT#NETWORK#{address}")
        for row in AttemptsItem.query(key, consistent_read=True)
    }
    account_key = attempts._of_account(email)
    return (
        rows.get((account_key, f"NETWORK#{address}"), 0),
        rows.get((account_key, "EVERYWHERE"), 0),
        rows.get((f"ATTEMPT#NETWORK#{address}", "ACCOUNTS"), 0),
    )


def _guess(email: str, address: str, password: str = WRONG) -> Request:
    return Request("POST", "/auth/login", {"email": email, "password": password}, source_ip=address)


def test_guesses_at_once_are_no_more_than_guesses_one_after_the_other(
    environments: Environments, thorough: bool, figure: Figure
) -> None:
    """At accounts that there are, and at accounts that there are not, from one network each."""
    environments.begin()
    emails = [racer.email for racer in racers(environments, 6 if thorough else 1)]
    emails += [new_email() for _ in emails]
    networks = [new_address() for _ in emails]
    rounds = [[_guess(email, network)] * 16 for email, network in zip(emails, networks, strict=True)]
    for email, network, answers in zip(emails, networks, environments.race(rounds), strict=True):
        assert sorted(statuses(answers)) == [*[401] * FREE, *[429] * (16 - FREE)]
        assert codes(answers) == {"invalid_credentials", "too_many_attempts"}
        # Clocks differ by up to a second.
        assert all(1 <= int(each.header("retry-after") or 0) <= 61 for each in answers if each.status == 429)
        assert _counted(email, network) == (FREE, FREE, FREE)
    figure(environments.told("guesses", f"{FREE} looked at of 16 in each"))


def test_the_right_password_among_guesses_gets_in_or_waits_and_is_never_lost(
    environments: Environments, thorough: bool, figure: Figure
) -> None:
    environments.begin()
    people, rounds = racers(environments, 30 if thorough else 2), []
    for racer in people:
        order = [racer.sign_in(WRONG, racer.address)] * 11
        order.insert(environments.random.randrange(6), racer.sign_in(address=racer.address))
        rounds.append(order)
    let_in = 0
    for racer, requests, answers in zip(people, rounds, environments.race(rounds), strict=True):
        own = next(each for each, asked in zip(answers, requests, strict=True) if asked.body["password"] == PASSWORD)
        looked_at = statuses(answers).count(401)
        assert set(statuses(answers)) <= {200, 401, 429}
        assert own.status in (200, 429)
        let_in += own.status == 200
        # Who gets in has the guesses before forgotten; the one that got in was no guess.
        assert looked_at <= (2 * FREE - 1 if own.status == 200 else FREE)
        free, everywhere, network = _counted(racer.email, racer.address)
        assert everywhere == network == looked_at
        assert free <= FREE
        assert free == looked_at or own.status == 200
    environments.advance(61)
    later = environments.at_once([racer.sign_in(address=racer.address) for racer in people])
    assert set(statuses(later)) == {200}
    assert {_counted(racer.email, racer.address)[0] for racer in people} == {0}
    figure(environments.told("the right password among guesses", f"{let_in} let in at once, the others after the wait"))


def test_guesses_from_everywhere_and_guesses_everywhere_are_limited_however_many_come_at_once(
    environments: Environments, thorough: bool, figure: Figure
) -> None:
    environments.begin()
    times = 3 if thorough else 1
    people = racers(environments, times)
    from_everywhere = [[_guess(racer.email, new_address()) for _ in range(OF_ACCOUNT + 10)] for racer in people]
    networks = [new_address() for _ in range(times)]
    everywhere = [[_guess(new_email(), network) for _ in range(OF_NETWORK + 10)] for network in networks]
    answered = environments.race([*from_everywhere, *everywhere])
    for racer, answers in zip(people, answered[:times], strict=True):
        assert sorted(statuses(answers)) == [*[401] * OF_ACCOUNT, *[429] * 10]
        assert _counted(racer.email, racer.address) == (0, OF_ACCOUNT, 0)
    for network, answers in zip(networks, answered[times:], strict=True):
        assert sorted(statuses(answers)) == [*[401] * OF_NETWORK, *[429] * 10]
        assert _counted("", network) == (0, 0, OF_NETWORK)
    # Strangers keep nobody out who signed in from there before.
    known = environments.rounds([[racer.sign_in(address=racer.address), racer.sign_in()] for racer in people])
    assert [statuses(answers) for answers in known] == [[200, 429]] * times
    figure(environments.told("guesses from and at everywhere", f"{OF_ACCOUNT} and {OF_NETWORK} looked at"))
