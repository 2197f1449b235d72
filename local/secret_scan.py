"""Secrets that were written into the repository, or ever were as far as its history is here: `make secrets`.

secretlint knows what the keys of many services look like; what our own look like stands here. Examples of documents
and tests are allowed in local/tools/secretlint/allowed.toml: one by its digest, or those of one kind in one file.
"""

import hashlib
import json
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local.paths import ROOT, TOOLS

ALLOWED = ROOT / "local" / "tools" / "secretlint" / "allowed.toml"

_COMMIT = re.compile(r"^[0-9a-f]{12}:")
_BASE64URL = "[A-Za-z0-9_-]"
OWN = {
    "personal access token": re.compile(rf"(taskward_pat\.{_BASE64URL}{{10,}}\.{_BASE64URL}{{10,}})"),
    "JSON Web Token": re.compile(rf"(eyJ{_BASE64URL}{{10,}}\.eyJ{_BASE64URL}{{10,}}\.{_BASE64URL}{{10,}})"),
    # secretlint overlooks those of Ed25519, which are short.
    "private key": re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----(?:\s|\\n)+([A-Za-z0-9+/=]{40,})"),
    "private key as JWK": re.compile(rf"""["']d["']\s*:\s*["']({_BASE64URL}{{43}})["']"""),
}
"""What our own secrets look like; the group is the secret."""


class ScanError(Exception):
    """Nothing could be looked at."""


@dataclass(frozen=True)
class Text:
    """Something to look at, by a name that leads there."""

    name: str
    text: str


@dataclass(frozen=True)
class Suspect:
    """What looks like a secret, and where it is; the digest stands for it, so that nobody has to write it down."""

    name: str
    line: int
    rule: str
    digest: str


@dataclass(frozen=True)
class Allowed:
    """What may look like a secret: this one, or all that one rule finds in one file."""

    reason: str
    sha256: str = ""
    path: str = ""
    rule: str = ""

    def covers(self, suspect: Suspect) -> bool:
        """Whether it is meant; a file now, or as it was in a commit."""
        if self.sha256:
            return self.sha256 == suspect.digest
        return (self.path, self.rule) == (_COMMIT.sub("", suspect.name), suspect.rule)


def files(repository: Path) -> Iterator[Text]:
    """All files that git has or could have, as they are now; those that are no text are left out."""
    listed = _git(repository, "ls-files", "-z", "--cached", "--others", "--exclude-standard")
    for name in sorted(set(listed.split("\0")[:-1])):
        path = repository / name
        if not path.is_file():
            continue
        try:
            yield Text(name, path.read_text(encoding="utf-8"))
        except UnicodeDecodeError:
            continue


def commits(repository: Path) -> Iterator[Text]:
    """What each commit said, and the lines that it added to each file; the name is what `git show` takes.

    Raises
    ------
    ScanError: git tells of a change in another way than it was asked to.
    """
    log = _git(repository, "-c", "core.quotePath=false", "log", "--all", "--patch", "--unified=0", "--no-renames",
               "--no-textconv", "--no-ext-diff", "--no-color", "--src-prefix=a/", "--dst-prefix=b/",
               "--diff-merges=separate", "--format=%x00%H%n%B")  # fmt: skip
    for commit in log.split("\0")[1:]:
        name, _, rest = commit.partition("\n")
        message, *patches = rest.split("\ndiff --git ")
        yield Text(f"{name[:12]}:", message)
        for patch in patches:
            _, _, lines = patch.partition("\n+++ ")
            path, *changes = lines.split("\n")
            # In quotes where there is something odd in it; with a tab behind it where there is a space.
            path = path.strip().strip('"')
            if not path or path == "/dev/null":
                continue
            if not path.startswith("b/"):
                raise ScanError(f"a change of {name[:12]} cannot be read: {path}")
            added = "\n".join(each[1:] for each in changes if each[:1] == "+")
            yield Text(f"{name[:12]}:{path.removeprefix('b/')}", added)


def suspects(texts: list[Text]) -> list[Suspect]:
    """What looks like a secret in them.

    Raises
    ------
    ScanError: secretlint did not look.
    """
    found = set()
    for text in texts:
        for rule, pattern in OWN.items():
            for match in pattern.finditer(text.text):
                found.add(_suspect(text.name, 1 + text.text.count("\n", 0, match.start()), rule, match[1]))
    for each in _secretlint(texts):
        found.add(_suspect(**each))
    return sorted(found, key=lambda each: (each.name, each.line, each.rule))


def allowed(path: Path = ALLOWED) -> list[Allowed]:
    """What may look like a secret.

    Raises
    ------
    ScanError: an entry does not say why, or does not say which.
    """
    found = []
    for entry in tomllib.loads(path.read_text(encoding="utf-8")).get("allowed", []):
        if set(entry) not in ({"sha256", "reason"}, {"path", "rule", "reason"}) or not all(entry.values()):
            raise ScanError(f"{path.name}: an entry has a reason, and a sha256 or a path and a rule: {entry}")
        found.append(Allowed(**entry))
    return found


def scan(repository: Path = ROOT) -> list[Suspect]:
    """What looks like a secret and is not allowed; says how much was looked at.

    Raises
    ------
    ScanError: there is no git here, or secretlint did not look.
    """
    now, past = list(files(repository)), list(commits(repository))
    found = suspects([*now, *past])
    known = allowed()
    left = [each for each in found if not any(entry.covers(each) for entry in known)]
    examples = len({each.digest for each in found} - {each.digest for each in left})
    changes = sum(text.name.endswith(":") for text in past)
    print(f"{len(now)} files and {changes} commits looked at: {len(left)} secrets, {examples} allowed examples.")
    return left


def _suspect(name: str, line: int, rule: str, secret: str) -> Suspect:
    return Suspect(name, line, rule, hashlib.sha256(secret.encode()).hexdigest())


def _secretlint(texts: list[Text]) -> list[dict[str, Any]]:
    folder = TOOLS / "secretlint"
    if not (folder / "find.mjs").exists():
        raise ScanError("secretlint is not installed; `make secrets` does that.")
    done = subprocess.run(
        ["node", folder / "find.mjs"],
        input=json.dumps([{"name": text.name, "text": text.text} for text in texts]).encode(),
        capture_output=True,
        check=False,
    )
    if done.returncode:
        raise ScanError(f"secretlint failed: {done.stderr.decode(errors='replace')[-2000:]}")
    found: list[dict[str, Any]] = json.loads(done.stdout)
    return found


def _git(repository: Path, *arguments: str) -> str:
    done = subprocess.run(["git", "-C", repository, *arguments], capture_output=True, check=False)
    if done.returncode:
        raise ScanError(f"git {arguments[0]} failed: {done.stderr.decode(errors='replace')[-2000:]}")
    return done.stdout.decode(errors="replace")


def main() -> int:
    """`make secrets`; the exit status."""
    try:
        found = scan()
    except ScanError as error:
        print(error, file=sys.stderr)
        return 1
    for each in found:
        print(f"FAILED: {each.name}:{each.line}: {each.rule} (sha256 {each.digest})", file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
