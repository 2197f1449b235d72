"""E-mail addresses: which are accepted, and when two are the same."""

import unicodedata

from email_validator import EmailNotValidError, validate_email

from taskward.errors import FieldError, InvalidRequestError


def normalised(email: str) -> str:
    """The form that addresses are compared in: Unicode NFC, IDNA domain in Unicode, all case folded (RFC 5321, 6531).

    Raises
    ------
    InvalidRequestError: it is not an e-mail address, or longer than 254 characters; names the field `email`.
    """
    try:
        address = validate_email(email, check_deliverability=False).normalized
    except EmailNotValidError as error:
        raise InvalidRequestError(errors=[FieldError("email", str(error))]) from None
    # Folding can take the normal form apart again.
    return unicodedata.normalize("NFC", address.casefold())
