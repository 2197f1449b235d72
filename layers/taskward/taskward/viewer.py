"""Where a request came from: the address bar's origin and the person's network address.

A proxy in front of the gateway (CloudFront, or the local front door) knows both; the gateway then sees only the
proxy. So the proxy passes them on in headers, together with a secret that it shares with the service. Without the
secret those headers could be written by anybody, and the gateway's own context counts instead (ASVS 4.1.3).
"""

import hmac
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from taskward.client import Client
from taskward.origin_secrets import digest

SECRET_HEADER = "x-taskward-origin-secret"  # noqa: S105 - a name
ORIGIN_HEADER = "x-taskward-viewer-origin"
ADDRESS_HEADER = "x-taskward-viewer-address"

_USER_AGENT_LENGTH = 256


@dataclass(frozen=True)
class Viewer:
    """Who looks at the service, and through which address bar.

    `base_url` is where the API is for this viewer (`https://host/api`, no trailing slash).
    """

    base_url: str
    client: Client

    @property
    def origin(self) -> str:
        """Scheme, host and port of `base_url`, as a browser writes them (RFC 6454)."""
        return self.base_url.rpartition("/")[0]


def viewer_of(event: Mapping[str, Any], origin_digests: Collection[str]) -> Viewer:
    """The viewer of an API Gateway event; `origin_digests` are those of the secrets now valid."""
    headers = {name.lower(): value for name, value in (event.get("headers") or {}).items()}
    context = event["requestContext"]
    identity = context.get("identity") or {}
    # No table takes half of a surrogate pair.
    user_agent = (headers.get("user-agent") or "").encode(errors="replace").decode()[:_USER_AGENT_LENGTH]
    stage = "/" + context["stage"]
    shown = digest(headers.get(SECRET_HEADER) or "")
    if any(hmac.compare_digest(shown, valid) for valid in origin_digests):
        origin, address = headers.get(ORIGIN_HEADER), headers.get(ADDRESS_HEADER)
        if origin and address:
            return Viewer(origin.rstrip("/") + stage, Client(address, user_agent))
    host = context.get("domainName") or f"{context['apiId']}.execute-api.amazonaws.com"
    return Viewer(f"https://{host}{stage}", Client(identity.get("sourceIp") or "", user_agent))
