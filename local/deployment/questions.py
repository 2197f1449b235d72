"""What `make deploy` asks before the first deployment of a stack. Each question is a parameter of the template."""

import textwrap
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from local.deployment import parameters

_WIDTH = 100


@dataclass(frozen=True)
class _Question:
    parameter: str
    # Asked only where another one has a value; and whether it then has to have one itself.
    needs: str = ""
    is_required: bool = False


_QUESTIONS = (
    _Question("SiteDomain"),
    _Question("CertificateArn", needs="SiteDomain", is_required=True),
    _Question("HostedZoneId", needs="SiteDomain"),
    _Question("MailSender"),
    _Question("AlarmAddress"),
    _Question("Firewall"),
    _Question("Rollout"),
)


def ask(
    settled: Mapping[str, str], read: Callable[[str], str] = input, say: Callable[[str], None] = print
) -> dict[str, str]:
    """Answers by parameter. What is settled is not asked; what CloudFormation would not take is asked again."""
    answers: dict[str, str] = {}
    for question in _QUESTIONS:
        known = {**settled, **answers}
        if question.parameter not in settled and (not question.needs or known[question.needs]):
            answers[question.parameter] = _answer(question, read, say)
    return answers


def agrees(question: str, read: Callable[[str], str] = input) -> bool:
    """Whether somebody says yes; anything else is no."""
    return read(f"{question} [no] ").strip().lower() in ("y", "yes")


def _answer(question: _Question, read: Callable[[str], str], say: Callable[[str], None]) -> str:
    entry = parameters.declared()[question.parameter]
    default = str(entry["Default"])
    say("")
    say(textwrap.fill(entry["Description"], _WIDTH))
    if "AllowedValues" in entry:
        say(textwrap.fill(f"One of {', '.join(map(str, entry['AllowedValues']))}.", _WIDTH))
    while True:
        answer = read(f"{question.parameter} [{default}] ").strip() or default
        problem = parameters.problem_of(question.parameter, answer)
        if problem is None and question.is_required and not answer:
            problem = f"{question.needs} needs it."
        if problem is None:
            return answer
        say(problem)
