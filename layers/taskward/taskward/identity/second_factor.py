"""The second factor: codes of an authenticator app, and recovery codes for when the app is lost (ASVS 6.5, 6.6).

Each code is accepted once. Wrong ones are limited like passwords, and counted apart from them.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

from pynamodb.exceptions import PutError
from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action
from pynamodb.transactions import TransactWrite

from taskward import clock
from taskward.client import Client
from taskward.errors import SecondFactorOffError, SecondFactorOnError, TaskwardError, WrongCodeError
from taskward.identity import (
    attempts,
    emails,
    encryption,
    events,
    known_addresses,
    reauthentication,
    recovery_codes,
    totp,
    users,
)
from taskward.identity.event_tables import EventItem
from taskward.identity.factor_tables import SECOND_FACTOR, SecondFactorItem
from taskward.identity.step_up import require_recent
from taskward.identity.user_tables import UserItem
from taskward.principal import Principal
from taskward.storage import condition_failed, connection_of, transact_rechecked, user_key

PENDING_SECONDS = 600
"""How long an enrolment waits for its first code."""


def representation(user_id: str) -> dict[str, Any]:
    """What is shown of the second factor to its user."""
    factor = _stored(user_id)
    if factor is None or factor.confirmed_at is None:
        return {"enabled": False, "enabled_at": None, "recovery_codes_left": 0}
    return {
        "enabled": True,
        "enabled_at": clock.rfc3339(int(factor.confirmed_at)),
        "recovery_codes_left": len(factor.recovery_digests or ()),
    }


def begin(principal: Principal) -> dict[str, Any]:
    """A new secret for the user's app, which counts for nothing until `confirm`. An earlier one is forgotten.

    Raises
    ------
    SecondFactorOnError: there is a second factor already.
    """
    require_recent(principal)
    user = users.get(principal.user_id)
    users.require_verified(user)
    if user.second_factor_at is not None:
        raise SecondFactorOnError
    secret, expires_at = totp.new_secret(), clock.epoch() + PENDING_SECONDS
    factor = SecondFactorItem(user.pk, secret=encryption.encrypted(user.user_id, secret), expires_at=expires_at)
    try:
        factor.save(condition=SecondFactorItem.confirmed_at.does_not_exist())
    except PutError as error:
        if condition_failed(error):
            raise SecondFactorOnError from None
        raise
    return {
        "secret": totp.as_text(secret),
        "uri": totp.provisioning_uri(secret, user.email),
        "expires_at": clock.rfc3339(expires_at),
    }


def confirm(principal: Principal, code: str, client: Client) -> list[str]:
    """Turn the second factor on, by a code that shows that the app has the secret; ten recovery codes.

    Raises
    ------
    SecondFactorOffError: no enrolment waits for a code.
    SecondFactorOnError: there is a second factor already.
    WrongCodeError: it is not the code of this moment.
    TooManyAttemptsError: it was wrong too often.
    SessionRevokedError: the session it is asked for in has ended, or the account is gone.
    """
    require_recent(principal)
    user = users.get(principal.user_id)
    codes = recovery_codes.generate()
    told = [events.new("second_factor_enabled", user.user_id, client, principal.session_id)]

    def fill(write: TransactWrite) -> None:
        account = users.signed_in(principal)
        factor = _stored(user.user_id)
        if factor is None or (factor.confirmed_at is None and (factor.expires_at or 0) <= clock.epoch()):
            raise SecondFactorOffError
        if factor.confirmed_at is not None:
            raise SecondFactorOnError
        step = totp.matching_step(_secret(factor), code, clock.epoch())
        if step is None:
            raise WrongCodeError
        actions = [
            SecondFactorItem.confirmed_at.set(clock.epoch()),
            SecondFactorItem.last_step.set(step),
            SecondFactorItem.recovery_digests.set({recovery_codes.digest(code) for code in codes}),
            SecondFactorItem.expires_at.remove(),
        ]
        write.update(factor, actions=actions, condition=_unchanged(factor))
        _change_credential_in(write, account, UserItem.second_factor_at.set(clock.epoch()))
        events.store_in(write, told)

    with limited(user, client, principal):
        transact_rechecked(connection_of(UserItem), fill)
    events.announce(told)
    return codes


def renew_recovery_codes(principal: Principal, client: Client) -> list[str]:
    """Ten new recovery codes; the earlier ones are worthless.

    Raises
    ------
    SecondFactorOffError: there is no second factor.
    SessionRevokedError: the session it is asked for in has ended, or the account is gone.
    """
    require_recent(principal)
    codes = recovery_codes.generate()
    told = [events.new("recovery_codes_renewed", principal.user_id, client, principal.session_id)]

    def fill(write: TransactWrite) -> None:
        account = users.signed_in(principal)
        factor = _confirmed(principal.user_id)
        if factor is None:
            raise SecondFactorOffError
        digests = {recovery_codes.digest(code) for code in codes}
        write.update(factor, actions=[SecondFactorItem.recovery_digests.set(digests)], condition=_unchanged(factor))
        _change_credential_in(write, account)
        events.store_in(write, told)

    transact_rechecked(connection_of(SecondFactorItem), fill)
    events.announce(told)
    return codes


def turn_off(principal: Principal, password: str | None, code: str, client: Client) -> None:
    """Remove the second factor and its recovery codes; it takes the password, if there is one, and a code.

    Raises
    ------
    SecondFactorOffError: there is none.
    WrongPasswordError, WrongCodeError: one of the two is wrong.
    TooManyAttemptsError: it was wrong too often.
    SessionRevokedError: the session it is asked for in has ended, or the account is gone.
    """
    require_recent(principal)
    user = users.get(principal.user_id)
    if user.second_factor_at is None:
        raise SecondFactorOffError
    reauthentication.check_password(user, password, client, principal)
    told = [events.new("second_factor_disabled", user.user_id, client, principal.session_id)]

    def fill(write: TransactWrite) -> None:
        account = users.signed_in(principal)
        factor = _confirmed(user.user_id)
        if factor is None:
            raise SecondFactorOffError
        if not _matches(factor, code):
            raise WrongCodeError
        write.delete(factor, condition=_unchanged(factor))
        _change_credential_in(write, account, UserItem.second_factor_at.remove())
        events.store_in(write, told)

    with limited(user, client, principal):
        transact_rechecked(connection_of(UserItem), fill)
    events.announce(told)


def accept_in(
    write: TransactWrite,
    user_id: str,
    code: str,
    client: Client,
    failure: type[TaskwardError],
    session_id: str | None = None,
) -> list[EventItem]:
    """Use a code up in the transaction that it leads to, and say what to record.

    Raises
    ------
    failure: it is neither a code of about now that was not accepted before, nor a recovery code that is left.
    """
    factor = _confirmed(user_id)
    if factor is None:
        raise failure
    step = _new_step(factor, code)
    if step is not None:
        write.update(factor, actions=[SecondFactorItem.last_step.set(step)], condition=_unchanged(factor))
        return []
    digest = recovery_codes.digest(code)
    if digest not in (factor.recovery_digests or ()):
        raise failure
    write.update(factor, actions=[SecondFactorItem.recovery_digests.delete({digest})], condition=_unchanged(factor))
    return [events.new("recovery_code_used", user_id, client, session_id)]


@contextmanager
def limited(user: UserItem, client: Client, principal: Principal) -> Iterator[None]:
    """Count wrong codes of somebody who is signed in, and record them."""
    is_known = partial(known_addresses.is_known, user.user_id, client)

    with attempts.limited(emails.normalised(user.email), client, WrongCodeError, is_known, guesses_at="code"):
        try:
            yield
        except WrongCodeError:
            events.record(events.new("code_check_failed", user.user_id, client, principal.session_id))
            raise


def _change_credential_in(write: TransactWrite, account: UserItem, *changes: Action) -> None:
    """Note that a credential was changed, if none was since the account was read."""
    actions: list[Action] = [*changes, UserItem.credential_version.add(1)]
    write.update(account, actions=actions, condition=UserItem.credential_version == account.credential_version)


def _matches(factor: SecondFactorItem, code: str) -> bool:
    return _new_step(factor, code) is not None or recovery_codes.digest(code) in (factor.recovery_digests or ())


def _new_step(factor: SecondFactorItem, code: str) -> int | None:
    """The time step of a code, if it is one of about now and later than all that were accepted."""
    if len(totp.without_spaces(code)) != totp.DIGITS:
        return None
    step = totp.matching_step(_secret(factor), code, clock.epoch())
    return step if step is not None and (factor.last_step is None or step > factor.last_step) else None


def _secret(factor: SecondFactorItem) -> bytes:
    return encryption.decrypted(factor.pk.partition("#")[2], factor.secret)


def _unchanged(factor: SecondFactorItem) -> Condition:
    """Nobody has used a code, or set the factor up anew, since it was read."""
    same: Condition = SecondFactorItem.secret == factor.secret
    for attribute, value in (
        (SecondFactorItem.confirmed_at, factor.confirmed_at),
        (SecondFactorItem.last_step, factor.last_step),
        (SecondFactorItem.recovery_digests, factor.recovery_digests),
    ):
        same &= attribute.does_not_exist() if value is None else attribute == value
    return same


def _confirmed(user_id: str) -> SecondFactorItem | None:
    factor = _stored(user_id)
    return None if factor is None or factor.confirmed_at is None else factor


def _stored(user_id: str) -> SecondFactorItem | None:
    try:
        return SecondFactorItem.get(user_key(user_id), SECOND_FACTOR, consistent_read=True)
    except SecondFactorItem.DoesNotExist:
        return None
