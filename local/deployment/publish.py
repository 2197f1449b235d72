"""The web app of a deployed stack: into its bucket, and CloudFront forgets the page of before.

No page that is open meanwhile is broken: files named by their content come first, the page that leads to them last, and
those of the release before stay for a while.
"""

import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from botocore.exceptions import WaiterError

from local import web_files
from local.web_files import WebFileError

# By this tag the bucket's lifecycle knows what may go, 30 days after it got it.
_RELEASED, _REPLACED = "replaced=false", "replaced=true"

# Five minutes; most often it is done in one.
_FORGETTING = {"Delay": 5, "MaxAttempts": 60}


def publish(outputs: Mapping[str, str], folder: Path, s3: Any, cloudfront: Any) -> None:
    """Bring the files of a folder to where a stack's outputs say; what is shown from then on is of them.

    Raises
    ------
    WebFileError: a file has no media type, or there is no page; nothing has been published then.
    """
    bucket, released = outputs["SiteBucketName"], web_files.keys(folder)
    if web_files.INDEX not in released:
        # What is there would be marked as replaced, by nothing.
        raise WebFileError(f"There is no {web_files.INDEX} in {folder}; `make web` builds the app.")
    headers = {key: _headers(key) for key in released}
    for key in released:
        # All of them, each time: what was marked as replaced and is back again loses the mark.
        s3.put_object(Bucket=bucket, Key=key, Body=(folder / key).read_bytes(), Tagging=_RELEASED, **headers[key])
    distribution = outputs["DistributionId"]
    invalidation = cloudfront.create_invalidation(
        DistributionId=distribution,
        InvalidationBatch={
            "CallerReference": str(uuid.uuid4()),
            "Paths": _list([f"/{key}" for key in released if not web_files.is_immutable(key)]),
        },
    )
    _mark_replaced(s3, bucket, set(released))
    _wait(cloudfront, distribution, invalidation["Invalidation"]["Id"])


def _headers(key: str) -> dict[str, str]:
    return {"ContentType": web_files.content_type(key), "CacheControl": web_files.cache_control(key)}


def _wait(cloudfront: Any, distribution: str, invalidation: str) -> None:
    waiter = cloudfront.get_waiter("invalidation_completed")
    try:
        waiter.wait(DistributionId=distribution, Id=invalidation, WaiterConfig=_FORGETTING)
    except WaiterError as error:
        # All is published by then, so whoever deploys goes on.
        print(f"CloudFront may show the page of before for some minutes yet. {error}")


def _list(items: list[str]) -> dict[str, Any]:
    return {"Quantity": len(items), "Items": items}


def _mark_replaced(s3: Any, bucket: str, released: set[str]) -> None:
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket)
    for key in [entry["Key"] for page in pages for entry in page.get("Contents", ()) if entry["Key"] not in released]:
        tags = {tag["Key"]: tag["Value"] for tag in s3.get_object_tagging(Bucket=bucket, Key=key)["TagSet"]}
        if tags.get("replaced") == "true":
            continue
        # A copy, because the lifecycle counts the days from when an object was made.
        s3.copy_object(
            Bucket=bucket,
            Key=key,
            CopySource={"Bucket": bucket, "Key": key},
            MetadataDirective="REPLACE",
            TaggingDirective="REPLACE",
            Tagging=_REPLACED,
            **_headers(key),
        )
