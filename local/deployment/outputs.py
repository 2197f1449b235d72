"""`make outputs`: what a deployed stack says of itself, as lines for a shell.

    eval "$(make -s outputs CONFIG=prod)"

Each output has a name of the shell's kind, without what it is a name of: `UsersTableName` becomes `USERS_TABLE`,
`JobsQueueUrl` becomes `JOBS_QUEUE`, `SiteUrl` stays `SITE_URL`. The stack itself is `STACK`.
"""

import argparse
import re
import shlex
import sys
from collections.abc import Iterator

from local.deployment import account as accounts
from local.deployment import deployed, samconfig
from local.deployment.account import Account
from local.deployment.deployed import Deployed
from local.deployment.refusals import RefusedError
from local.deployment.samconfig import Environment


def main() -> int:
    """Print the outputs of the stack of one table of samconfig.toml; the exit status."""
    parser = argparse.ArgumentParser(prog="local.deployment.outputs")
    parser.add_argument("--config-env", default="default")
    try:
        environment = samconfig.environment(parser.parse_args().config_env)
        account = accounts.connect(environment)
        stack = _found(account, environment.stack_name)
    except RefusedError as error:
        print(error, file=sys.stderr)
        return 1
    print(*_settings(environment, account), *lines(stack), sep="\n")
    return 0


def _found(account: Account, name: str) -> Deployed:
    stack = deployed.find(account, name)
    if stack is None:
        raise RefusedError(f"There is no stack {name} in account {account.number}, region {account.region}.")
    return stack


def _settings(environment: Environment, account: Account) -> Iterator[str]:
    """What the commands that follow go by: `make` by the same table, the AWS command line to the same place."""
    yield f"export CONFIG={shlex.quote(environment.name)}"
    if environment.profile:
        yield f"export AWS_PROFILE={shlex.quote(environment.profile)}"
    # Its first and its second version each read a variable of their own. And the second shows everything in a pager.
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION"):
        yield f"export {name}={shlex.quote(account.region)}"
    yield "export AWS_PAGER="


def lines(stack: Deployed) -> Iterator[str]:
    """An assignment for the stack and one for each of its outputs, whatever characters are in it."""
    yield f"STACK={shlex.quote(stack.name)}"
    for name, value in sorted(stack.outputs.items()):
        yield f"{_variable(name)}={shlex.quote(value)}"


def _variable(output: str) -> str:
    thing = re.sub(r"(Function)?Name$|Arn$|(?<=Queue)Url$", "", output)
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", thing).upper()


if __name__ == "__main__":
    sys.exit(main())
