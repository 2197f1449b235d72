"""The web app is published once CloudFront shows nothing of the release before, or has had its time for that."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.stub import ANY, Stubber
from moto import mock_aws

from local.deployment import publish

REGION = "us-east-1"
OUTPUTS = {"SiteBucketName": "site", "DistributionId": "E1"}


def _answer(status: str) -> dict[str, Any]:
    paths = {"Quantity": 1, "Items": ["/index.html"]}
    batch = {"Paths": paths, "CallerReference": "-"}
    made = datetime(2026, 3, 1, tzinfo=UTC)
    return {"Invalidation": {"Id": "I1", "Status": status, "CreateTime": made, "InvalidationBatch": batch}}


@pytest.fixture
def publication(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[[list[str]], tuple[list[float], list[str]]]]:
    """Publishes a page, as CloudFront answers with one status after the other: how long it waited, what is there."""
    (tmp_path / "index.html").write_text("<!doctype html>")
    waited: list[float] = []
    monkeypatch.setattr("botocore.waiter.time.sleep", waited.append)

    def run(statuses: list[str]) -> tuple[list[float], list[str]]:
        cloudfront = boto3.client("cloudfront", REGION)
        with Stubber(cloudfront) as stub:
            asked = {"DistributionId": "E1", "InvalidationBatch": ANY}
            stub.add_response("create_invalidation", _answer("InProgress"), asked)
            for status in statuses:
                stub.add_response("get_invalidation", _answer(status), {"DistributionId": "E1", "Id": "I1"})
            publish.publish(OUTPUTS, tmp_path, s3, cloudfront)
            stub.assert_no_pending_responses()
        return waited, [each["Key"] for each in s3.list_objects_v2(Bucket="site")["Contents"]]

    with mock_aws():
        s3 = boto3.client("s3", REGION)
        s3.create_bucket(Bucket="site")
        yield run


def test_it_waits_until_cloudfront_says_that_it_is_done(
    publication: Callable[[list[str]], tuple[list[float], list[str]]], capsys: pytest.CaptureFixture[str]
) -> None:
    assert publication(["InProgress", "InProgress", "Completed"]) == ([5, 5], ["index.html"])
    assert capsys.readouterr().out == ""


def test_where_that_takes_more_than_five_minutes_it_says_so_and_goes_on(
    publication: Callable[[list[str]], tuple[list[float], list[str]]], capsys: pytest.CaptureFixture[str]
) -> None:
    waited, files = publication(["InProgress"] * 60)
    assert 290 <= sum(waited) <= 300
    assert files == ["index.html"]
    assert "CloudFront may show the page of before for some minutes yet." in capsys.readouterr().out
