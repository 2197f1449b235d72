"""Making a client is the most expensive part of a cold start: each function makes one for each service, not more."""

from collections import Counter
from typing import Any

import boto3
import botocore.session
import pytest

from taskward import storage
from taskward.identity import encryption, keyring
from taskward.mail import outbox
from tests.conftest import Clock
from tests.support import aws
from tests.support.factors import add_passkey, add_second_factor, authenticator, first_step, passkey_sign_in, verify
from tests.support.sample_events import ask, signed_up

pytestmark = pytest.mark.usefixtures("moto_tables")


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """The clients made since the process seemed to start anew."""
    counted: Counter[str] = Counter()
    create = botocore.session.Session.create_client

    def counting(self: Any, service_name: str, *args: Any, **kwargs: Any) -> Any:
        counted[service_name] += 1
        return create(self, service_name, *args, **kwargs)

    for model in aws.MODELS:
        monkeypatch.setattr(model, "_connection", None)
    monkeypatch.setattr(storage, "_connections", {})
    keyring.secrets_client.cache_clear()
    outbox._client.cache_clear()
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)
    monkeypatch.setattr(botocore.session.Session, "create_client", counting)
    return counted


@pytest.mark.usefixtures("mail_off")
def test_a_login_makes_one_client_for_three_tables_and_one_for_the_keys(made: Counter[str]) -> None:
    signed_up()
    assert made == {"dynamodb": 1, "secretsmanager": 1}
    assert ask("login/ok").status == 200
    assert made == {"dynamodb": 1, "secretsmanager": 1}


def test_one_more_is_made_for_mail_when_there_is_some_to_send(made: Counter[str]) -> None:
    signed_up()
    outbox._client.cache_clear()
    made.clear()
    assert ask("login/ok").status == 200
    assert made == {}
    assert ask("login/by_cookie").status == 200
    assert made == {"sqs": 1}


def test_a_second_factor_takes_one_client_more_for_the_key_that_its_secret_is_encrypted_with(
    made: Counter[str], clock: Clock
) -> None:
    app = add_second_factor(verify(signed_up()), clock)
    encryption._client.cache_clear()
    made.clear()
    for seconds in (0, 30):
        assert ask("login/second_factor", step_token=first_step(), code=app.code(seconds)).status == 200
        assert made == {"kms": 1}


def test_a_recovery_code_takes_no_key_and_a_passkey_no_client_of_its_own(made: Counter[str], clock: Clock) -> None:
    ann, phone = verify(signed_up()), authenticator()
    app = add_second_factor(ann, clock)
    add_passkey(ann, phone)
    encryption._client.cache_clear()
    made.clear()
    code = app.recovery_codes[0]
    assert ask("login/second_factor_recovery_code", step_token=first_step(), recovery_code=code).status == 200
    assert ask("login/passkey", **passkey_sign_in(phone)).status == 200
    assert made == {}
