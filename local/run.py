"""`make run`: the whole service on this machine, at http://localhost:8080."""

import argparse
import asyncio
import fcntl
import json
import shutil
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO

from local import mailbox, web_build
from local import stack as stacks
from local.emulator import Emulator, EmulatorError, free_port, is_free
from local.frontdoor import FrontDoor
from local.paths import STATE
from local.running import AWS, RUNNING, running
from local.stack import DeploymentError, Stack
from local.web_build import WebBuildError

_DEPLOYED = STATE / "deployed"
_BUILD = STATE / "build"
_USUAL_EMULATOR_PORT = 4566
_LAST_PORT = 65535


def main() -> int:
    """Run, update what runs, or forget it; the exit status."""
    parser = argparse.ArgumentParser(prog="local.run", description=__doc__)
    parser.add_argument("command", choices=["run", "update", "reset"])
    parser.add_argument("--port", default="8080")
    arguments = parser.parse_args()
    try:
        if arguments.command == "run":
            if not (arguments.port.isascii() and arguments.port.isdigit() and 1 <= int(arguments.port) <= _LAST_PORT):
                print("PORT must be a number from 1 to 65535.", file=sys.stderr)
                return 2
            return _run(int(arguments.port))
        if arguments.command == "update":
            return _update()
        return _reset()
    except WebBuildError as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
    except (EmulatorError, DeploymentError) as error:
        print(f"\n{error}\nIf this stays, `make reset` starts afresh; it forgets the local data.", file=sys.stderr)
        return 1


def _run(port: int) -> int:
    if not is_free(port):
        print(f"Port {port} is taken; choose another one: make run PORT=8081", file=sys.stderr)
        return 1
    STATE.mkdir(parents=True, exist_ok=True)
    with RUNNING.open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print("It is running already; `make update` brings a change into it.", file=sys.stderr)
            return 1
        file.truncate(0)
        return _run_alone(port, file)


def _run_alone(port: int, file: TextIO) -> int:
    # However it is stopped, it ends in good order.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _interrupt)
    if not _DEPLOYED.exists():
        # What a deployment left that never came to its end is no ground to build on.
        shutil.rmtree(AWS, ignore_errors=True)
    usual = _USUAL_EMULATOR_PORT
    emulator_port = usual if usual != port and is_free(usual) else free_port()
    try:
        _bring_web_app_up_to_date()
        with _step("Starting the AWS emulator"):
            emulator = Emulator(AWS, emulator_port).__enter__()
        try:
            stack = _brought_up_to_date(emulator)
            json.dump({"emulator_port": emulator_port}, file)
            file.flush()
            asyncio.run(_serve(stack, port))
        finally:
            with _step("Saving the data"):
                emulator.__exit__(None, None, None)
    except KeyboardInterrupt:
        pass
    return 0


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt


def _brought_up_to_date(emulator: Emulator) -> Stack:
    wanted = stacks.fingerprint()
    stack = stacks.find(emulator)
    if stack is not None and _DEPLOYED.exists() and _DEPLOYED.read_text() == wanted:
        return stack
    with _step("Building: sam build"):
        stacks.build(_BUILD)
    with _step("Deploying: sam deploy"):
        # Nothing here asks anybody on the internet, and mail goes nowhere.
        stack = stacks.deploy(emulator, _BUILD, {"BreachedPasswordsAddress": "", "MailSender": mailbox.SENDER})
        mailbox.let_send(stack, mailbox.SENDER)
    _DEPLOYED.write_text(wanted)
    return stack


def _bring_web_app_up_to_date() -> bool:
    """Whether it was not."""
    if web_build.is_built():
        return False
    with _step("Building the web app"):
        web_build.build()
    return True


async def _serve(stack: Stack, port: int) -> None:
    door = FrontDoor(stack, port)
    await door.start()
    print(
        f"\nTaskward is running.\n"
        f"  App   http://localhost:{port}\n"
        f"  API   http://localhost:{port}/api\n"
        f"  Docs  http://localhost:{port}/api/docs\n"
        f"  Mail  http://localhost:{port}/_mail\n"
        f"  Log   {stack.emulator.log}\n"
        f"Ctrl-C stops it and keeps the data; `make reset` forgets it.",
        flush=True,
    )
    try:
        await asyncio.Event().wait()
    finally:
        await door.stop()


def _update() -> int:
    said = running()
    if said is None:
        print("It is not running; `make run` starts it with what is there now.", file=sys.stderr)
        return 1
    if "emulator_port" not in said:
        print("It is still starting; try again when it has said where it is.", file=sys.stderr)
        return 1
    emulator = Emulator(AWS, said["emulator_port"])
    # The front door serves what is built as it is then.
    is_new = _bring_web_app_up_to_date()
    if stacks.fingerprint() != _DEPLOYED.read_text():
        _brought_up_to_date(emulator)
    elif not is_new:
        print("Nothing has changed.")
        return 0
    print("The change is live.")
    return 0


def _reset() -> int:
    if running() is not None:
        print("It is running; stop it first.", file=sys.stderr)
        return 1
    shutil.rmtree(STATE, ignore_errors=True)
    print("All local data is gone.")
    return 0


@contextmanager
def _step(title: str) -> Iterator[None]:
    print(f"{title} ...", end=" ", flush=True)
    begin = time.monotonic()
    yield
    print(f"{time.monotonic() - begin:.0f} s", flush=True)


if __name__ == "__main__":
    sys.exit(main())
