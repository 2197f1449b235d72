"""The letters: what each mail says, once, as plain text and as HTML with the same words.

Nothing stands in a letter that somebody else could have chosen, such as a display name or what a program calls itself:
it would be their message in our envelope. The HTML has no image, no style sheet and nothing to load.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape
from typing import Final

from taskward.mail.programs import described

_HINT: Final = (
    "If this was not you: sign in, change the password, end the other sessions, and remove passkeys and personal "
    "access tokens that are not yours. If you cannot sign in any more, have the password reset first."
)
_CLOSING: Final = "Taskward sends this by itself. Nobody reads an answer to it."
_UNASKED: Final = "If you did not ask for this, you need do nothing."

NOTICES: Final = {
    "password_changed": (
        "Your password was changed",
        "The password of your Taskward account was changed.",
    ),
    "password_removed": (
        "Your password was removed",
        "The password of your Taskward account was removed. It is not a way to sign in any more.",
    ),
    "password_reset": (
        "Your password was reset",
        "The password of your Taskward account was reset, by a link that was sent to this address.",
    ),
    "email_change_undone": (
        "The change of your e-mail address was undone",
        "The e-mail address of your Taskward account is this one again.",
    ),
    "second_factor_enabled": (
        "The second factor was turned on",
        "To sign in to your Taskward account by password, a code of an authenticator app is now needed too.",
    ),
    "second_factor_disabled": (
        "The second factor was turned off",
        "To sign in to your Taskward account by password, no code is needed any more.",
    ),
    "recovery_code_used": (
        "A recovery code was used",
        "A recovery code was used at your Taskward account, in place of a code of the authenticator app.",
    ),
    "recovery_codes_renewed": (
        "Your recovery codes were renewed",
        "There are new recovery codes for your Taskward account. Those there were before do not work any more.",
    ),
    "passkey_added": (
        "A passkey was added",
        "A passkey was added to your Taskward account. It can be used to sign in.",
    ),
    "passkey_removed": (
        "A passkey was removed",
        "A passkey was removed from your Taskward account. It cannot be used to sign in any more.",
    ),
    "access_token_created": (
        "A personal access token was created",
        "A personal access token was created. Programs that have it can work on the tasks of your Taskward account.",
    ),
    "access_token_revoked": (
        "A personal access token was revoked",
        "A personal access token of your Taskward account was revoked. It does not work any more.",
    ),
    "signed_in": (
        "Somebody signed in from a new device",
        "Somebody signed in to your Taskward account, from a network or with a program that was not used before.",
    ),
    "code_check_failed": (
        "Somebody has your password",
        "Somebody gave the right password of your Taskward account, and then a wrong code. They were not let in.",
    ),
    "refresh_token_reused": (
        "A session was ended to be safe",
        "A token of your Taskward account was used twice, as if somebody had copied it. So its session was ended.",
    ),
}
"""Of each kind of security event that somebody is told of: the subject, and what happened."""


@dataclass(frozen=True)
class Letter:
    """A mail without its address: the subject, and what it says in both forms."""

    subject: str
    text: str
    html: str


@dataclass(frozen=True)
class _Link:
    url: str


@dataclass(frozen=True)
class _Facts:
    facts: Sequence[tuple[str, str]]


_Part = str | _Link | _Facts


def notice(event: str, at: datetime, address: str, user_agent: str) -> Letter:
    """What happened to an account.

    Parameters
    ----------
    event: one of `NOTICES`.
    address, user_agent: of who did it. The latter is described, not quoted.
    """
    subject, what = NOTICES[event]
    facts = [
        ("When", at.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")),
        ("From", address),
        ("With", described(user_agent)),
    ]
    return _letter(subject, what, _Facts(facts), _HINT)


def verification(link: str, hours: int) -> Letter:
    """Asks the holder of a new account's address to show that it is theirs."""
    return _letter(
        "Confirm your e-mail address",
        "A Taskward account was made with this e-mail address. Open this link to confirm that the address is yours:",
        _Link(link),
        f"It works for {_count(hours, 'hour')}.",
        _UNASKED,
    )


def address_change(link: str, hours: int) -> Letter:
    """Asks the holder of the address that an account is to have to show that it is theirs."""
    return _letter(
        "Confirm your new e-mail address",
        "Somebody wants to use this e-mail address for a Taskward account. Open this link to confirm the change:",
        _Link(link),
        f"It works for {_count(hours, 'hour')}. Until then the account keeps the address that it has.",
        _UNASKED,
    )


def address_taken() -> Letter:
    """Tells the holder of an address that somebody asked to use it for another account."""
    return _letter(
        "You have a Taskward account already",
        "Somebody asked to use this e-mail address for another Taskward account. "
        "That cannot be: it has an account already. Nothing was changed.",
        "If it was you, sign in with this address, and have the password reset when you do not know it any more.",
        _UNASKED,
    )


def address_changed(link: str, days: int) -> Letter:
    """Tells the holder of an account's former address of the change, and gives a way back."""
    return _letter(
        "Your e-mail address was changed",
        "Your Taskward account has another e-mail address now. Mail about it does not come to this one any more.",
        "If this was not you, open this link to undo the change, and to end all sessions:",
        _Link(link),
        f"It works for {_count(days, 'day')}. It takes the password away too; another mail leads to a new one.",
    )


def address_left() -> Letter:
    """Tells the holder of an account's former address of the change, where there is no way back."""
    return _letter(
        "Your e-mail address was changed",
        "A Taskward account that had this e-mail address has another one now. Mail about it comes here no more.",
        _UNASKED,
    )


def password_reset(link: str, minutes: int) -> Letter:
    """Gives somebody who does not know the password of an account a way to set another one."""
    return _letter(
        "Reset your password",
        "Somebody asked to reset the password of your Taskward account. Open this link to choose a new one:",
        _Link(link),
        f"It works once, and for {_count(minutes, 'minute')}.",
        "If you did not ask for this, you need do nothing: the password stays as it is.",
    )


def _count(number: int, unit: str) -> str:
    return f"{number} {unit}" if number == 1 else f"{number} {unit}s"


def _letter(subject: str, *parts: _Part) -> Letter:
    text = "\n\n".join(_text(part) for part in (*parts, _CLOSING)) + "\n"
    body = "\n".join(_html(part) for part in (*parts, _CLOSING))
    html = (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{escape(subject)}</title></head>\n'
        f'<body style="font:16px/1.5 sans-serif;max-width:36em">\n{body}\n</body></html>\n'
    )
    return Letter(subject, text, html)


def _text(part: _Part) -> str:
    if isinstance(part, _Link):
        return part.url
    if isinstance(part, _Facts):
        return "\n".join(f"{name}: {fact}" for name, fact in part.facts)
    return part


def _html(part: _Part) -> str:
    if isinstance(part, _Link):
        return f'<p><a href="{escape(part.url)}">{escape(part.url)}</a></p>'
    if isinstance(part, _Facts):
        return "<p>" + "<br>\n".join(f"{name}: {escape(fact)}" for name, fact in part.facts) + "</p>"
    return f"<p>{escape(part)}</p>"
