"""What placeholders of sample events stand for that somebody proves with who they are: codes, passkeys, and links."""

import json
from collections.abc import Callable

from local.samples import bad_tokens
from local.samples.authenticator import Authenticator
from local.samples.event_people import EventPeople
from local.samples.people import SITE, Values

_FAR_AHEAD = 4102444800


# --- Passkeys: the step that was begun, and what an authenticator made of it -----------------------------------------


def _ceremony(people: EventPeople) -> Values:
    """A step of the ceremony that the event is about, with what answers it."""
    if people.folder == "factors" and people.case.startswith("add_passkey"):
        return people.ann.new_passkey()
    assert people.passkey_id
    return people.ann.passkey_sign_in() if people.folder == "login" else people.ann.passkey_proof()


def _step(people: EventPeople) -> Values:
    if people.folder == "authorizer":
        return {"step_token": _passkey_step(people)}
    if people.case.startswith("second_factor"):
        return {"step_token": people.first_step()}
    return _ceremony(people)


def _used_step(people: EventPeople) -> Values:
    step = _step(people)
    if "credential" in step:
        people.ann.ask(people.name.replace("_used_step", ""), **step)
    else:
        name = "login/second_factor_recovery_code"
        people.ann.ask(name, **step, recovery_code=people.app.recovery_codes[0])
    return step | {"used_step_token": step["step_token"]}


def _expired_step(people: EventPeople) -> Values:
    step = _step(people)
    return step | {"expired_step_token": bad_tokens.expired(people.stack, step["step_token"])}


def _outdated_step(people: EventPeople) -> str:
    token = people.first_step()
    people.ann.ask("factors/renew_recovery_codes")
    return token


def _foreign_step(people: EventPeople) -> Values:
    if people.case.startswith("add_passkey"):
        return _ceremony(people) | {"foreign_step_token": people.ben.new_passkey()["step_token"]}
    assert people.passkey_id
    begun = people.ben.ask("factors/reauthentication_options").json()
    return {"foreign_step_token": begun["step_token"], "credential": json.dumps(people.ann.phone.get(begun["options"]))}


def _passkey_step(people: EventPeople) -> str:
    return str(people.ann.ask("login/passkey_options").json()["step_token"])


def _unknown_credential(people: EventPeople) -> Values:
    """Made by a passkey that no account has."""
    stranger, site = Authenticator(SITE), SITE.removeprefix("https://")
    user = {"id": "AAAAAAAAAAAAAAAAAAAAAA", "name": "nobody", "displayName": "nobody"}
    parameters = [{"type": "public-key", "alg": -7}]
    stranger.create({"rp": {"id": site}, "user": user, "challenge": "AAAA", "pubKeyCredParams": parameters})
    begun = people.ann.ask("login/passkey_options").json()
    return {"step_token": begun["step_token"], "unknown_credential": json.dumps(stranger.get(begun["options"]))}


# --- The second factor -----------------------------------------------------------------------------------------------


def _used_code(people: EventPeople) -> str:
    step_token, code = people.first_step(), people.unused_code()
    people.ann.ask("login/second_factor", step_token=step_token, code=code)
    return code


def _used_recovery_code(people: EventPeople) -> str:
    step_token, code = people.first_step(), people.app.recovery_codes[0]
    people.ann.ask("login/second_factor_recovery_code", step_token=step_token, recovery_code=code)
    return code


# --- Links in mails --------------------------------------------------------------------------------------------------


def _verification(people: EventPeople) -> str:
    people.ann.mailed("verification")
    return people.ann.link("verify-email")


def _reset(people: EventPeople) -> str:
    people.ann.mailed("password_reset")
    return people.ann.link("reset-password")


def _change(people: EventPeople) -> str:
    people.ann.ask("account/change_email")
    return people.ann.link("confirm-email")


def _undo(people: EventPeople) -> str:
    people.ann.ask("recovery/confirm", change_token=_change(people))
    return people.ann.link("restore-email")


def _outdated_reset(people: EventPeople) -> str:
    token = _reset(people)
    people.ann.ask("account/change_password")
    return token


Made = Callable[[EventPeople], str | Values]


def _used(link: Callable[[EventPeople], str], event: str, placeholder: str) -> Made:
    def made(people: EventPeople) -> str:
        token = link(people)
        people.ann.ask(event, **{placeholder: token})
        return token

    return made


def _expired(link: Callable[[EventPeople], str]) -> Made:
    def made(people: EventPeople) -> str:
        token = link(people)
        bad_tokens.expire_links(people.stack, people.ann.values["user_id"])
        return token

    return made


MADE: dict[str, Made] = {
    "passkey_id": lambda people: people.passkey_id,
    "foreign_passkey_id": lambda people: people.ben.add_passkey(),
    "credential": _ceremony,
    "step_token": _step,
    "wrong_credential": lambda people: {"wrong_credential": _ceremony(people)["credential"]},
    "unknown_credential": _unknown_credential,
    "used_step_token": _used_step,
    "expired_step_token": _expired_step,
    "outdated_step_token": _outdated_step,
    "foreign_step_token": _foreign_step,
    "forged_step_token": lambda people: bad_tokens.forged(people.first_step(), exp=_FAR_AHEAD),
    "passkey_step_token": _passkey_step,
    "second_factor_step_token": lambda people: people.first_step(),
    "code": lambda people: people.unused_code(),
    "recovery_code": lambda people: people.app.recovery_codes[0],
    "used_code": _used_code,
    "used_recovery_code": _used_recovery_code,
    "verification_token": _verification,
    "used_verification_token": _used(_verification, "recovery/verify", "verification_token"),
    "expired_verification_token": _expired(_verification),
    "reset_token": _reset,
    "used_reset_token": _used(_reset, "recovery/reset", "reset_token"),
    "expired_reset_token": _expired(_reset),
    "outdated_reset_token": _outdated_reset,
    "change_token": _change,
    "used_change_token": _used(_change, "recovery/confirm", "change_token"),
    "undo_token": _undo,
    "used_undo_token": _used(_undo, "recovery/restore", "undo_token"),
}
