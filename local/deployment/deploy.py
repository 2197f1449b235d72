"""`make deploy`: from nothing to a site that works, or from one release to the next.

What can be refused is refused before anything is built, what can fail at home fails before anything is changed on AWS,
and what has been changed is tested in the end.
"""

import argparse
import os
import socket
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from botocore.exceptions import BotoCoreError, ClientError

from local.deployment import account as accounts
from local.deployment import deployed, kept, parameters, publish, questions, samconfig, versions
from local.deployment.account import Account
from local.deployment.deployed import RUNBOOK
from local.deployment.refusals import RefusedError
from local.deployment.release import release
from local.deployment.samconfig import Environment
from local.deployment.smoke import smoke
from local.paths import ROOT, tool
from local.web_files import DIST, WebFileError

BUILT = ROOT / ".aws-sam" / "build"


@dataclass(frozen=True)
class Plan:
    """A deployment that may begin: the parameters that are given, and what all of them come to."""

    environment: Environment
    account: Account
    given: Mapping[str, str]
    effective: Mapping[str, str]


def main() -> int:
    """Deploy the stack of one table of samconfig.toml; the exit status."""
    parser = argparse.ArgumentParser(prog="local.deployment.deploy", description=__doc__)
    parser.add_argument("--config-env", default="default")
    # Make hands it on in the environment, where no quotes get lost.
    parser.add_argument("--parameters", default=os.environ.get("PARAMETERS", ""))
    arguments = parser.parse_args()
    try:
        chosen = plan(
            arguments.config_env, arguments.parameters, is_on_terminal=sys.stdin.isatty() and sys.stdout.isatty()
        )
        _build()
        outputs = bring(chosen, BUILT)
        return finish(chosen, outputs, tested_at(outputs))
    except (RefusedError, WebFileError) as error:
        print(error, file=sys.stderr)
    except (BotoCoreError, ClientError) as error:
        print(f"AWS says: {error}", file=sys.stderr)
    except (KeyboardInterrupt, EOFError):
        print("\nStopped; what CloudFormation has begun goes on.", file=sys.stderr)
    return 1


def plan(config: str, text: str, *, is_on_terminal: bool) -> Plan:
    """What is to be deployed where, after all questions.

    Raises
    ------
    RefusedError: it cannot be; nothing has been changed.
    """
    environment = samconfig.environment(config)
    fixed = {name: value for name, value in environment.parameters.items() if name != parameters.RELEASE}
    given = parameters.parsed(text)
    _check_given(given, fixed)
    account = accounts.connect(environment)
    print(f"Stack {environment.stack_name} in account {account.number}, region {account.region}.", flush=True)
    stack = deployed.find(account, environment.stack_name)
    given = fixed | given
    if stack:
        deployed.check_deployable(stack)
    previous = stack.parameters if stack else {}
    # A stack of a former template has not got it yet.
    if "GatewayLogsRole" not in {**previous, **given}:
        given |= _gateway_logs_role(account)
    if stack is None:
        given = _of_first_deployment(account, environment, given, is_on_terminal=is_on_terminal) | given
    effective = parameters.effective(given, previous)
    parameters.check(effective)
    return Plan(environment, account, given, effective)


def bring(chosen: Plan, build_dir: Path) -> Mapping[str, str]:
    """`sam deploy` of what was built; the outputs of the stack.

    Raises
    ------
    RefusedError: it failed, or somebody said no to the changes.
    """
    name = chosen.environment.stack_name
    given = {**chosen.given, parameters.RELEASE: release(build_dir, chosen.effective)}
    done = subprocess.run(
        [
            *(tool("sam", "sam"), "deploy", "--config-env", chosen.environment.name),
            *("--config-file", samconfig.FILE, "--template-file", build_dir / "template.yaml"),
            *("--region", chosen.account.region),
            # In place of all that samconfig.toml says, which is among them.
            *("--parameter-overrides", *parameters.overrides(given)),
        ],
        cwd=ROOT,
        env=os.environ | {"SAM_CLI_TELEMETRY": "0"},
        check=False,
    )
    if done.returncode:
        raise RefusedError(f"`sam deploy` failed; the web app was not published. What to do: {RUNBOOK}")
    stack = deployed.find(chosen.account, name)
    if stack is None or deployed.is_declined(chosen.account, name):
        raise RefusedError("The stack was not changed, so the web app is not published either.")
    return stack.outputs


def finish(chosen: Plan, outputs: Mapping[str, str], address: str) -> int:
    """Publish the web app, test the site at an address, and say where all is; the exit status.

    Raises
    ------
    WebFileError: the web app was not built.
    """
    account = chosen.account
    publish.publish(outputs, DIST, account.client("s3"), account.client("cloudfront"))
    works = smoke(address)
    if works:
        removed = versions.remove_old(account, chosen.environment.stack_name)
        if removed:
            print(f"Removed {removed} old versions of functions.")
    site = outputs["SiteUrl"]
    print(f"\n  Site       {site}\n  API        {site}/api\n  Dashboard  {outputs['DashboardUrl']}")
    for hint in _hints(chosen, outputs, address):
        print(f"\n{hint}")
    if not works:
        print(f"\nIt was deployed, and does not do what it should. How to go back: {RUNBOOK}", file=sys.stderr)
    return 0 if works else 1


def tested_at(outputs: Mapping[str, str]) -> str:
    """Where to test a site: at its own address, or at CloudFront's as long as the DNS does not know that."""
    address = outputs["SiteUrl"]
    try:
        socket.getaddrinfo(urlsplit(address).hostname, 443)
    except OSError:
        return f"https://{outputs['DistributionDomain']}"
    return address


def _check_given(given: Mapping[str, str], fixed: Mapping[str, str]) -> None:
    if parameters.RELEASE in given:
        raise RefusedError(f"{parameters.RELEASE} is computed of what is deployed, and not given.")
    for name, value in given.items():
        problem = parameters.problem_of(name, value)
        if problem:
            raise RefusedError(problem)
        if fixed.get(name, value) != value:
            raise RefusedError(f"samconfig.toml says {name}={fixed[name]}, at each deployment: change it there.")


def _of_first_deployment(
    account: Account, environment: Environment, settled: Mapping[str, str], *, is_on_terminal: bool
) -> dict[str, str]:
    """What to give a new stack beside what is settled."""
    given = dict(_of_earlier_stack(account, environment, settled, is_on_terminal=is_on_terminal))
    if is_on_terminal:
        print("\nThis stack is new. Enter takes what is in brackets; `make deploy PARAMETERS=...` changes it later.")
        given |= questions.ask(settled)
    return given


def _of_earlier_stack(
    account: Account, environment: Environment, settled: Mapping[str, str], *, is_on_terminal: bool
) -> Mapping[str, str]:
    """The parameters that take up what was kept of a stack of this name, where somebody agrees to that."""
    left = kept.find(account, environment.stack_name)
    values = {name: value for name, value in left.values.items() if name not in settled}
    if not values or set(kept.TABLES) & set(settled):
        return {}
    if not left.has_items:
        tables = [left.values[name] for name in kept.TABLES if name in left.values]
        print("Tables of an earlier stack of this name are empty, and are not taken up:")
        print(*(f"  {name}" for name in [*tables, *left.others]), sep="\n")
        return {}
    print("There is data of an earlier stack of this name. A new stack takes it up by these parameters:")
    print(*(f"  {name}={value}" for name, value in values.items()), sep="\n")
    for name in left.others:
        print(f"  (beside {name}, which is older, or empty)")
    if kept.KEY not in settled:
        print(kept.GIVEN_KEY)
    return values if is_on_terminal and questions.agrees("Take it up?") else {}


def _gateway_logs_role(account: Account) -> dict[str, str]:
    if not account.client("apigateway").get_account().get("cloudwatchRoleArn"):
        return {}
    print("API Gateway may write logs in this account and region already; that stays as it is.")
    return {"GatewayLogsRole": "present"}


def _build() -> None:
    # One after the other, the API before the app that asks it.
    for target in ("build", "web"):
        if subprocess.run(["make", "--no-print-directory", target], cwd=ROOT, check=False).returncode:
            raise RefusedError(f"`make {target}` failed; nothing was changed on AWS.")


def _hints(chosen: Plan, outputs: Mapping[str, str], address: str) -> list[str]:
    hints = []
    if address != outputs["SiteUrl"]:
        host, target = urlsplit(outputs["SiteUrl"]).hostname, outputs["DistributionDomain"]
        hints.append(f"The DNS does not know {host} yet: make an entry of it that leads to {target}.")
    if chosen.effective["MailSender"] and not chosen.effective["SiteOrigin"]:
        hints.append(
            "Links in mails lead to where they were asked for. So that it is always the site:\n"
            f'{chosen.environment.command("deploy")} PARAMETERS="SiteOrigin={outputs["SiteUrl"]}"'
        )
    if chosen.effective["AlarmAddress"]:
        hints.append(f"Alarms go to {chosen.effective['AlarmAddress']} once the link in AWS's first mail was followed.")
    return hints


if __name__ == "__main__":
    sys.exit(main())
