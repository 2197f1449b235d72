"""Which routes `sam local start-api` serves of a template, and what lets in to each, as JSON.

Runs under the interpreter that the SAM command line is installed for, and asks its own code.
"""

import json
import sys

from samcli.lib.providers.api_provider import ApiProvider  # type: ignore[import-not-found]
from samcli.lib.providers.sam_stack_provider import SamLocalStackProvider  # type: ignore[import-not-found]

stacks, _ = SamLocalStackProvider.get_stacks(sys.argv[1])
routes = [
    [method, route.path, route.function_name, getattr(route.authorizer_object, "lambda_name", None)]
    for route in ApiProvider(stacks).api.routes
    for method in route.methods
]
json.dump(routes, sys.stdout)
