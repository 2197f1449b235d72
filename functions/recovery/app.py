"""Getting back in, for people who are not signed in: links that are sent by mail, and followed."""

from taskward.api import Api, Response, answer
from taskward.identity import email_change, email_verification, keys, password_reset
from taskward.identity.models import FollowedLink, ForgottenPassword, PasswordReset
from taskward.mail import outbox

handler = Api()


@handler.post("/auth/password/forgot")
def forgot_password() -> Response[str]:
    outbox.require()
    digests = keys.published().origin_digests
    request = handler.body(ForgottenPassword)
    password_reset.request(request.email, handler.site(digests), handler.viewer(digests).client)
    return answer(204)


@handler.post("/auth/password/reset")
def reset_password() -> Response[str]:
    outbox.require()
    request = handler.body(PasswordReset)
    password_reset.reset(request, handler.viewer(keys.published().origin_digests).client)
    return answer(204)


@handler.post("/auth/email/verify")
def verify_email() -> Response[str]:
    outbox.require()
    link = handler.body(FollowedLink)
    email_verification.verify(link.token, handler.viewer(keys.published().origin_digests).client)
    return answer(204)


@handler.post("/auth/email/confirm")
def confirm_email() -> Response[str]:
    outbox.require()
    digests = keys.published().origin_digests
    link = handler.body(FollowedLink)
    email_change.confirm(link.token, handler.site(digests), handler.viewer(digests).client)
    return answer(204)


@handler.post("/auth/email/restore")
def restore_email() -> Response[str]:
    outbox.require()
    digests = keys.published().origin_digests
    link = handler.body(FollowedLink)
    email_change.undo(link.token, handler.site(digests), handler.viewer(digests).client)
    return answer(204)
