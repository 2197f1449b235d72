"""POST /auth/login: a password in, a session out."""

from taskward.api import Api, Response
from taskward.delivery import end_session_of_cookie, grant_answer
from taskward.identity import grants, keys, passwords, sign_in, users
from taskward.identity.models import Credentials

handler = Api()
passwords.prepare()


@handler.post("/auth/login")
def login() -> Response[str]:
    credentials = handler.body(Credentials)
    client = handler.viewer(keys.published().origin_digests).client
    grants.prepare()
    user, session = sign_in.sign_in(credentials, client)
    had_cookie = end_session_of_cookie(handler, client)
    return grant_answer(
        200,
        grants.issue(session),
        by_cookie=credentials.delivery == "cookie",
        user=users.representation(user),
        clear_cookie=had_cookie,
    )
