"""The emulator's process: the emulator as it is installed, and two things that it lacks.

It leaves `$context.authorizer.*` in gateway responses as they stand, where API Gateway fills them in. They carry the
reason of a refusal (see the authorizer function), so without them the local answers would differ from the deployed.

And it ends, in good order, when the process that started it is gone without a word.

Runs under the emulator's own interpreter.
"""

import json
import os
import re
import signal
import threading
import time
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


def _end_with(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(1)
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    threading.Thread(target=_end_with, args=[os.getppid()], daemon=True).start()
    main()
