"""Everything the service refuses, each with its stable code, HTTP status and title (RFC 9457).

Domain code raises these where the refusal is known; `taskward.api` alone turns them into an answer.
"""

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True)
class FieldError:
    """One member of a request that was refused, and why. The refused value is not repeated."""

    field: str
    message: str


class TaskwardError(Exception):
    """Base of all refusals.

    Parameters
    ----------
    detail: a sentence for a person; the class's own when None.
    errors: the members at fault, for `InvalidRequestError`.
    retry_after: seconds after which a retry makes sense.

    `index` is the place of the operation at fault among several, counted from 0.
    """

    status: ClassVar[int] = 500
    code: ClassVar[str] = "internal_error"
    title: ClassVar[str] = "Something went wrong on our side"
    detail: str = "The request could not be completed. It was logged; trying again later may help."

    def __init__(
        self,
        detail: str | None = None,
        *,
        errors: list[FieldError] | None = None,
        retry_after: int | None = None,
    ) -> None:
        if detail is not None:
            self.detail = detail
        self.errors = errors
        self.retry_after = retry_after
        self.index: int | None = None
        super().__init__(self.detail)


class MalformedRequestError(TaskwardError):
    """The request cannot be read at all."""

    status = 400
    code = "malformed_request"
    title = "The request cannot be read"
    detail = "The body must be one JSON object in UTF-8."


class InvalidCursorError(MalformedRequestError):
    """A cursor that was not made by this list for this user."""

    code = "invalid_cursor"
    title = "The cursor does not belong to this list"
    detail = "Follow the Link header of the page before, or start without a cursor."


class InvalidLinkError(TaskwardError):
    """The token of a link that was sent by mail: unknown, used, over, or overtaken by what happened since."""

    status = 400
    code = "invalid_link"
    title = "The link is not valid any more"
    detail = "It was used, its time is over, or a later change made it worthless. Ask for a new one."


class UnauthenticatedError(TaskwardError):
    """The caller could not be told apart from anybody else (RFC 6750, section 3.1)."""

    status = 401
    code = "invalid_token"
    title = "The token is not valid"
    detail = "Sign in again."


class TokenExpiredError(UnauthenticatedError):
    """A genuine token, past its time."""

    code = "token_expired"
    title = "The token has expired"
    detail = "Refresh the session, or sign in again."


class TokenReusedError(UnauthenticatedError):
    """A refresh token that had been used before: the session is ended."""

    code = "token_reused"
    title = "The refresh token was used before"
    detail = "The session was ended to be safe. Sign in again."


class SessionRevokedError(UnauthenticatedError):
    """A genuine token of a session that is over."""

    code = "session_revoked"
    title = "The session is over"
    detail = "Sign in again."


class InvalidCredentialsError(UnauthenticatedError):
    """No account has this e-mail address and password. Which of the two is wrong is not told (ASVS 6.3.8)."""

    code = "invalid_credentials"
    title = "E-mail address or password is wrong"
    detail = "Check both and try again."


class WrongPasswordError(TaskwardError):
    """Somebody who is signed in did not know the account's password. No 401: the access token is good."""

    status = 403
    code = "wrong_password"
    title = "The password is wrong"
    detail = "Give the current password of this account."


class WrongCodeError(TaskwardError):
    """Somebody who is signed in gave a code that is not their second factor's, or gave none."""

    status = 403
    code = "wrong_code"
    title = "The code is wrong"
    detail = "Give the code that the authenticator app shows now, or a recovery code that was not used yet."


class WrongPasskeyError(TaskwardError):
    """Somebody who is signed in sent the answer of an authenticator that proves nothing. Why is not told."""

    status = 403
    code = "wrong_passkey"
    title = "The passkey was not accepted"
    detail = "Ask for new options and try again."


class ReauthenticationRequiredError(TaskwardError):
    """The last authentication is too long ago for what was asked (ASVS 7.5.1, 7.5.3)."""

    status = 403
    code = "reauthentication_required"
    title = "Prove again who you are"
    detail = "Reauthenticate with POST /auth/reauthenticate, then repeat the request."


class InsufficientScopeError(TaskwardError):
    """The personal access token is not for this (RFC 6750, section 3.1)."""

    status = 403
    code = "insufficient_scope"
    title = "The token is not for this"
    detail = "Use a token with the right scope, or sign in: no token reaches accounts and sessions."


class EmailUnverifiedError(TaskwardError):
    """The account's e-mail address was never shown to be its owner's."""

    status = 403
    code = "email_unverified"
    title = "The e-mail address is not verified"
    detail = "Follow the link in the mail that was sent to it, or have another one sent."


class CrossSiteRequestError(TaskwardError):
    """A cookie came without the header that only this site's own script can add."""

    status = 403
    code = "cross_site_request"
    title = "The request may come from another site"
    detail = "A refresh by cookie needs the header X-Taskward-Client."


class InvalidCodeError(UnauthenticatedError):
    """The second step of a sign-in came with a code that is not the second factor's."""

    code = "invalid_code"
    title = "The code is wrong"
    detail = "Give the code that the authenticator app shows now, or a recovery code that was not used yet."


class InvalidPasskeyError(UnauthenticatedError):
    """The answer of an authenticator that proves nothing. Why is not told."""

    code = "invalid_passkey"
    title = "The passkey was not accepted"
    detail = "Ask for new options and try again, or sign in another way."


class NotFoundError(TaskwardError):
    """No such thing, or not the caller's: the two are not told apart."""

    status = 404
    code = "not_found"
    title = "Not found"
    detail = "There is nothing at this address for you."


class EmailExistsError(TaskwardError):
    """The e-mail address already has an account."""

    status = 409
    code = "email_exists"
    title = "There is already an account with this e-mail address"
    detail = "Sign in instead."


class EmailDisabledError(TaskwardError):
    """The deployment sends no mail, and has nothing that needs it."""

    status = 404
    code = "email_disabled"
    title = "This service sends no mail"
    detail = "What needs mail is switched off here."


class LastWayInError(TaskwardError):
    """Without it nobody could sign in to the account any more."""

    status = 409
    code = "last_way_in"
    title = "It is the last way in"
    detail = "Set a password or add a passkey first."


class SecondFactorOnError(TaskwardError):
    """There is a second factor already."""

    status = 409
    code = "second_factor_on"
    title = "The second factor is on already"
    detail = "Turn it off before you set up another one."


class SecondFactorOffError(TaskwardError):
    """There is no second factor, or none that waits to be confirmed."""

    status = 409
    code = "second_factor_off"
    title = "The second factor is off"
    detail = "Set it up first."


class TooManyPasskeysError(TaskwardError):
    """There are as many passkeys as an account may have."""

    status = 409
    code = "too_many_passkeys"
    title = "Too many passkeys"
    detail = "Remove one that is not used any more."


class TooManyAccessTokensError(TaskwardError):
    """There are as many personal access tokens as an account may have."""

    status = 409
    code = "too_many_access_tokens"
    title = "Too many personal access tokens"
    detail = "Revoke one that is not used any more."


class PreconditionFailedError(TaskwardError):
    """If-Match names another version than the current one (RFC 9110, section 13.1.1)."""

    status = 412
    code = "precondition_failed"
    title = "It was changed in the meantime"
    detail = "Read it again, apply your change to what is there now, and send the new ETag."


class TooLargeError(TaskwardError):
    """The body is larger than the service reads."""

    status = 413
    code = "too_large"
    title = "The request is too large"
    detail = "A body may have 1,048,576 bytes at most."


class UnsupportedMediaTypeError(TaskwardError):
    """The body is not declared as JSON."""

    status = 415
    code = "unsupported_media_type"
    title = "The body must be JSON"
    detail = "Send the header Content-Type: application/json."


class InvalidRequestError(TaskwardError):
    """Well-formed JSON with members that are refused; `errors` names each."""

    status = 422
    code = "invalid_request"
    title = "Some fields are not valid"
    detail = "See errors for each field and what is wrong with it."


class TooManyAttemptsError(TaskwardError):
    """There were too many failures; the next attempt is looked at after `retry_after` seconds, and not before."""

    status = 429
    code = "too_many_attempts"
    title = "Too many failed attempts"
    detail = "Wait for as long as Retry-After says, then try again."

    def __init__(self, detail: str | None = None, *, retry_after: int) -> None:
        super().__init__(detail, retry_after=retry_after)


class TooManyJobsError(TaskwardError):
    """There are as many jobs as one may have at the same time, or were as many of this kind as in a day."""

    status = 429
    code = "too_many_jobs"
    title = "Too many jobs"
    detail = "Wait for as long as Retry-After says, or use what an earlier one made."

    def __init__(self, detail: str | None = None, *, retry_after: int) -> None:
        super().__init__(detail, retry_after=retry_after)


class UnavailableError(TaskwardError):
    """Something the service depends on did not answer; nothing is lost, and a retry heals."""

    status = 503
    code = "unavailable"
    title = "The service is not available right now"
    detail = "Try again in a moment."

    def __init__(self, detail: str | None = None, *, retry_after: int = 1) -> None:
        super().__init__(detail, retry_after=retry_after)
