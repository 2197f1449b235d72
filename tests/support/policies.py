"""Policies of a translated stack, statement by statement."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tests.support.translated import Translated, listed

_OF_RESOURCES = {
    "AWS::S3::BucketPolicy": "PolicyDocument",
    "AWS::SNS::TopicPolicy": "PolicyDocument",
    "AWS::SQS::QueuePolicy": "PolicyDocument",
    "AWS::SecretsManager::ResourcePolicy": "ResourcePolicy",
    "AWS::KMS::Key": "KeyPolicy",
}


@dataclass(frozen=True)
class Statement:
    """One statement, and the logical id of what it stands in: a role, a key, or the policy of something else."""

    holder: str
    content: dict[str, Any]

    @property
    def allows(self) -> bool:
        """Whether it allows what it names; else it forbids that."""
        return bool(self.content["Effect"] == "Allow")

    @property
    def actions(self) -> set[str]:
        """What may be done, or may not."""
        return set(listed(self.content["Action"]))

    @property
    def resources(self) -> set[str]:
        """With what."""
        return set(listed(self.content["Resource"]))

    @property
    def conditions(self) -> dict[str, Any]:
        """When, by operator."""
        return self.content.get("Condition") or {}


def of_roles(stack: Translated) -> Iterator[Statement]:
    """What roles allow and forbid to those who have them."""
    for name, role in stack.of("AWS::IAM::Role").items():
        for policy in role.get("Policies", []):
            for content in policy["PolicyDocument"]["Statement"]:
                yield Statement(name, content)


def of_resources(stack: Translated) -> Iterator[Statement]:
    """What buckets, topics, queues, secrets and keys allow and forbid to whom."""
    for kind, document in _OF_RESOURCES.items():
        for name, properties in stack.of(kind).items():
            for content in properties[document]["Statement"]:
                yield Statement(name, content)
