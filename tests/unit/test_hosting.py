"""What the template says of the web app's hosting: who can read the bucket, what CloudFront asks of whom, and keeps."""

import json
from typing import Any

import pytest

from local.web_headers import site_headers
from tests.support.template import resources, template, with_everything_on, with_nothing_on

DISTRIBUTION: dict[str, Any] = resources("AWS::CloudFront::Distribution")["Distribution"]["DistributionConfig"]
ORIGINS = {origin["Id"]: origin for origin in DISTRIBUTION["Origins"]}
SITE = DISTRIBUTION["DefaultCacheBehavior"]
(API,) = DISTRIBUTION["CacheBehaviors"]
STATEMENTS = {
    statement["Sid"]: statement
    for statement in resources("AWS::S3::BucketPolicy")["SiteBucketPolicy"]["PolicyDocument"]["Statement"]
}
# Of AWS, the same in every account.
CACHING_OPTIMIZED = "658327ea-f89d-4fab-a63d-7e88639e58f6"
CACHING_DISABLED = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
ALL_VIEWER_EXCEPT_HOST_HEADER = "b689b0a8-53d0-40ab-baf2-68738e2966ac"
# All that CloudFront keeps by default.
KEPT_ERRORS = {400, 403, 404, 405, 414, 416, 500, 501, 502, 503, 504}


def test_our_distribution_reads_the_bucket_and_nobody_else_does() -> None:
    allowed = [statement for statement in STATEMENTS.values() if statement["Effect"] == "Allow"]
    assert {statement["Action"] for statement in allowed} == {"s3:GetObject", "s3:ListBucket"}
    for statement in allowed:
        assert statement["Principal"] == {"Service": "cloudfront.amazonaws.com"}
        arn = statement["Condition"]["StringEquals"]["aws:SourceArn"]["Fn::Sub"]
        assert arn.endswith("::${AWS::AccountId}:distribution/${Distribution}")


def test_cloudfront_signs_what_it_asks_of_the_bucket() -> None:
    (access,) = resources("AWS::CloudFront::OriginAccessControl").values()
    config = access["OriginAccessControlConfig"]
    assert (config["SigningBehavior"], config["SigningProtocol"]) == ("always", "sigv4")
    assert ORIGINS["site"]["OriginAccessControlId"] == {"Fn::GetAtt": ["SiteAccess", "Id"]}
    # Not the address of a website, which anybody could ask.
    assert ORIGINS["site"]["DomainName"] == {"Fn::GetAtt": ["SiteBucket", "RegionalDomainName"]}


def test_the_gateway_is_asked_by_tls_with_the_origin_secret_and_by_its_own_name() -> None:
    origin = ORIGINS["api"]
    assert origin["CustomOriginConfig"] == {"OriginProtocolPolicy": "https-only", "OriginSSLProtocols": ["TLSv1.2"]}
    (header,) = origin["OriginCustomHeaders"]
    assert header["HeaderName"] == "X-Taskward-Origin-Secret"
    assert header["HeaderValue"]["Fn::Sub"].startswith("{{resolve:secretsmanager:${OriginSecret}:SecretString:")
    assert "OriginPath" not in origin
    assert API["PathPattern"] == f"/{resources('AWS::Serverless::Api')['Api']['StageName']}/*"
    assert API["OriginRequestPolicyId"] == ALL_VIEWER_EXCEPT_HOST_HEADER


def test_no_answer_of_the_api_is_kept_or_given_headers_of_the_app() -> None:
    assert (API["TargetOriginId"], API["CachePolicyId"]) == ("api", CACHING_DISABLED)
    assert "ResponseHeadersPolicyId" not in API
    assert len(API["AllowedMethods"]) == 7


def test_files_of_the_app_are_kept_without_regard_to_who_asks() -> None:
    assert (SITE["TargetOriginId"], SITE["CachePolicyId"], SITE["Compress"]) == ("site", CACHING_OPTIMIZED, True)
    assert SITE["ResponseHeadersPolicyId"] == {"Ref": "SiteHeaders"}
    assert "OriginRequestPolicyId" not in SITE


def test_pages_move_to_https_and_the_api_does_not_answer_without() -> None:
    assert (SITE["ViewerProtocolPolicy"], API["ViewerProtocolPolicy"]) == ("redirect-to-https", "https-only")


def test_no_page_stands_for_an_error_and_no_error_is_kept() -> None:
    errors = DISTRIBUTION["CustomErrorResponses"]
    assert {error["ErrorCode"]: error["ErrorCachingMinTTL"] for error in errors} == dict.fromkeys(KEPT_ERRORS, 0)
    assert all(error.keys() == {"ErrorCode", "ErrorCachingMinTTL"} for error in errors)


@pytest.mark.parametrize(("behaviour", "name"), [(SITE, "SiteFunction"), (API, "ApiFunction")])
def test_each_behaviour_has_its_function_before_anything_is_looked_up(behaviour: dict[str, Any], name: str) -> None:
    arn = {"Fn::GetAtt": [name, "FunctionARN"]}
    assert behaviour["FunctionAssociations"] == [{"EventType": "viewer-request", "FunctionARN": arn}]
    assert resources("AWS::CloudFront::Function")[name]["AutoPublish"] is True


def test_the_content_security_policy_lets_in_nothing_inline_and_nothing_from_elsewhere() -> None:
    policy = dict(part.split(" ", 1) for part in site_headers()["Content-Security-Policy"].split("; "))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == policy["connect-src"] == "'self'"
    assert policy["base-uri"] == policy["frame-ancestors"] == "'none'"
    assert policy["require-trusted-types-for"] == "'script'"
    sources = " ".join(policy.values())
    assert not any(word in sources for word in ("unsafe", "http", "*"))
    assert "data:" not in policy["script-src"] + policy["style-src"]


def test_the_other_headers_of_the_app_are_there() -> None:
    headers = site_headers()
    assert headers["Strict-Transport-Security"] == "max-age=63072000; includeSubDomains"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["Cross-Origin-Opener-Policy"] == headers["Cross-Origin-Resource-Policy"] == "same-origin"
    features = dict(feature.split("=") for feature in headers["Permissions-Policy"].split(", "))
    used = {"publickey-credentials-create", "publickey-credentials-get", "clipboard-write"}
    assert {name for name, who in features.items() if who == "(self)"} == used
    assert {who for name, who in features.items() if name not in used} == {"()"}
    assert features.keys() >= {"camera", "geolocation", "microphone", "payment", "usb"}


def test_a_domain_of_ones_own_comes_with_its_certificate_and_no_old_tls() -> None:
    own = with_everything_on(DISTRIBUTION)
    assert own["Aliases"] == [{"Ref": "SiteDomain"}]
    assert own["ViewerCertificate"] == {
        "AcmCertificateArn": {"Ref": "CertificateArn"},
        "SslSupportMethod": "sni-only",
        "MinimumProtocolVersion": "TLSv1.2_2021",
    }
    (assertion,) = template()["Rules"]["DomainNeedsCertificate"]["Assertions"]
    assert assertion["Assert"] == {"Fn::Not": [{"Fn::Equals": [{"Ref": "CertificateArn"}, ""]}]}
    assert with_nothing_on(DISTRIBUTION)["ViewerCertificate"] == {"CloudFrontDefaultCertificate": True}


def test_names_that_count_in_the_whole_account_have_stack_and_region_in_them() -> None:
    kinds = ("OriginAccessControl", "ResponseHeadersPolicy", "Function")
    named = [json.dumps(found) for kind in kinds for found in resources(f"AWS::CloudFront::{kind}").values()]
    assert len(named) == 4
    assert all('"Name": {"Fn::Sub": "${AWS::StackName}-${AWS::Region}' in text for text in named)
