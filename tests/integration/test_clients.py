"""Making a client is the most expensive part of a cold start: each function makes one for each service, not more."""

from collections import Counter
from typing import Any

import boto3
import botocore.session
import pytest

from taskward import storage
from taskward.identity import keyring
from taskward.mail import outbox
from tests.support import aws
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
