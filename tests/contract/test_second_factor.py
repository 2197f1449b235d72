"""The second factor against a database: set up, turned off, and what the table knows of it."""

import base64
from collections.abc import Callable

import pytest
from botocore.exceptions import ClientError

from taskward.errors import (
    EmailUnverifiedError,
    SecondFactorOffError,
    SecondFactorOnError,
    SessionRevokedError,
    WrongCodeError,
    WrongPasswordError,
)
from taskward.identity import encryption, events, recovery_codes, second_factor, sessions, totp
from taskward.identity.factor_tables import SecondFactorItem
from taskward.identity.session_tables import SessionItem
from taskward.identity.user_tables import UserItem
from taskward.storage import user_key
from tests.conftest import Clock
from tests.support import aws
from tests.support.holdings import as_stored, delete_account
from tests.support.people import ELSEWHERE, HOME, PASSWORD, principal_of, registered, signed_in
from tests.support.racing import all_at_once
from tests.support.second_factors import App, begun, finish, first_step, stored, turned_on, with_second_factor
from tests.support.ways_in import account, verified

pytestmark = pytest.mark.usefixtures("database", "weak_hashes", "clock")

EMAIL = "ada@example.com"
OFF = {"enabled": False, "enabled_at": None, "recovery_codes_left": 0}


def _confirm(session: SessionItem, code: str) -> list[str]:
    return second_factor.confirm(principal_of(session), code, HOME)


def _turn_off(session: SessionItem, code: str, password: str | None = PASSWORD) -> None:
    second_factor.turn_off(principal_of(session), password, code, ELSEWHERE)


def _kinds(user_id: str) -> list[str]:
    return [event.kind for event in events.newest_first(user_id, 100, None).events]


# --- Setting up ------------------------------------------------------------------------------------------------------


def test_an_enrolment_counts_for_nothing_until_it_is_confirmed(clock: Clock) -> None:
    user, session = verified(EMAIL)
    told = second_factor.begin(principal_of(session))
    assert len(base64.b32decode(told["secret"])) == 20
    assert told["uri"].startswith("otpauth://totp/Taskward:ada%40example.com?")
    assert told["secret"] in told["uri"]
    assert second_factor.representation(user.user_id) == OFF
    signed_in(EMAIL)
    app = App(base64.b32decode(told["secret"]), [])
    codes = _confirm(session, app.code())
    shown = second_factor.representation(user.user_id)
    assert (shown["enabled"], shown["recovery_codes_left"]) == (True, 10)
    assert len(set(codes)) == 10
    assert account(user.user_id).credential_version == user.credential_version + 1
    assert _kinds(user.user_id).count("second_factor_enabled") == 1
    clock.advance(seconds=30)
    finish(first_step(EMAIL), app.code())


def test_the_code_of_the_enrolment_is_not_accepted_again(clock: Clock) -> None:
    _, session = verified(EMAIL)
    app = begun(session)
    code = app.code()
    _confirm(session, code)
    for used in (code, app.code(-1)):
        with pytest.raises(WrongCodeError):
            _turn_off(session, used)
    _turn_off(session, app.code(1))


def test_nothing_is_confirmed_that_was_not_begun_or_is_on_already(clock: Clock) -> None:
    _, session = verified(EMAIL)
    with pytest.raises(SecondFactorOffError):
        _confirm(session, "123456")
    app = turned_on(session, clock)
    with pytest.raises(SecondFactorOnError):
        _confirm(session, app.code())
    with pytest.raises(SecondFactorOnError):
        second_factor.begin(principal_of(session))
    finish(first_step(EMAIL), app.code())


def test_an_enrolment_waits_ten_minutes_even_if_the_table_still_has_it(clock: Clock) -> None:
    _, session = verified(EMAIL)
    app = begun(session)
    clock.advance(seconds=599)
    with pytest.raises(WrongCodeError):
        _confirm(session, app.wrong_code())
    clock.advance(seconds=1)
    with pytest.raises(SecondFactorOffError):
        _confirm(session, app.code())
    fresh = signed_in(EMAIL)
    app = begun(fresh)
    clock.advance(seconds=599)
    _confirm(fresh, app.code())


def test_what_is_on_does_not_expire(clock: Clock) -> None:
    user, _, _ = with_second_factor(EMAIL, clock)
    kept = stored(user.user_id)
    assert kept is not None
    assert kept.expires_at is None


def test_an_enrolment_that_is_begun_again_has_another_secret(clock: Clock) -> None:
    _, session = verified(EMAIL)
    first, second = begun(session), begun(session)
    with pytest.raises(WrongCodeError):
        _confirm(session, first.code())
    _confirm(session, second.code())


def test_of_confirmations_at_once_one_wins_and_its_recovery_codes_are_those_that_work(clock: Clock) -> None:
    user, session = verified(EMAIL)
    app = begun(session)
    results = all_at_once([lambda: _confirm(session, app.code())] * 5)
    (codes,) = [result for result in results if isinstance(result, list)]
    assert sum(isinstance(result, SecondFactorOnError) for result in results) == 4
    assert account(user.user_id).credential_version == user.credential_version + 1
    assert _kinds(user.user_id).count("second_factor_enabled") == 1
    finish(first_step(EMAIL), codes[0])


def test_an_enrolment_that_is_begun_while_another_is_confirmed_takes_nothing_from_it(
    clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, session = verified(EMAIL)
    app, encrypted = begun(session), encryption.encrypted

    def confirmed_meanwhile(user_id: str, secret: bytes) -> bytes:
        _confirm(session, app.code())
        return encrypted(user_id, secret)

    with monkeypatch.context() as patch:
        patch.setattr(encryption, "encrypted", confirmed_meanwhile)
        with pytest.raises(SecondFactorOnError):
            second_factor.begin(principal_of(session))
    clock.advance(seconds=30)
    finish(first_step(EMAIL), app.code())


def test_an_account_whose_address_nobody_verified_gets_none() -> None:
    user, session = registered(EMAIL)
    with pytest.raises(EmailUnverifiedError):
        second_factor.begin(principal_of(session))
    assert stored(user.user_id) is None


def test_where_no_mail_is_sent_no_address_needs_to_be_verified(mail_off: None, clock: Clock) -> None:
    _, session = registered(EMAIL)
    app = turned_on(session, clock)
    finish(first_step(EMAIL), app.code())


# --- What the table knows --------------------------------------------------------------------------------------------


def _everything(user_id: str) -> str:
    return as_stored(UserItem, user_key(user_id))


def test_the_table_has_neither_the_secret_nor_a_recovery_code(clock: Clock) -> None:
    user, session = verified(EMAIL)
    told = second_factor.begin(principal_of(session))
    secret = base64.b32decode(told["secret"])
    codes = _confirm(session, totp.code_at(secret, int(clock.now().timestamp())))
    kept = stored(user.user_id)
    assert kept is not None
    assert secret not in kept.secret
    assert kept.recovery_digests == {recovery_codes.digest(code) for code in codes}
    text = _everything(user.user_id).upper()
    forms = [secret.hex(), told["secret"], base64.b64encode(secret).decode()]
    for hidden in [*forms, *codes, *(code.replace("-", "") for code in codes)]:
        assert hidden.upper() not in text


def test_a_secret_that_was_copied_to_another_user_cannot_be_decrypted_there(clock: Clock) -> None:
    ada, _, adas = with_second_factor(EMAIL, clock)
    bob, bobs_session = verified("bob@example.com")
    begun(bobs_session)
    copied = stored(ada.user_id)
    assert copied is not None
    mine = SecondFactorItem(user_key(bob.user_id), secret=copied.secret, expires_at=int(clock.now().timestamp()) + 600)
    mine.save()
    with pytest.raises(ClientError) as refused:
        _confirm(bobs_session, adas.code())
    assert refused.value.response["Error"]["Code"] == "InvalidCiphertextException"
    assert second_factor.representation(bob.user_id) == OFF
    # Back at its place it is as good as before.
    finish(first_step(EMAIL), adas.code())


def test_secrets_are_encrypted_with_the_key_that_the_template_makes(clock: Clock) -> None:
    user, session = verified(EMAIL)
    app = begun(session)
    kept = stored(user.user_id)
    assert kept is not None
    plain = aws.client("kms").decrypt(CiphertextBlob=kept.secret, EncryptionContext={"user_id": user.user_id})
    assert plain["Plaintext"] == app.secret
    with pytest.raises(ClientError):
        aws.client("kms").decrypt(CiphertextBlob=kept.secret)


# --- Turning off, and new recovery codes -----------------------------------------------------------------------------


def test_it_takes_the_password_and_a_code_to_turn_it_off(clock: Clock) -> None:
    user, session, app = with_second_factor(EMAIL, clock)
    for password in ("a wrong password", None, ""):
        with pytest.raises(WrongPasswordError):
            _turn_off(session, app.code(), password)
    for code in (app.wrong_code(), "", "ABCD-EFGH-IJKL-MNOP-QRST-UV23", app.code() + "0"):
        with pytest.raises(WrongCodeError):
            _turn_off(session, code)
    told = _kinds(user.user_id)
    assert (told.count("password_check_failed"), told.count("code_check_failed")) == (3, 4)
    assert second_factor.representation(user.user_id)["enabled"]
    _turn_off(session, app.code())
    assert second_factor.representation(user.user_id) == OFF
    assert stored(user.user_id) is None
    assert _kinds(user.user_id).count("second_factor_disabled") == 1
    signed_in(EMAIL)
    with pytest.raises(SecondFactorOffError):
        _turn_off(session, app.code(1))


def test_a_recovery_code_turns_it_off_too_and_a_used_one_does_not(clock: Clock) -> None:
    _, session, app = with_second_factor(EMAIL, clock)
    used, good = app.recovery_codes[:2]
    finish(first_step(EMAIL), used)
    with pytest.raises(WrongCodeError):
        _turn_off(session, used)
    _turn_off(session, good)
    signed_in(EMAIL)


def test_what_is_set_up_anew_has_nothing_of_what_was_before(clock: Clock) -> None:
    _, session, before = with_second_factor(EMAIL, clock)
    _turn_off(session, before.code())
    app = turned_on(session, clock)
    for old in (before.code(), before.recovery_codes[0]):
        with pytest.raises(WrongCodeError):
            _turn_off(session, old)
    _turn_off(session, app.code())


def test_new_recovery_codes_take_the_place_of_the_old_ones(clock: Clock) -> None:
    user, session, app = with_second_factor(EMAIL, clock)
    finish(first_step(EMAIL), app.recovery_codes[0])
    assert second_factor.representation(user.user_id)["recovery_codes_left"] == 9
    new = second_factor.renew_recovery_codes(principal_of(session), HOME)
    assert len(set(new) - set(app.recovery_codes)) == 10
    assert second_factor.representation(user.user_id)["recovery_codes_left"] == 10
    assert _kinds(user.user_id).count("recovery_codes_renewed") == 1
    with pytest.raises(WrongCodeError):
        _turn_off(session, app.recovery_codes[1])
    finish(first_step(EMAIL), new[0])
    finish(first_step(EMAIL), app.code())


def test_there_are_no_new_recovery_codes_without_a_second_factor() -> None:
    _, session = verified(EMAIL)
    begun(session)
    with pytest.raises(SecondFactorOffError):
        second_factor.renew_recovery_codes(principal_of(session), HOME)


# --- Sessions and accounts that end meanwhile ------------------------------------------------------------------------


def _changes(session: SessionItem, app: App) -> dict[str, Callable[[], object]]:
    """What changes the second factor; the first one where it is not on yet."""
    return {
        "confirm": lambda: _confirm(session, app.code()),
        "renew": lambda: second_factor.renew_recovery_codes(principal_of(session), HOME),
        "turn off": lambda: _turn_off(session, app.code()),
    }


@pytest.mark.parametrize("change", ["confirm", "renew", "turn off"])
def test_a_session_that_has_ended_changes_nothing(change: str, clock: Clock) -> None:
    user, session = verified(EMAIL)
    app = begun(session) if change == "confirm" else turned_on(session, clock)
    sessions.end(user.user_id, session.session_id, HOME, "signed_out")
    before = _everything(user.user_id)
    with pytest.raises(SessionRevokedError):
        _changes(session, app)[change]()
    assert _everything(user.user_id) == before


@pytest.mark.parametrize("change", ["confirm", "renew", "turn off"])
def test_an_account_that_was_just_deleted_is_not_made_again(change: str, clock: Clock) -> None:
    user, session = verified(EMAIL)
    app = begun(session) if change == "confirm" else turned_on(session, clock)
    delete_account(user.user_id)
    before = _everything(user.user_id)
    with pytest.raises(SessionRevokedError):
        _changes(session, app)[change]()
    assert _everything(user.user_id) == before
