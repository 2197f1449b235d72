"""POST /auth/register: a new account, signed in."""

from taskward.api import Api, Response
from taskward.delivery import end_session_of_cookie, grant_answer
from taskward.identity import accounts, email_verification, grants, keys, users
from taskward.identity.models import Registration

handler = Api()


@handler.post("/auth/register")
def register() -> Response[str]:
    registration = handler.body(Registration)
    digests = keys.published().origin_digests
    client = handler.viewer(digests).client
    grants.prepare()
    user, session = accounts.register(registration, client)
    email_verification.send_first(user, handler.site(digests), client)
    had_cookie = end_session_of_cookie(handler, client)
    return grant_answer(
        201,
        grants.issue(session),
        by_cookie=registration.delivery == "cookie",
        user=users.representation(user),
        clear_cookie=had_cookie,
    )
