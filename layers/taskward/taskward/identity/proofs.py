"""Who is signed in proves once more who they are: with the password and a code, or with a passkey."""

from pynamodb.transactions import TransactWrite

from taskward.client import Client
from taskward.errors import FieldError, InvalidRequestError, WrongCodeError
from taskward.identity import passkey_sign_in, reauthentication, second_factor, users
from taskward.identity.event_tables import EventItem
from taskward.identity.keys import PublishedKeys
from taskward.identity.models import Reauthentication
from taskward.principal import Principal


def reauthenticate(
    principal: Principal, request: Reauthentication, keys: PublishedKeys, site: str, client: Client
) -> None:
    """Verify a proof, and note the authentication in the session (ASVS 7.5.1, 7.5.3).

    Raises
    ------
    InvalidRequestError: there is neither a password nor a passkey in the request.
    WrongPasswordError, WrongCodeError, WrongPasskeyError: it is no proof.
    TooManyAttemptsError: it was none too often.
    """
    if request.step_token is not None and request.credential is not None:
        passkey_sign_in.reauthenticate(principal, request.step_token, request.credential, keys, site, client)
        return
    if request.password is None:
        raise InvalidRequestError(
            errors=[FieldError("password", "Give the password, or a passkey: step_token and credential.")]
        )
    user = users.get(principal.user_id)
    reauthentication.check_password(user, request.password, client, principal)
    if user.second_factor_at is None:
        reauthentication.renew(principal, client)
        return
    code = request.code
    if code is None:
        raise WrongCodeError

    def proof(write: TransactWrite) -> list[EventItem]:
        return second_factor.accept_in(write, user.user_id, code, client, WrongCodeError, principal.session_id)

    with second_factor.limited(user, client, principal):
        reauthentication.renew(principal, client, proof)
