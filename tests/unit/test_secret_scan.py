"""`make secrets` finds what it is there for, in files and in history, and lets nothing through but single examples."""

import base64
import os
import subprocess
from pathlib import Path
from uuid import uuid4

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from local import secret_scan
from local.paths import TOOLS
from local.secret_scan import ScanError, Text
from taskward.identity import access_tokens

pytestmark = pytest.mark.skipif(
    not (TOOLS / "secretlint" / "find.mjs").exists(), reason="`make secrets` installs secretlint"
)

_Key = ed25519.Ed25519PrivateKey | rsa.RSAPrivateKey


def _pem(key: _Key) -> str:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def _secrets() -> dict[str, str]:
    """One of each kind; made here, so that none is written down."""
    ours = ed25519.Ed25519PrivateKey.generate()
    raw = ours.private_bytes(Encoding.Raw, PrivateFormat.Raw, NoEncryption())
    base64url = base64.urlsafe_b64encode(raw).decode().rstrip("=")
    key_id = "AKIA" + base64.b32encode(os.urandom(10)).decode()
    return {
        "our personal access token": access_tokens.generate(str(uuid4()), str(uuid4())).text,
        "our access token": jwt.encode({"sub": str(uuid4()), "exp": 1}, ours, "EdDSA", {"typ": "at+jwt"}),
        "our signing key": _pem(ours),
        "our signing key in JSON": _pem(ours).replace("\n", "\\n"),
        "our signing key as JWK": f'{{"kty": "OKP", "crv": "Ed25519", "d": "{base64url}"}}',
        "an RSA key": _pem(rsa.generate_private_key(65537, 2048)),
        "an AWS key's id": f"aws_access_key_id = {key_id}",
        "an AWS key": f"AWS_SECRET_ACCESS_KEY={base64.b64encode(os.urandom(30)).decode().replace('+', 'a')}",
        "a database's password": f"postgres://taskward:{os.urandom(8).hex()}@database.example.com/tasks",
    }


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    _git(tmp_path, "init", "--quiet")
    (tmp_path / "README.md").write_text("Nothing to hide.\n")
    _commit(tmp_path, "Nothing")
    return tmp_path


def _git(repository: Path, *arguments: str) -> None:
    identity = ["-c", "user.name=Test", "-c", "user.email=test@example.com", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", "-C", repository, *identity, *arguments], check=True, capture_output=True)


def _commit(repository: Path, message: str) -> None:
    _git(repository, "add", "--all")
    _git(repository, "commit", "--quiet", "--message", message)


def test_every_kind_of_secret_is_found() -> None:
    secrets = _secrets()
    found = secret_scan.suspects([Text(kind, f"# a line\nhere = {secret}\n") for kind, secret in secrets.items()])
    assert {each.name for each in found} == set(secrets)
    assert {each.line for each in found} == {2}


def test_no_comment_in_a_file_hides_what_is_in_it() -> None:
    hidden = [
        Text(kind, f"# secretlint-disable\n# secretlint-disable-next-line\n{secret}\n")
        for kind, secret in _secrets().items()
    ]
    assert {each.name for each in secret_scan.suspects(hidden)} == {text.name for text in hidden}


def test_a_file_is_looked_at_before_it_is_committed_and_one_that_git_ignores_is_not(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    token = _secrets()["our personal access token"]
    (repository / ".gitignore").write_text("ignored.txt\n")
    (repository / "ignored.txt").write_text(token)
    assert secret_scan.scan(repository) == []
    assert capsys.readouterr().out == "2 files and 1 commits looked at: 0 secrets, 0 allowed examples.\n"
    (repository / "new.txt").write_text(token)
    (found,) = secret_scan.scan(repository)
    assert (found.name, found.line, found.rule) == ("new.txt", 1, "personal access token")


@pytest.mark.parametrize(
    "setting", ["core.bare=false", "diff.noprefix=true", "diff.mnemonicPrefix=true", "color.ui=always"]
)
def test_what_was_removed_again_is_found_in_the_commit_that_had_it(setting: str, repository: Path) -> None:
    _git(repository, "config", *setting.split("="))
    secret = repository / "key.pem"
    secret.write_text(_secrets()["our signing key"])
    _commit(repository, "A key")
    secret.unlink()
    _commit(repository, "No key")
    found = secret_scan.scan(repository)
    assert found
    assert {each.name for each in found} == {f"{_head(repository, 'HEAD~1')[:12]}:key.pem"}


def test_what_a_commit_says_is_looked_at(repository: Path) -> None:
    _git(repository, "commit", "--quiet", "--allow-empty", "--message", _secrets()["our access token"])
    assert [each.rule for each in secret_scan.scan(repository)] == ["JSON Web Token"]


def test_a_branch_that_nobody_looks_at_is_looked_at(repository: Path) -> None:
    _git(repository, "checkout", "--quiet", "-b", "aside")
    (repository / "token.txt").write_text(_secrets()["our personal access token"])
    _commit(repository, "Aside")
    _git(repository, "checkout", "--quiet", "-")
    assert secret_scan.scan(repository)


def _allow(repository: Path, monkeypatch: pytest.MonkeyPatch, entry: str) -> None:
    (repository / "allowed.toml").write_text(f'[[allowed]]\nreason = "An example."\n{entry}\n')
    entries = secret_scan.allowed(repository / "allowed.toml")
    monkeypatch.setattr(secret_scan, "allowed", lambda: entries)


def test_an_example_is_allowed_by_its_digest_and_no_other_one_with_it(
    repository: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    example, other = (_secrets()["our personal access token"] for _ in range(2))
    (repository / "example.txt").write_text(example)
    (found,) = secret_scan.scan(repository)
    capsys.readouterr()
    _allow(repository, monkeypatch, f'sha256 = "{found.digest}"')
    assert secret_scan.scan(repository) == []
    assert capsys.readouterr().out.endswith("0 secrets, 1 allowed examples.\n")
    (repository / "example.txt").write_text(f"{example}\n{other}\n")
    (found,) = secret_scan.scan(repository)
    assert found.line == 2


def test_all_of_one_kind_in_one_file_can_be_allowed_now_and_in_its_history(
    repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    token, key = _secrets()["our access token"], _secrets()["our signing key"]
    _allow(repository, monkeypatch, 'path = "vectors/häufig.json"\nrule = "JSON Web Token"')
    (repository / "vectors").mkdir()
    vectors = repository / "vectors" / "häufig.json"
    vectors.write_text(token)
    _commit(repository, "Vectors")
    assert secret_scan.scan(repository) == []
    # Another kind there, and the same kind elsewhere.
    vectors.write_text(key)
    (repository / "elsewhere.json").write_text(token)
    assert {each.name for each in secret_scan.scan(repository)} == {"vectors/häufig.json", "elsewhere.json"}


@pytest.mark.parametrize(
    "entry",
    [
        f'sha256 = "{"0" * 64}"\nreason = ""',
        f'sha256 = "{"0" * 64}"',
        'path = "tests/a.json"\nreason = "All of it."',
        'rule = "JSON Web Token"\nreason = "Everywhere."',
    ],
    ids=["an empty reason", "no reason", "a path alone", "a rule alone"],
)
def test_an_allowed_example_has_a_reason_and_is_one_or_of_one_kind_in_one_file(entry: str, tmp_path: Path) -> None:
    path = tmp_path / "allowed.toml"
    path.write_text(f"[[allowed]]\n{entry}\n")
    with pytest.raises(ScanError):
        secret_scan.allowed(path)


def test_where_there_is_no_repository_nothing_is_said_to_be_clean(tmp_path: Path) -> None:
    with pytest.raises(ScanError):
        secret_scan.scan(tmp_path)


def _head(repository: Path, revision: str) -> str:
    done = subprocess.run(["git", "-C", repository, "rev-parse", revision], check=True, capture_output=True, text=True)
    return done.stdout.strip()
