"""Attempts: how often one may fail before one has to wait (ASVS 6.3.1, 6.1.1).

Failures are counted for an account from one network, for an account from everywhere, and for a network. An attempt is
entered as a failure before the password is looked at, and taken back when it was none: of any number of attempts made
at once, no more come through than one after the other would.

An account is named by its e-mail address, whether or not there is one, so that both do the same work.
"""

import hashlib
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from ipaddress import IPv6Address, IPv6Network, ip_address
from typing import Literal

from pynamodb.exceptions import PynamoDBException, UpdateError
from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action

from taskward import clock, settings
from taskward.client import Client
from taskward.errors import TaskwardError, TooManyAttemptsError, UnavailableError
from taskward.identity.attempt_tables import AttemptsItem
from taskward.remote import nothing_was_done
from taskward.storage import CONFLICT_ATTEMPTS, back_off, condition_failed
from taskward.telemetry import logger, security_event

WINDOW_SECONDS = 24 * 60 * 60
"""How long after the first of them failures are forgotten."""

_IPV6_PREFIX = 64

MAILS_AT_ONCE = 3
"""How many mails may be asked for in a row to one address from one network; then there is a wait that doubles."""

MAILS_A_DAY = 20
"""How many mails may be asked for in a day to one address, but from networks that it was signed in from before."""

_MAIL_WAIT_SECONDS = 60

_PENDING_SECONDS = 2
"""For how long an attempt that may lead to a wait keeps others out while it is not known how it ends."""


def network_of(address: str) -> str:
    """Whose address it is: an IPv4 address, or the /64 that one IPv6 subscriber has at least (RFC 6177)."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return "unknown"
    if not isinstance(parsed, IPv6Address):
        return str(parsed)
    if parsed.ipv4_mapped:
        return str(parsed.ipv4_mapped)
    return str(IPv6Network((int(parsed), _IPV6_PREFIX), strict=False))


@dataclass(frozen=True)
class _Counter:
    """Where failures are counted, how many are free, and whether clients that succeeded before may go on anyway.

    `first_wait` is in seconds; None for the one that the settings have.
    """

    pk: str
    sk: str
    free: int
    first_wait: int | None = None
    spares_known: bool = False
    closes: bool = False
    """Nobody is let in when the free ones are used up, until they are forgotten; else waits that double."""

    def opens_at(self, failures: int, now: int, expires_at: int) -> int:
        """When the next attempt after so many failures is let in."""
        if self.closes:
            return expires_at
        doubled: int = (self.first_wait or settings.attempt_wait_seconds()) << (failures - self.free)
        return now + min(doubled, settings.attempt_max_wait_seconds())


@dataclass(frozen=True)
class _Reservation:
    """An attempt as it was entered into one counter; `attempt_id` if it keeps others out while it is undecided."""

    counter: _Counter
    failures: int
    expires_at: int
    attempt_id: str | None


@contextmanager
def limited(
    account: str,
    client: Client,
    failure: type[TaskwardError],
    is_known: Callable[[], bool] | None = None,
    *,
    guesses_at: Literal["password", "code"] = "password",
) -> Iterator[None]:
    """Count what happens inside as a failure when it raises `failure`.

    Success clears the counter of account and network; anything else that is raised counts as neither.

    Parameters
    ----------
    account: its e-mail address in normal form.
    is_known: whether the client succeeded with this account before; asked when the account's or the network's counter
        refuses, which both spare such clients: nobody is locked out by what others do. None for attempts that are no
        guesses at a password: they do not count against the account.
    guesses_at: what is counted by itself. Who has the password must not win free guesses at the code with it.

    Raises
    ------
    TooManyAttemptsError: it is too early for another attempt; nothing was counted and nothing done.
    """
    is_known = cache(is_known) if is_known else None
    prefix = "CODES#" if guesses_at == "code" else ""
    reservations = _reserved(_counters(account, client, prefix, guess=is_known is not None), client, is_known)
    try:
        yield
    except failure:
        _settle(reservations)
        raise
    except BaseException:
        _take_back(reservations)
        raise
    own, *shared = reservations
    _clear(own)
    _take_back(shared)


def count_refused(what: Literal["REFRESHES", "PASSKEYS"], client: Client) -> None:
    """Count what was refused though no guess leads there, by network; costs nothing while nothing is refused.

    Raises
    ------
    TooManyAttemptsError: there were too many; to be answered in place of the refusal.
    """
    outcome = _reserve(_Counter(_of_network(client), what, settings.network_attempts()))
    if isinstance(outcome, int):
        raise _refusal(client, outcome)
    _settle([outcome])


@contextmanager
def counted_mail(account: str, client: Client, is_known: Callable[[], bool] | None = None) -> Iterator[None]:
    """Count a mail that is asked for inside, each as if it were a failure: nobody's mailbox is flooded through us.

    Unless it is certain that none was sent. As `limited`, and refuses after `MAILS_A_DAY`; `is_known` is None for mail
    to an address that is not the account's own.
    """
    own = f"MAILS#NETWORK#{network_of(client.address)}"
    counters = [
        _Counter(_of_account(account), own, MAILS_AT_ONCE, first_wait=_MAIL_WAIT_SECONDS),
        _Counter(_of_account(account), "MAILS#EVERYWHERE", MAILS_A_DAY, spares_known=True, closes=True),
        _Counter(_of_network(client), "MAILS", settings.network_attempts(), spares_known=True),
    ]
    reservations = _reserved(counters, client, cache(is_known) if is_known else None)
    try:
        yield
    except BaseException as error:
        (_take_back if nothing_was_done(error) else _settle)(reservations)
        raise
    _settle(reservations)


def is_among_first(account: str, what: str, most: int) -> bool:
    """Count something that happened to an account, and whether there were no more than `most` in a day."""
    outcome = _reserve(_Counter(_of_account(account), what, most + 1, closes=True))
    if isinstance(outcome, int):
        return False
    _settle([outcome])
    return outcome.failures <= most


def _counters(account: str, client: Client, prefix: str, *, guess: bool) -> list[_Counter]:
    of_account = _of_account(account)
    everywhere = f"{prefix}EVERYWHERE"
    from_everywhere = _Counter(of_account, everywhere, settings.account_attempts(), spares_known=True, closes=True)
    return [
        _Counter(of_account, f"{prefix}NETWORK#{network_of(client.address)}", settings.attempts()),
        *([from_everywhere] if guess else []),
        _Counter(_of_network(client), "ACCOUNTS", settings.network_attempts(), spares_known=True),
    ]


def _of_account(account: str) -> str:
    return f"ATTEMPT#ACCOUNT#{hashlib.sha256(account.encode(errors='surrogatepass')).hexdigest()}"


def _of_network(client: Client) -> str:
    return f"ATTEMPT#NETWORK#{network_of(client.address)}"


def _reserved(counters: list[_Counter], client: Client, is_known: Callable[[], bool] | None) -> list[_Reservation]:
    """The attempt entered into all counters, or into none."""
    reservations: list[_Reservation] = []
    waits: list[int] = []
    try:
        for counter in counters:
            # After a refusal the rest is only asked, so that the wait told is the longest of all.
            outcome = _wait_left(counter) if waits else _reserve(counter)
            if isinstance(outcome, _Reservation):
                reservations.append(outcome)
            elif outcome and not (counter.spares_known and is_known and is_known()):
                waits.append(outcome)
    except BaseException:
        _take_back(reservations)
        raise
    if waits:
        _take_back(reservations)
        raise _refusal(client, max(waits))
    return reservations


def _refusal(client: Client, wait: int) -> TooManyAttemptsError:
    security_event("AttemptsLimited", address=client.address, wait=wait)
    return TooManyAttemptsError(retry_after=wait)


def _reserve(counter: _Counter) -> _Reservation | int:
    """Enter one attempt as a failure; or the seconds to wait until one is let in."""
    attempt_id = uuid.uuid4().hex
    for attempt in range(CONFLICT_ATTEMPTS):
        now = clock.epoch()
        reservation = _reserve_free(counter, now)
        if reservation:
            return reservation
        known = _stored(counter)
        if known is None:
            continue
        if known.attempt_id == attempt_id:
            # The client library repeated a write whose answer was lost, and its condition held no more.
            return _Reservation(counter, int(known.failures), int(known.expires_at), attempt_id)
        if known.expires_at > now and (known.open_at or 0) > now:
            return int(known.open_at) - now
        reservation = _reserve_next(counter, known, now, attempt_id)
        if reservation:
            return reservation
        back_off(attempt)
    raise UnavailableError


def _reserve_free(counter: _Counter, now: int) -> _Reservation | None:
    """Enter an attempt that no wait follows: one write, no read. None when there is more to think about."""
    item = AttemptsItem(counter.pk, counter.sk)
    actions = [
        AttemptsItem.failures.add(1),
        AttemptsItem.expires_at.set(AttemptsItem.expires_at | (now + WINDOW_SECONDS)),
    ]
    not_the_last = (AttemptsItem.expires_at > now) & (AttemptsItem.failures < counter.free - 1)
    if not _updated(item, actions, AttemptsItem.pk.does_not_exist() | not_the_last):
        return None
    return _Reservation(counter, int(item.failures), int(item.expires_at), None)


def _reserve_next(counter: _Counter, known: AttemptsItem, now: int, attempt_id: str) -> _Reservation | None:
    """Enter an attempt after `known` failures; None when somebody else was quicker."""
    forgotten = known.expires_at <= now
    failures = 1 if forgotten else int(known.failures) + 1
    expires_at = now + WINDOW_SECONDS if forgotten else int(known.expires_at)
    open_at = now + _PENDING_SECONDS if failures >= counter.free else None
    actions = [AttemptsItem.failures.set(failures), AttemptsItem.expires_at.set(expires_at)]
    if open_at is None:
        actions += [AttemptsItem.open_at.remove(), AttemptsItem.attempt_id.remove()]
    else:
        actions += [AttemptsItem.open_at.set(open_at), AttemptsItem.attempt_id.set(attempt_id)]
    opening = AttemptsItem.open_at.does_not_exist() if known.open_at is None else AttemptsItem.open_at == known.open_at
    unchanged = (AttemptsItem.failures == known.failures) & (AttemptsItem.expires_at == known.expires_at) & opening
    if not _updated(AttemptsItem(counter.pk, counter.sk), actions, unchanged):
        return None
    return _Reservation(counter, failures, expires_at, attempt_id if open_at else None)


def _settle(reservations: list[_Reservation]) -> None:
    """Make those attempts that were failures after all keep others out for as long as they should."""
    now, fault = clock.epoch(), None
    for reservation in reservations:
        if reservation.attempt_id is None:
            continue
        opens_at = reservation.counter.opens_at(reservation.failures, now, reservation.expires_at)
        try:
            _updated(_item_of(reservation), [AttemptsItem.open_at.set(opens_at)], _is_undecided(reservation))
        except PynamoDBException as error:
            # The others count all the same.
            fault = error
    if fault is not None:
        raise fault


def _wait_left(counter: _Counter) -> int:
    known, now = _stored(counter), clock.epoch()
    if known is None or known.expires_at <= now:
        return 0
    return max(0, int(known.open_at or 0) - now)


def _take_back(reservations: list[_Reservation]) -> None:
    """Undo attempts that turned out to be no failures. If that fails, one too many stands: no reason to fail."""
    for reservation in reservations:
        one_less = [AttemptsItem.failures.add(-1)]
        try:
            if reservation.attempt_id is not None and _updated(
                _item_of(reservation),
                [*one_less, AttemptsItem.open_at.remove(), AttemptsItem.attempt_id.remove()],
                _is_undecided(reservation),
            ):
                continue
            still_counted = (AttemptsItem.expires_at == reservation.expires_at) & (AttemptsItem.failures > 0)
            _updated(_item_of(reservation), one_less, still_counted)
        except PynamoDBException:
            logger.warning("an attempt could not be taken back", exc_info=True)


def _clear(reservation: _Reservation) -> None:
    try:
        _item_of(reservation).delete()
    except PynamoDBException:
        logger.warning("a counter of attempts could not be cleared", exc_info=True)


def _stored(counter: _Counter) -> AttemptsItem | None:
    try:
        return AttemptsItem.get(counter.pk, counter.sk, consistent_read=True)
    except AttemptsItem.DoesNotExist:
        return None


def _item_of(reservation: _Reservation) -> AttemptsItem:
    return AttemptsItem(reservation.counter.pk, reservation.counter.sk)


def _is_undecided(reservation: _Reservation) -> Condition:
    """Whether it is this attempt that keeps others out."""
    undecided: Condition = AttemptsItem.attempt_id == reservation.attempt_id
    return undecided


def _updated(item: AttemptsItem, actions: Sequence[Action], condition: Condition) -> bool:
    """Whether the condition held, and the update was made."""
    try:
        item.update(actions=list(actions), condition=condition)
    except UpdateError as error:
        if not condition_failed(error):
            raise
        return False
    return True
