"""Which security events an account's owner is told of by mail (ASVS 6.3.5, 6.3.7).

Changes of what one can sign in with, and what the owner alone can tell from an attack.
"""

from collections.abc import Iterable
from typing import Final

from taskward.identity.event_tables import EventItem
from taskward.mail import outbox

KINDS: Final = frozenset(
    {
        *("password_changed", "password_removed", "password_reset"),
        "email_change_undone",
        *("second_factor_enabled", "second_factor_disabled"),
        *("recovery_code_used", "recovery_codes_renewed"),
        *("passkey_added", "passkey_removed"),
        *("access_token_created", "access_token_revoked"),
        "refresh_token_reused",
    }
)
"""Of a change of the e-mail address the former one is told, by a letter of its own: see `work.link_mails`."""


def is_due(event: EventItem) -> bool:
    """Whether the account's owner is told of an event."""
    is_new_device = event.kind == "signed_in" and event.reason == "new_device"
    # In no session, so at a sign-in: somebody has the password.
    is_half_a_sign_in = event.kind == "code_check_failed" and event.session_id is None
    return event.kind in KINDS or is_new_device or is_half_a_sign_in


def queue(events: Iterable[EventItem]) -> None:
    """Have the worker tell the accounts' owners of those events that they are told of.

    What the events tell of has happened: whether the queue answers is no matter to whoever asked for it.
    """
    for event in events:
        if is_due(event):
            outbox.post_if_possible(
                {
                    "kind": "notice",
                    "user_id": event.pk.partition("#")[2],
                    "event": event.kind,
                    "reason": event.reason,
                    "at": event.created_at,
                    "address": event.address,
                    "user_agent": event.user_agent,
                    "session_id": event.session_id,
                }
            )
