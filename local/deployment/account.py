"""The AWS account and region that commands of deployment work in."""

import os
from dataclasses import dataclass
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from local.deployment.refusals import RefusedError
from local.deployment.samconfig import Environment


@dataclass(frozen=True)
class Account:
    """An account in one region, by the credentials there are."""

    session: boto3.Session
    number: str

    @property
    def region(self) -> str:
        """Its name, such as eu-central-1."""
        return str(self.session.region_name)

    def client(self, service: str) -> Any:
        """A boto3 client."""
        return self.session.client(service)  # type: ignore[call-overload]


def connect(environment: Environment) -> Account:
    """The account that the credentials of this shell, or of the profile that samconfig.toml names, belong to.

    Raises
    ------
    RefusedError: there are no credentials, they are not taken, or nothing says which region.
    """
    # The AWS command line reads AWS_REGION too; boto3 by itself knows AWS_DEFAULT_REGION alone.
    region = environment.region or os.environ.get("AWS_REGION") or None
    try:
        session = boto3.Session(profile_name=environment.profile, region_name=region)
        if session.get_credentials() is None:
            raise RefusedError(
                "There are no AWS credentials: sign in (`aws sso login` or `aws configure`), or set AWS_PROFILE."
            )
        if not session.region_name:
            raise RefusedError("Nothing says which AWS region: set AWS_REGION, or `region` in samconfig.toml.")
        identity = session.client("sts").get_caller_identity()
    except ClientError as error:
        raise RefusedError(f"AWS does not take the credentials; sign in anew. It says: {error}") from None
    except BotoCoreError as error:
        raise RefusedError(f"AWS cannot be asked who you are: {error}") from None
    return Account(session, identity["Account"])
