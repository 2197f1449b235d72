"""The start of a session, however somebody proved who they are: the last step of every sign-in."""

from collections.abc import Callable, Sequence

from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action
from pynamodb.transactions import TransactWrite

from taskward.client import Client
from taskward.identity import account_changes, events, known_addresses, sessions
from taskward.identity.event_tables import EventItem
from taskward.identity.session_tables import SessionItem
from taskward.identity.user_tables import UserItem

Proof = Callable[[TransactWrite], list[EventItem]]
"""Adds what uses a proof up, so that it counts once, and says what to record; raises when it does not hold (any more).

Called anew when the transaction collided: it reads what it depends on each time.
"""


SignedIn = tuple[UserItem, SessionItem]
"""Who has signed in, and the session that was started for them; for those who only pass them on."""


def start(user: UserItem, client: Client, *, proof: Proof | None = None, changes: Sequence[Action] = ()) -> SessionItem:
    """Store a new session, if the account still has the credential that was just verified.

    Sessions beyond the limit end in the same step.

    Parameters
    ----------
    proof: what is used up by this sign-in, when it is not the password alone.
    changes: of the account, made in the same step.

    Raises
    ------
    CredentialChangedError: the account was changed or deleted meanwhile.
    """
    session = sessions.new(user.user_id, client)
    device = known_addresses.device(user.user_id, client)

    def begin(write: TransactWrite, user: UserItem, unchanged: Condition, alive: list[SessionItem]) -> list[EventItem]:
        told = proof(write) if proof else []
        write.update(user, actions=[UserItem.sign_ins.add(1), *changes], condition=unchanged)
        write.save(session)
        known_addresses.remember_in(write, device)
        surplus = sessions.surplus(alive)
        sessions.end_in(write, surplus)
        return [
            *told,
            events.new("signed_in", user.user_id, client, session.session_id, "new_device" if device.is_new else None),
            *sessions.ends(surplus, client, "too_many_sessions"),
        ]

    account_changes.commit(user, begin)
    return session
