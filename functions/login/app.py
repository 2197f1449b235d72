"""POST /auth/login: a password in, a session out."""

from taskward.api import Api, Response
from taskward.delivery import grant_answer
from taskward.identity import accounts, grants, keys, passwords, users
from taskward.identity.models import Credentials

handler = Api()
passwords.prepare()


@handler.post("/auth/login")
def login() -> Response[str]:
    credentials = handler.body(Credentials)
    viewer = handler.viewer(keys.published().origin_digests)
    grants.prepare()
    user, session = accounts.sign_in(credentials, viewer.address, viewer.user_agent)
    by_cookie = credentials.delivery == "cookie"
    return grant_answer(200, grants.issue(session), by_cookie=by_cookie, user=users.representation(user))
