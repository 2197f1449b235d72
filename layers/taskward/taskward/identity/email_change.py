"""Change of the e-mail address: confirmed at the new one, announced at the old one, with a way back for a week.

The old address is kept for its owner as long as there is a way back, so that nobody else can register it.
"""

from functools import partial

from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action
from pynamodb.transactions import TransactWrite

from taskward import clock
from taskward.client import Client
from taskward.errors import EmailExistsError, FieldError, InvalidLinkError, InvalidRequestError
from taskward.identity import (
    access_token_changes,
    account_changes,
    attempts,
    emails,
    events,
    known_addresses,
    links,
    lookup,
    passkeys,
    password_reset,
    reauthentication,
    sessions,
    users,
)
from taskward.identity.event_tables import EventItem
from taskward.identity.factor_tables import SECOND_FACTOR, SecondFactorItem
from taskward.identity.link_tables import LinkItem
from taskward.identity.models import EmailChange
from taskward.identity.session_tables import SessionItem
from taskward.identity.step_up import require_recent
from taskward.identity.user_tables import ADDRESS, EmailItem, UserItem, email_key
from taskward.mail import outbox
from taskward.principal import Principal
from taskward.storage import connection_of, transact_rechecked

ANNOUNCEMENT_DELAY_SECONDS = 15
"""Longer than the request that makes the change takes: when the worker looks, it was made or never will be."""

SUSPECT_SECONDS = 24 * 3600
"""What was added so shortly before a change of the address goes when that is taken back."""


def request(principal: Principal, change: EmailChange, site: str, client: Client) -> None:
    """Have a link sent to a new address; nothing changes before it is followed.

    Whether the address has an account is told to its own mailbox alone.

    Raises
    ------
    EmailDisabledError: this deployment sends no mail.
    ReauthenticationRequiredError: the last authentication is too long ago.
    SessionRevokedError: the session it is asked for in has ended, or the account is gone.
    InvalidRequestError: it is no e-mail address, or the account's own.
    WrongPasswordError: the password is wrong.
    TooManyAttemptsError: it was wrong too often, or there were too many mails.
    """
    outbox.require()
    require_recent(principal)
    user = users.signed_in(principal)
    wanted, own = emails.normalised(change.email), emails.normalised(user.email)
    if wanted == own:
        raise InvalidRequestError(errors=[FieldError("email", "It is the address of this account already.")])
    reauthentication.check_password(user, change.password, client, principal)
    # Both: nobody is flooded by many, nor are many by one.
    is_known = partial(known_addresses.is_known, user.user_id, client)
    with attempts.counted_mail(own, client, is_known), attempts.counted_mail(wanted, client):
        # With the version that the password was verified at: until the worker comes to it, the owner may have reset it.
        wanted_link = {"kind": "address_change", "user_id": user.user_id, "email": change.email}
        outbox.post({**wanted_link, "credential_version": int(user.credential_version), "site": site})
    events.record(events.new("email_change_requested", user.user_id, client, principal.session_id))


def link(user_id: str, email: str, credential_version: int) -> str | None:
    """The token of a link that confirms a new address; None when somebody has the address. For the worker.

    Raises
    ------
    InvalidLinkError: the account is gone, or its credentials changed since the link was asked for.
    """
    user = lookup.stored_user(user_id)
    if user is None or user.credential_version != credential_version:
        raise InvalidLinkError
    if not _is_free(_stored(email), user_id):
        return None
    return links.store(user, "address_change", email)


def confirm(token: str, site: str, client: Client) -> None:
    """Give the account the address that the link was sent to.

    Raises
    ------
    InvalidLinkError: it was used, is over, or the account's credentials changed since.
    EmailExistsError: somebody else has taken the address meanwhile.
    """
    link = links.found(token, "address_change")
    user = lookup.stored_user(link.user_id)
    if user is None or user.credential_version != link.credential_version:
        raise InvalidLinkError
    told = [events.new("email_changed", user.user_id, client)]
    kept_until = clock.epoch() + links.LIFETIME_SECONDS["address_undo"] if _has_way_back(user, link.email) else None
    _announce(user, site, way_back=kept_until is not None)

    def fill(write: TransactWrite) -> None:
        link = links.found(token, "address_change")
        user = links.use_in(write, link, lookup.stored_user(link.user_id))
        taken = _stored(link.email)
        if taken and not _is_free(taken, user.user_id):
            # Their own already: the link was used while we looked.
            raise InvalidLinkError if taken.user_id == user.user_id else EmailExistsError
        new = EmailItem(email_key(emails.normalised(link.email)), user_id=user.user_id)
        write.save(new, condition=_unchanged(taken))
        # While there is a way back from before, no address is let go of on the way: it may be where that leads.
        _give_up_in(write, user, kept_until or max(_ways_back(user).values(), default=None))
        _move_in(write, user, link.email, kept_until)
        events.store_in(write, told)

    transact_rechecked(connection_of(UserItem), fill)
    events.announce(told)


def _has_way_back(user: UserItem, wanted: str) -> bool:
    """Whether a change away from the present address can be taken back.

    Not to one that was never verified: it may be a stranger's, by a slip of the hand. Nor when the change itself goes
    back to a former address: who could take that back is who was to be got rid of.
    """
    former = _stored(wanted)
    returns = former is not None and former.user_id == user.user_id and former.expires_at is not None
    return user.email_verified_at is not None and not returns


def _announce(user: UserItem, site: str, *, way_back: bool) -> None:
    """Have the former address told of a change that is about to be made.

    Queued first, so that it is told whatever fails afterwards; the worker looks whether it came to it.
    """
    version = int(user.credential_version)
    announcement = _announcement(user.user_id, user.email, version, site, way_back=way_back)
    outbox.post(announcement, delay_seconds=ANNOUNCEMENT_DELAY_SECONDS)


def _announcement(
    user_id: str, email: str, credential_version: int, site: str, *, way_back: bool
) -> dict[str, str | int | bool]:
    return {
        "kind": "address_changed",
        "user_id": user_id,
        "email": email,
        "changed_at": clock.epoch(),
        "credential_version": credential_version,
        "way_back": way_back,
        "site": site,
    }


def has_left(user_id: str, email: str) -> bool:
    """Whether an account has another address than it had. For the worker."""
    user = lookup.stored_user(user_id)
    return user is not None and user.email != email


def undo_link(user_id: str, email: str, changed_at: int, credential_version: int) -> str | None:
    """The token of the way back to an address of before; None when there is nothing to go back from. For the worker.

    Parameters
    ----------
    changed_at: when the address was to be changed, in whole seconds since 1970.
    credential_version: of the account before that.
    """
    user = lookup.stored_user(user_id)
    if user is None or user.email == email or str(credential_version) not in _ways_back(user):
        return None
    return links.store(user, "address_undo", email, changed_at, credential_version)


def undo(token: str, site: str, client: Client) -> None:
    """Give the account its address of before back. For an owner whose account somebody else has taken over.

    Nothing that the other has, or may have, is a way in any more: the password goes, and so do all sessions, all access
    tokens, and what passkeys and second factor were added since the change, or within `SUSPECT_SECONDS` before it:
    whoever takes an account over makes ways in first. A link for a new password is sent.

    Raises
    ------
    InvalidLinkError: it was used, is over, or an earlier change of the address was taken back.
    """
    link = links.found(token, "address_undo")
    left: list[str] = []

    def restore(
        write: TransactWrite, user: UserItem, unchanged: Condition, alive: list[SessionItem]
    ) -> list[EventItem]:
        left.clear()
        link = links.found(token, "address_undo")
        links.use_in(write, link, user)
        kept = _stored(link.email)
        if str(link.credential_version) not in _ways_back(user) or kept is None or kept.user_id != user.user_id:
            raise InvalidLinkError
        # It may be the present one again, by another change: what was done meanwhile is taken back all the same.
        if kept.expires_at is not None:
            write.update(kept, actions=[EmailItem.expires_at.remove()], condition=EmailItem.user_id == user.user_id)
            _give_up_in(write, user, max(_before(user, link).values(), default=None))
            left.append(user.email)
        _move_back_in(write, user, unchanged, link)
        sessions.end_in(write, alive)
        access_token_changes.revoke_all_in(write, user.user_id)
        return [
            events.new("email_change_undone", user.user_id, client),
            *sessions.ends(alive, client, "email_change_undone"),
        ]

    try:
        # Whoever has taken the account over may go on changing it, and must not hold its owner up by that.
        account_changes.commit_anyway(link.user_id, restore)
    except account_changes.CredentialChangedError:
        raise InvalidLinkError from None
    outbox.post_if_possible(password_reset.message(emails.normalised(link.email), site, client))
    for email in left:
        outbox.post_if_possible(_announcement(link.user_id, email, 0, site, way_back=False))


def _give_up_in(write: TransactWrite, user: UserItem, kept_until: int | None) -> None:
    """The former address: kept for its owner until a time, or free at once."""
    old, own = EmailItem(email_key(emails.normalised(user.email)), ADDRESS), EmailItem.user_id == user.user_id
    if kept_until is None:
        write.delete(old, condition=own)
    else:
        write.update(old, actions=[EmailItem.expires_at.set(kept_until)], condition=own)


def _move_in(write: TransactWrite, user: UserItem, email: str, undone_until: int | None) -> None:
    changes: list[Action] = [
        UserItem.email.set(email),
        UserItem.email_verified_at.set(clock.epoch()),
        UserItem.email_bounced_at.remove(),
        UserItem.credential_version.add(1),
    ]
    if undone_until is not None:
        changes.append(UserItem.ways_back.set(_ways_back(user) | {str(user.credential_version): undone_until}))
    write.update(user, actions=changes, condition=UserItem.credential_version == user.credential_version)


def _move_back_in(write: TransactWrite, user: UserItem, unchanged: Condition, link: LinkItem) -> None:
    """The account with its address of before, and without any credential that was added since, or in the day before."""
    since = link.created_at - SUSPECT_SECONDS
    owned = passkeys.of_user(user.user_id)
    added = [passkey for passkey in owned if passkey.created_at >= since]
    for passkey in added:
        write.delete(passkey)
    changes: list[Action] = [
        UserItem.email.set(link.email),
        UserItem.email_verified_at.set(clock.epoch()),
        UserItem.email_bounced_at.remove(),
        UserItem.ways_back.set(_before(user, link)),
        UserItem.password_hash.remove(),
        UserItem.passkeys.set(len(owned) - len(added)),
        UserItem.credential_version.add(1),
    ]
    if user.second_factor_at is not None and user.second_factor_at >= since:
        write.delete(SecondFactorItem(user.pk, SECOND_FACTOR))
        changes.append(UserItem.second_factor_at.remove())
    write.update(user, actions=changes, condition=unchanged)


def _before(user: UserItem, link: LinkItem) -> dict[str, int]:
    """The ways back from before the change that a link takes back."""
    return {version: until for version, until in _ways_back(user).items() if int(version) < link.credential_version}


def _ways_back(user: UserItem) -> dict[str, int]:
    """The changes of the address that can be taken back, by the credential's version before; until when each can.

    To take one back takes back all later ones: or else whoever took the account over could take it back in turn. The
    earlier ones stay: whoever took it over, and changed the address twice, cannot use up its owner's way back.
    """
    if user.ways_back is None:
        return {}
    known: dict[str, int] = user.ways_back.as_dict()  # type: ignore[no-untyped-call]
    return {version: until for version, until in known.items() if until > clock.epoch()}


def _stored(email: str) -> EmailItem | None:
    try:
        return EmailItem.get(email_key(emails.normalised(email)), ADDRESS, consistent_read=True)
    except EmailItem.DoesNotExist:
        return None


def _is_free(item: EmailItem | None, user_id: str) -> bool:
    """Whether a user may have an address: nobody has it, or it was given up by them, or long enough ago."""
    if item is None:
        return True
    return item.expires_at is not None and (item.user_id == user_id or item.expires_at <= clock.epoch())


def _unchanged(item: EmailItem | None) -> Condition:
    if item is None:
        return EmailItem.pk.does_not_exist()
    same: Condition = (EmailItem.user_id == item.user_id) & (EmailItem.expires_at == item.expires_at)
    return same
