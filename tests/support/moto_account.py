"""What is in moto before a test begins, put there without a client: by requests it takes longer than most tests."""

import os
from urllib.parse import urlparse

from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.kms.models import kms_backends
from moto.s3.models import s3_backends
from moto.secretsmanager.models import secretsmanager_backends
from moto.sesv2.models import sesv2_backends
from moto.sqs.models import sqs_backends

ORIGIN_SECRET = "an origin secret for tests"
QUEUES = {"JOBS_QUEUE": "jobs", "MAIL_QUEUE": "mail"}

_REGION = "us-east-1"
_SQS = urlparse(f"https://sqs.{_REGION}.amazonaws.com")


def create_secrets() -> None:
    """The secrets as CloudFormation makes them: the ring without a value, the origin secret with one."""
    for variable, value in (("SIGNING_KEYS_SECRET", None), ("ORIGIN_SECRET", ORIGIN_SECRET)):
        secretsmanager_backends[DEFAULT_ACCOUNT_ID][_REGION].create_secret(
            name=os.environ[variable],
            secret_string=value,
            secret_binary=None,
            description="",
            tags=[],
            kms_key_id=None,
            client_request_token=None,
            replica_regions=[],
            force_overwrite=False,
        )
    kms = kms_backends[DEFAULT_ACCOUNT_ID][_REGION]
    # Of this kind, though it is for encryption: with one of the right kind moto makes an RSA key, which takes 50 ms.
    key = kms.create_key(policy=None, key_usage="SIGN_VERIFY", key_spec="ECC_NIST_P256", description="", tags=[])
    kms.create_alias(key.id, os.environ["ENCRYPTION_KEY"])


def create_queue_and_bucket() -> None:
    """What queued work and mail go through, where results are, and what mail may come from."""
    for variable, name in QUEUES.items():
        queue = sqs_backends[DEFAULT_ACCOUNT_ID][_REGION].create_queue(name, VisibilityTimeout="5400")
        # Empty where it is switched off.
        assert os.environ[variable] in (queue.url(_SQS), "")
    s3_backends[DEFAULT_ACCOUNT_ID]["aws"].create_bucket(os.environ["EXPORTS_BUCKET"], _REGION)
    sesv2_backends[DEFAULT_ACCOUNT_ID][_REGION].create_email_identity("taskward.example", None, None, None)
