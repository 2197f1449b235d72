"""Sign-in: with a password, and a code where there is a second factor; or with a passkey alone."""

from taskward.api import Api, Response, answer
from taskward.delivery import end_session_of_cookie, grant_answer
from taskward.identity import grants, keys, passwords, sign_in, users
from taskward.identity.models import Credentials, Delivery, PasskeySignIn, SecondStep
from taskward.identity.session_starts import SignedIn
from taskward.identity.sign_in import SecondFactorNeededError

# What only some sign-ins need is imported by them: most take a password and no more.

handler = Api()
passwords.prepare()


@handler.post("/auth/login")
def login() -> Response[str]:
    credentials = handler.body(Credentials)
    client = handler.viewer(keys.published().origin_digests).client
    grants.prepare()
    try:
        signed_in = sign_in.sign_in(credentials, client)
    except SecondFactorNeededError as needed:
        from taskward.identity import second_step

        return answer(202, second_step.begin(needed.user))
    return _granted(signed_in, credentials.delivery)


@handler.post("/auth/login/second-factor")
def second_factor() -> Response[str]:
    from taskward.identity import second_step

    request = handler.body(SecondStep)
    published = keys.published()
    client = handler.viewer(published.origin_digests).client
    grants.prepare()
    signed_in = second_step.finish(request.step_token, request.code, published, client)
    return _granted(signed_in, request.delivery)


@handler.post("/auth/login/passkey/options")
def passkey_options() -> Response[str]:
    from taskward.identity import passkey_sign_in

    return answer(200, passkey_sign_in.begin(handler.site(keys.published().origin_digests)))


@handler.post("/auth/login/passkey")
def passkey() -> Response[str]:
    from taskward.identity import passkey_sign_in

    request = handler.body(PasskeySignIn)
    published = keys.published()
    client, site = handler.viewer(published.origin_digests).client, handler.site(published.origin_digests)
    grants.prepare()
    signed_in = passkey_sign_in.finish(request.step_token, request.credential, published, site, client)
    return _granted(signed_in, request.delivery)


def _granted(signed_in: SignedIn, delivery: Delivery) -> Response[str]:
    user, session = signed_in
    client = handler.viewer(keys.published().origin_digests).client
    had_cookie = end_session_of_cookie(handler, client)
    return grant_answer(
        200,
        grants.issue(session),
        by_cookie=delivery == "cookie",
        user=users.representation(user),
        clear_cookie=had_cookie,
    )
