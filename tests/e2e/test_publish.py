"""The web app in the bucket of the deployed stack: what `make deploy` puts there, in which order, and for how long."""

from pathlib import Path
from typing import Any

import httpx
import pytest

from local.deployment import publish
from local.stack import Stack
from local.web_files import WebFileError
from tests.support.template import resources

FIRST, SECOND = "assets/index-Ab12.js", "assets/index-Cd34.js"


def _release(folder: Path, script: str) -> Path:
    """What a build leaves whose page leads to a script."""
    (folder / "assets").mkdir(parents=True)
    (folder / script).write_text(f"// {script}")
    (folder / "sw.js").write_text("// service worker")
    (folder / "index.html").write_text(f'<script type="module" src="/{script}"></script>')
    (folder / ".built").write_text("of what it is built")
    return folder


class Site:
    """The bucket and the distribution of a stack."""

    def __init__(self, stack: Stack) -> None:
        self.stack = stack
        self.bucket = stack.outputs["SiteBucketName"]
        self.s3 = stack.client("s3")
        self.cloudfront = stack.client("cloudfront")
        self.calls: list[str] = []
        for operation in ("PutObject", "CopyObject"):
            self.s3.meta.events.register(f"provide-client-params.s3.{operation}", self._record)
        self.cloudfront.meta.events.register("provide-client-params.cloudfront.CreateInvalidation", self._record)

    def _record(self, model: Any, params: dict[str, Any], **_: Any) -> None:
        self.calls.append(f"{model.name} {params.get('Key', '')}".strip())

    def publish(self, folder: Path) -> None:
        """Publish a release."""
        publish.publish(self.stack.outputs, folder, self.s3, self.cloudfront)

    def headers(self, key: str) -> tuple[str, str]:
        """What a file says of itself."""
        head = self.s3.head_object(Bucket=self.bucket, Key=key)
        return head["ContentType"], head["CacheControl"]

    def marked(self) -> set[str]:
        """The files that the bucket's lifecycle will remove."""
        (rule,) = resources("AWS::S3::Bucket")["SiteBucket"]["LifecycleConfiguration"]["Rules"]
        keys = [entry["Key"] for entry in self.s3.list_objects_v2(Bucket=self.bucket)["Contents"]]
        return {
            key
            for key in keys
            if self.s3.get_object_tagging(Bucket=self.bucket, Key=key)["TagSet"] == rule["TagFilters"]
        }


@pytest.fixture
def site(stack: Stack) -> Site:
    """Where the stack's web app is."""
    return Site(stack)


def test_a_release_is_published_and_the_one_before_stays_for_pages_that_are_open(site: Site, tmp_path: Path) -> None:
    first, second = _release(tmp_path / "1", FIRST), _release(tmp_path / "2", SECOND)
    site.publish(first)
    keys = {entry["Key"] for entry in site.s3.list_objects_v2(Bucket=site.bucket)["Contents"]}
    assert keys == {FIRST, "sw.js", "index.html"}
    assert site.headers(FIRST) == ("text/javascript; charset=utf-8", "public, max-age=31536000, immutable")
    assert site.headers("sw.js") == ("text/javascript; charset=utf-8", "no-cache")
    assert site.headers("index.html") == ("text/html; charset=utf-8", "no-store")

    site.publish(second)
    assert site.marked() == {FIRST}
    # It is what it was.
    assert site.headers(FIRST) == ("text/javascript; charset=utf-8", "public, max-age=31536000, immutable")
    assert site.s3.get_object(Bucket=site.bucket, Key=FIRST)["Body"].read() == f"// {FIRST}".encode()

    # A mark is set once, or the days would begin anew with each release.
    site.calls.clear()
    site.publish(second)
    assert not any(call.startswith("CopyObject") for call in site.calls)

    # Back to the first release, whose files are no longer those that were replaced.
    site.publish(first)
    assert site.marked() == {SECOND}


def test_the_page_comes_last_and_then_cloudfront_forgets_what_has_a_new_content_under_its_name(
    site: Site, tmp_path: Path
) -> None:
    site.publish(_release(tmp_path / "1", FIRST))
    assert site.calls[:4] == [f"PutObject {FIRST}", "PutObject sw.js", "PutObject index.html", "CreateInvalidation"]
    distribution = site.stack.outputs["DistributionId"]
    newest = site.cloudfront.list_invalidations(DistributionId=distribution)["InvalidationList"]["Items"][0]
    found = site.cloudfront.get_invalidation(DistributionId=distribution, Id=newest["Id"])["Invalidation"]
    assert set(found["InvalidationBatch"]["Paths"]["Items"]) == {"/sw.js", "/index.html"}


def test_nobody_reads_the_bucket_but_by_cloudfront(site: Site, tmp_path: Path) -> None:
    site.publish(_release(tmp_path / "1", FIRST))
    address = f"{site.stack.emulator.endpoint}/{site.bucket}"
    assert httpx.get(f"{address}/index.html").status_code == 403
    assert httpx.get(address).status_code == 403


def test_where_nothing_was_built_nothing_is_replaced(site: Site, tmp_path: Path) -> None:
    site.publish(_release(tmp_path / "1", FIRST))
    (tmp_path / "2" / "assets").mkdir(parents=True)
    (tmp_path / "2" / SECOND).write_text("// half of a build")
    with pytest.raises(WebFileError, match="make web"):
        site.publish(tmp_path / "2")
    assert not {FIRST, "sw.js", "index.html"} & site.marked()
