"""The headers that CloudFront adds to the web app's files, read from the template, so that `make run` has the same."""

from typing import Any

from local.template import template

_SECONDS = "AccessControlMaxAgeSec"


def site_headers() -> dict[str, str]:
    """Headers by name, as the policy SiteHeaders says."""
    policy = template()["Resources"]["SiteHeaders"]["Properties"]["ResponseHeadersPolicyConfig"]
    security = policy["SecurityHeadersConfig"]
    headers = {
        "Content-Security-Policy": security["ContentSecurityPolicy"]["ContentSecurityPolicy"],
        "Strict-Transport-Security": _transport(security["StrictTransportSecurity"]),
        "X-Frame-Options": security["FrameOptions"]["FrameOption"],
        "Referrer-Policy": security["ReferrerPolicy"]["ReferrerPolicy"],
    }
    if "ContentTypeOptions" in security:
        headers["X-Content-Type-Options"] = "nosniff"
    return headers | {item["Header"]: item["Value"] for item in policy["CustomHeadersConfig"]["Items"]}


def _transport(settings: dict[str, Any]) -> str:
    directives = [f"max-age={settings[_SECONDS]}"]
    if settings.get("IncludeSubdomains"):
        directives.append("includeSubDomains")
    if settings.get("Preload"):
        directives.append("preload")
    return "; ".join(directives)
