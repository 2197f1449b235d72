"""How the user who is calling proves who they are: second factor, passkeys, access tokens, and a proof once more."""

from taskward.api import JSON, MERGE_PATCH, Api, Response, answer
from taskward.identity import access_token_changes, keys, passkey_sign_in, passkeys, proofs, second_factor
from taskward.identity.models import (
    CodeOnly,
    NewAccessToken,
    NewPasskey,
    PasskeyPatch,
    Reauthentication,
    SecondFactorRemoval,
)

handler = Api()


@handler.post("/auth/reauthenticate/options")
def reauthentication_options() -> Response[str]:
    return answer(200, passkey_sign_in.begin_reauthentication(handler.principal(), handler.site()))


@handler.post("/auth/reauthenticate")
def reauthenticate() -> Response[str]:
    principal = handler.principal()
    request = handler.body(Reauthentication)
    proofs.reauthenticate(principal, request, keys.published(), handler.site(), handler.viewer().client)
    return answer(204)


@handler.get("/account/second-factor")
def read_second_factor() -> Response[str]:
    return answer(200, second_factor.representation(handler.principal().user_id))


@handler.post("/account/second-factor")
def begin_second_factor() -> Response[str]:
    return answer(200, second_factor.begin(handler.principal()))


@handler.post("/account/second-factor/confirm")
def confirm_second_factor() -> Response[str]:
    principal = handler.principal()
    code = handler.body(CodeOnly).code
    return answer(200, {"recovery_codes": second_factor.confirm(principal, code, handler.viewer().client)})


@handler.post("/account/second-factor/recovery-codes")
def renew_recovery_codes() -> Response[str]:
    principal = handler.principal()
    return answer(200, {"recovery_codes": second_factor.renew_recovery_codes(principal, handler.viewer().client)})


@handler.delete("/account/second-factor")
def turn_second_factor_off() -> Response[str]:
    principal = handler.principal()
    proof = handler.body(SecondFactorRemoval)
    second_factor.turn_off(principal, proof.password, proof.code, handler.viewer().client)
    return answer(204)


@handler.get("/account/passkeys")
def list_passkeys() -> Response[str]:
    found = passkeys.of_user(handler.principal().user_id)
    return answer(200, [passkeys.representation(passkey) for passkey in found])


@handler.post("/account/passkeys/options")
def passkey_options() -> Response[str]:
    return answer(200, passkeys.begin_registration(handler.principal(), handler.site()))


@handler.post("/account/passkeys")
def add_passkey() -> Response[str]:
    principal = handler.principal()
    request = handler.body(NewPasskey)
    made = passkeys.register(principal, request, keys.published(), handler.site(), handler.viewer().client)
    return answer(201, passkeys.representation(made))


@handler.patch("/account/passkeys/<passkey_id>")
def rename_passkey(passkey_id: str) -> Response[str]:
    user_id = handler.principal().user_id
    name = handler.body(PasskeyPatch, media_types=(MERGE_PATCH, JSON)).name
    return answer(200, passkeys.representation(passkeys.rename(user_id, passkey_id, name)))


@handler.delete("/account/passkeys/<passkey_id>")
def remove_passkey(passkey_id: str) -> Response[str]:
    passkeys.remove(handler.principal(), passkey_id, handler.viewer().client)
    return answer(204)


@handler.get("/account/tokens")
def list_tokens() -> Response[str]:
    found = access_token_changes.of_user(handler.principal().user_id)
    return answer(200, [access_token_changes.representation(token) for token in found])


@handler.post("/account/tokens")
def create_token() -> Response[str]:
    principal = handler.principal()
    token, text = access_token_changes.create(principal, handler.body(NewAccessToken), handler.viewer().client)
    return answer(201, {**access_token_changes.representation(token), "token": text})


@handler.delete("/account/tokens/<token_id>")
def revoke_token(token_id: str) -> Response[str]:
    access_token_changes.revoke(handler.principal(), token_id, handler.viewer().client)
    return answer(204)
