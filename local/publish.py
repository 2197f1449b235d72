"""`make deploy`'s last step: the web app goes into the bucket of a deployed stack, and CloudFront is told.

No page that is open meanwhile is broken: files named by their content come first, the page that leads to them last, and
those of the release before stay for a while.
"""

import argparse
import sys
import tomllib
import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import boto3

from local import web_files
from local.paths import ROOT
from local.web_files import WebFileError

# By this tag the bucket's lifecycle knows what may go, 30 days after it got it.
_RELEASED, _REPLACED = "replaced=false", "replaced=true"


def main() -> int:
    """Publish what is built to the stack of one table of samconfig.toml; the exit status."""
    parser = argparse.ArgumentParser(prog="local.publish", description=__doc__)
    parser.add_argument("--config-env", default="default")
    settings = _settings(parser.parse_args().config_env)
    session = boto3.Session(profile_name=settings.get("profile"), region_name=settings.get("region"))
    cloudformation: Any = session.client("cloudformation")
    if _is_change_waiting(cloudformation, settings["stack_name"]):
        print("The stack was not changed, so the web app is not published either.", file=sys.stderr)
        return 1
    stack = cloudformation.describe_stacks(StackName=settings["stack_name"])["Stacks"][0]
    outputs = {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}
    try:
        publish(outputs, web_files.DIST, session.client("s3"), session.client("cloudfront"))
    except WebFileError as error:
        print(error, file=sys.stderr)
        return 1
    print(f"The web app is at {outputs['SiteUrl']}")
    return 0


def _is_change_waiting(cloudformation: Any, stack_name: str) -> bool:
    """Whether the newest change set of a stack was not executed: `sam deploy` ends well when somebody says no to it."""
    pages = cloudformation.get_paginator("list_change_sets").paginate(StackName=stack_name)
    change_sets = [change_set for page in pages for change_set in page["Summaries"]]
    newest = max(change_sets, key=lambda change_set: change_set["CreationTime"], default=None)
    return newest is not None and newest["ExecutionStatus"] == "AVAILABLE"


def publish(outputs: Mapping[str, str], folder: Path, s3: Any, cloudfront: Any) -> None:
    """Bring the files of a folder to where a stack's outputs say.

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
    cloudfront.create_invalidation(
        DistributionId=outputs["DistributionId"],
        InvalidationBatch={
            "CallerReference": str(uuid.uuid4()),
            "Paths": _list([f"/{key}" for key in released if not web_files.is_immutable(key)]),
        },
    )
    _mark_replaced(s3, bucket, set(released))


def _headers(key: str) -> dict[str, str]:
    return {"ContentType": web_files.content_type(key), "CacheControl": web_files.cache_control(key)}


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


def _settings(environment: str) -> dict[str, str]:
    """What samconfig.toml says to `sam deploy` of where it goes."""
    tables = tomllib.loads((ROOT / "samconfig.toml").read_text(encoding="utf-8"))[environment]
    common, own = (tables.get(command, {}).get("parameters", {}) for command in ("global", "deploy"))
    return {name: value for name, value in (common | own).items() if name in ("stack_name", "region", "profile")}


if __name__ == "__main__":
    sys.exit(main())
