"""Starts the emulator with `$context.authorizer.*` filled in gateway responses, as API Gateway does.

The emulator leaves these variables as they stand. They carry the reason of a refusal (see the authorizer function), so
without them the local answers would differ from the deployed ones. Runs under the emulator's own interpreter.
"""

import json
import re
from contextvars import ContextVar
from typing import Any

from ministack.app import main
from ministack.services import apigateway_v1

_context: ContextVar[dict[str, str] | None] = ContextVar("authorizer_context", default=None)
_VARIABLE = re.compile(rb"\$context\.authorizer\.(\w+)")

_stringify = apigateway_v1._stringify_context
_render = apigateway_v1._gateway_error_response


def _remember(context: Any) -> Any:
    values = _stringify(context)
    _context.set(values)
    return values


def _rendered(error: Any, request: Any) -> Any:
    status, headers, body = _render(error, request)
    values = _context.get() or {}
    return status, headers, _VARIABLE.sub(lambda match: _text(values.get(match[1].decode(), "")), body)


def _text(value: str) -> bytes:
    return json.dumps(value)[1:-1].encode()


apigateway_v1._stringify_context = _remember
apigateway_v1._gateway_error_response = _rendered

if __name__ == "__main__":
    main()
