"""SAM's translator as a process: the template and sets of parameters in, what CloudFormation gets for each set out.

JSON on standard input and output: `{"template": ..., "sets": [{name: value}, ...]}`, and for each set what became of
it, or why it was refused: `[{"document": ...}, {"refused": ...}]`. It asks nothing of AWS and reads no credentials.

Runs under the interpreter of the SAM command line, whose packages do not go together with those of the tests. AWS has
the same translator: `sam deploy` sends the template as it is, and it is translated there.
"""

import copy
import json
import logging
import sys
from types import SimpleNamespace
from typing import Any

from samtranslator.model.exceptions import InvalidDocumentException
from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator

_UPLOADED = "s3://uploaded/by-sam"
_LOCAL = {"AWS::Serverless::Function": "CodeUri", "AWS::Serverless::LayerVersion": "ContentUri"}


def _answer(template: dict[str, Any], parameters: dict[str, Any]) -> dict[str, Any]:
    try:
        return {"document": _translated(template, parameters)}
    except InvalidDocumentException as refused:
        return {"refused": "\n".join(cause.message for cause in refused.causes)}


def _translated(template: dict[str, Any], parameters: dict[str, Any]) -> dict[str, Any]:
    template = copy.deepcopy(template)
    for resource in template["Resources"].values():
        folder = _LOCAL.get(resource["Type"])
        if folder and not resource["Properties"][folder].startswith("s3://"):
            resource["Properties"][folder] = _UPLOADED
    # A session is asked for its region alone.
    translator = Translator(None, Parser(), boto_session=SimpleNamespace(region_name="us-east-1"))
    # No policy is given by its name, so none has to be looked up.
    document: dict[str, Any] = translator.translate(template, parameters, get_managed_policy_map=dict)
    return document


def main() -> None:
    """Translate what stands on standard input."""
    # It tells of features that are not switched on, and of measurements that nobody takes.
    logging.disable(logging.WARNING)
    asked = json.load(sys.stdin)
    json.dump([_answer(asked["template"], parameters) for parameters in asked["sets"]], sys.stdout)


if __name__ == "__main__":
    main()
