"""Personal access tokens: made, listed, revoked by their user, who is signed in. Never by a token itself."""

import uuid
from typing import Any

from pynamodb.transactions import TransactWrite

from taskward import clock
from taskward.client import Client
from taskward.errors import NotFoundError, TooManyAccessTokensError
from taskward.identity import access_tokens, events, users
from taskward.identity.access_token_tables import TOKEN_PREFIX, AccessTokenItem, token_key
from taskward.identity.models import NewAccessToken
from taskward.identity.step_up import require_recent
from taskward.identity.user_tables import UserItem
from taskward.principal import Principal
from taskward.storage import ID_LENGTH, connection_of, transact_rechecked

MAX_PER_USER = 20


def of_user(user_id: str) -> list[AccessTokenItem]:
    """The tokens of a user that are alive, the newest first; one consistent query."""
    now = clock.epoch()
    found = AccessTokenItem.query(user_id, AccessTokenItem.session_id.startswith(TOKEN_PREFIX), consistent_read=True)
    alive = [token for token in found if token.expires_at > now]
    return sorted(alive, key=lambda token: (token.created_at, token.token_id), reverse=True)


def create(principal: Principal, request: NewAccessToken, client: Client) -> tuple[AccessTokenItem, str]:
    """A new token, and its text, which nobody can be shown again.

    Raises
    ------
    ReauthenticationRequiredError: the last authentication is too long ago.
    SessionRevokedError: the session it is asked for in has ended, or the account is gone.
    EmailUnverifiedError: the account's address was not verified.
    TooManyAccessTokensError: there are `MAX_PER_USER` already.
    """
    require_recent(principal)
    made = access_tokens.generate(principal.user_id, str(uuid.uuid4()))
    now = clock.epoch()
    token = AccessTokenItem(
        principal.user_id,
        token_key(made.token_id),
        token_id=made.token_id,
        name=request.name,
        scopes=sorted(set(request.scopes)),
        digest=made.digest,
        created_at=now,
        expires_at=now + request.expires_in_days * 86400,
    )
    told = [events.new("access_token_created", principal.user_id, client, principal.session_id)]

    def fill(write: TransactWrite) -> None:
        user = users.signed_in(principal)
        users.require_verified(user)
        if len(of_user(principal.user_id)) >= MAX_PER_USER:
            raise TooManyAccessTokensError
        last = user.last_access_token
        same = UserItem.last_access_token == last if last else UserItem.last_access_token.does_not_exist()
        # An account that is just being deleted, or taken back by its owner, gets no more tokens.
        unchanged = UserItem.pk.exists() & (UserItem.credential_version == user.credential_version) & same
        write.update(user, actions=[UserItem.last_access_token.set(made.token_id)], condition=unchanged)
        write.save(token)
        events.store_in(write, told)

    transact_rechecked(connection_of(UserItem), fill)
    events.announce(told)
    return token, made.text


def revoke(principal: Principal, token_id: str, client: Client) -> None:
    """Revoke a token; it is refused from the next request on.

    Raises
    ------
    ReauthenticationRequiredError: the last authentication is too long ago.
    NotFoundError: there is none with this id, or not for this user.
    """
    require_recent(principal)
    told = [events.new("access_token_revoked", principal.user_id, client, principal.session_id)]

    def fill(write: TransactWrite) -> None:
        token = _existing(principal.user_id, token_id)
        write.delete(token, condition=AccessTokenItem.digest == token.digest)
        events.store_in(write, told)

    transact_rechecked(connection_of(AccessTokenItem), fill)
    events.announce(told)


def revoke_all_in(write: TransactWrite, user_id: str) -> None:
    """Revoke all tokens of a user together with what is the reason for it; `MAX_PER_USER` actions at most."""
    for token in of_user(user_id):
        write.delete(token)


def representation(token: AccessTokenItem) -> dict[str, Any]:
    """What is shown of a token to its user."""
    return {
        "id": token.token_id,
        "name": token.name,
        "scopes": list(token.scopes),
        "created_at": clock.rfc3339(int(token.created_at)),
        "last_used_at": None if token.last_used_at is None else clock.rfc3339(int(token.last_used_at)),
        "expires_at": clock.rfc3339(int(token.expires_at)),
    }


def _existing(user_id: str, token_id: str) -> AccessTokenItem:
    if len(token_id) > ID_LENGTH:
        raise NotFoundError
    try:
        token = AccessTokenItem.get(user_id, token_key(token_id), consistent_read=True)
    except AccessTokenItem.DoesNotExist:
        raise NotFoundError from None
    if token.expires_at <= clock.epoch():
        raise NotFoundError
    return token
