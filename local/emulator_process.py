"""The emulator's process: the emulator as it is installed, and ten things that it lacks.

It leaves `$context.authorizer.*` in gateway responses as they stand, where API Gateway fills them in. They carry the
reason of a refusal (see the authorizer function), so without them the local answers would differ from the deployed.

It believes the header X-Forwarded-For, where API Gateway's `sourceIp` is the other end of the connection.

It speaks plain HTTP, on this machine alone, and so refuses what a policy allows over TLS alone. Here it counts as TLS.

It does not know for which identity, by which configuration set and from which address a mail is sent when it looks
whether a policy allows that. And it keeps all else over a restart, but not the mail.

It unpacks layer and code for every process that it starts, which takes longer than the start itself. Here it does so
once. And it starts as many at once as are asked for, and those that have started wait for the others longer than for an
answer of a database that is near. Here as many start at once as there are processors.

It translates a template of SAM by the defaults of its parameters, whatever their values are, on which it depends
whether new versions of functions are published. Here it goes by their values.

It knows alarms over one metric alone. Here one over an expression is there too, and looks at the first of its metrics.

And it ends, in good order, when the process that started it is gone without a word.

Runs under the emulator's own interpreter.
"""

import hashlib
import json
import os
import re
import signal
import tempfile
import threading
import time
import zipfile
from contextvars import ContextVar
from email.utils import parseaddr
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from ministack import app as emulator
from ministack.core import iam_evaluator, lambda_runtime
from ministack.core.responses import get_account_id
from ministack.services import apigateway_v1, ses
from ministack.services.cloudformation import changesets, engine, provisioners
from samtranslator.translator import transform as sam

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


def _pin_secure(source_ip: str, _: bool) -> None:
    iam_evaluator.pin_request_origin(source_ip, True)


apigateway_v1._stringify_context = _remember
apigateway_v1._gateway_error_response = _rendered
emulator.pin_request_origin = _pin_secure


_enforce_ses = emulator._enforce_ses_v2


def _enforce_sender(method: str, path: str, headers: Any, body: bytes, query: Any, request_id: str) -> Any:
    if not path.endswith("/outbound-emails"):
        return _enforce_ses(method, path, headers, body, query, request_id)
    mail = json.loads(body)
    sender = parseaddr(mail.get("FromEmailAddress", ""))[1]
    resources = [f"identity/{sender}"]
    if "ConfigurationSetName" in mail:
        resources.append(f"configuration-set/{mail['ConfigurationSetName']}")
    for resource in resources:
        arn = f"arn:aws:ses:{emulator.extract_region(headers, query)}:{get_account_id()}:{resource}"
        asked = {"resource_arn": arn, "named_resource": arn, "service_context": {"ses:FromAddress": sender}}
        denied = emulator._enforce_data_plane("sesv2", "ses:SendEmail", headers, query, request_id, **asked)
        if denied:
            return denied
    return None


emulator._enforce_ses_v2 = _enforce_sender

_ses_state, _load_ses_state = ses.get_state, ses.load_persisted_state


def _ses_state_with_mail() -> Any:
    return _ses_state() | {"_sent_emails": ses._sent_emails}


def _load_ses_state_with_mail(state: Any) -> None:
    _load_ses_state(state)
    ses._restore_regional_store(ses._sent_emails, state.get("_sent_emails", {}))


ses.get_state, ses.load_persisted_state = _ses_state_with_mail, _load_ses_state_with_mail


_unpacking = threading.Lock()


class _UnpackedOnce(zipfile.ZipFile):
    """An archive whose content is unpacked once; wherever else it is wanted, there is a link to it."""

    def extractall(self, path: Any) -> None:
        assert self.filename
        with open(self.filename, "rb") as archive:
            content = hashlib.file_digest(archive, "sha256").hexdigest()
        unpacked = Path(tempfile.gettempdir(), f"unpacked-{content}")
        with _unpacking:
            if not unpacked.exists():
                super().extractall(unpacked.with_suffix(".part"))
                unpacked.with_suffix(".part").rename(unpacked)
        Path(path).rmdir()
        Path(path).symlink_to(unpacked)


lambda_runtime.zipfile = SimpleNamespace(**(vars(zipfile) | {"ZipFile": _UnpackedOnce}))


_starting = threading.Semaphore(os.cpu_count() or 1)
_spawn = lambda_runtime.Worker._spawn


def _spawn_in_turn(worker: lambda_runtime.Worker) -> None:
    with _starting:
        _spawn(worker)


lambda_runtime.Worker._spawn = _spawn_in_turn


_parameters: ContextVar[dict[str, str]] = ContextVar("parameters")
_apply_transforms, _transform = changesets._apply_transforms, sam.transform


def _apply_transforms_by_values(template: Any, provided: Any = None, previous: Any = None) -> Any:
    _parameters.set(engine._transform_parameters(template, provided, previous))
    return _apply_transforms(template, provided, previous)


def _transform_by_values(template: Any, _: Any, policies: Any) -> Any:
    return _transform(template, _parameters.get(), policies)


changesets._apply_transforms, sam.transform = _apply_transforms_by_values, _transform_by_values


_alarm_over_one_metric = provisioners._cw_metric_alarm_record


def _alarm_record(name: str, properties: dict[str, Any]) -> Any:
    metrics = [entry["MetricStat"] for entry in properties.get("Metrics", ()) if "MetricStat" in entry]
    if metrics:
        kept = {key: value for key, value in properties.items() if key != "Metrics"}
        first = {"Statistic": metrics[0]["Stat"], "Period": metrics[0]["Period"]}
        properties = kept | metrics[0]["Metric"] | first
    return _alarm_over_one_metric(name, properties)


provisioners._cw_metric_alarm_record = _alarm_record


async def _app_that_knows_its_clients(scope: Any, receive: Any, send: Any) -> None:
    if scope["type"] == "http" and scope.get("client"):
        others = [(name, value) for name, value in scope["headers"] if name.lower() != b"x-forwarded-for"]
        scope = {**scope, "headers": [*others, (b"x-forwarded-for", scope["client"][0].encode())]}
    await _app(scope, receive, send)


_app = emulator.app
emulator.app = _app_that_knows_its_clients


def _end_with(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(1)
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    threading.Thread(target=_end_with, args=[os.getppid()], daemon=True).start()
    emulator.main()
