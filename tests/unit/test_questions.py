"""What `make deploy` asks: what is not known, until the answer is one that the template takes."""

from collections.abc import Callable

from local.deployment import questions

CERTIFICATE = "arn:aws:acm:us-east-1:123456789012:certificate/1"


class Terminal:
    """Somebody who has an answer for each prompt, and what they read."""

    def __init__(self, *answers: str) -> None:
        self.answers = list(answers)
        self.prompts: list[str] = []
        self.said: list[str] = []

    def ask(self, settled: dict[str, str] | None = None) -> dict[str, str]:
        """All questions."""
        answers = questions.ask(settled or {}, self.read, self.said.append)
        assert not self.answers
        return answers

    @property
    def read(self) -> Callable[[str], str]:
        """In the place of `input`."""

        def read(prompt: str) -> str:
            self.prompts.append(prompt)
            return self.answers.pop(0)

        return read


def test_whoever_only_presses_enter_gets_the_defaults_and_is_not_asked_about_a_domain_there_is_not() -> None:
    terminal = Terminal("", "", "", "", "")
    assert terminal.ask() == {
        "SiteDomain": "",
        "MailSender": "",
        "AlarmAddress": "",
        "Firewall": "off",
        "Rollout": "AllAtOnce",
    }
    assert terminal.prompts[3] == "Firewall [off] "
    assert "A domain of your own for app and API; empty for the one that CloudFront gives." in terminal.said


def test_a_domain_needs_a_certificate_and_may_have_a_zone() -> None:
    terminal = Terminal("tasks.example.com", "", CERTIFICATE, "Z1", "", "", "", "")
    answers = terminal.ask()
    assert answers["SiteDomain"] == "tasks.example.com"
    assert (answers["CertificateArn"], answers["HostedZoneId"]) == (CERTIFICATE, "Z1")
    assert "SiteDomain needs it." in terminal.said


def test_an_answer_that_the_template_does_not_take_is_asked_for_again() -> None:
    terminal = Terminal("", "Taskward", "Taskward <no-reply@example.com>", "", "perhaps", "on", "")
    answers = terminal.ask()
    assert (answers["MailSender"], answers["Firewall"]) == ("Taskward <no-reply@example.com>", "on")
    told = " ".join(terminal.said)
    assert "MailSender cannot be Taskward: it has to match" in told
    assert "Firewall cannot be perhaps: it is one of off, on." in told


def test_what_is_settled_is_not_asked_and_counts_for_what_depends_on_it() -> None:
    terminal = Terminal(CERTIFICATE, "", "", "")
    answers = terminal.ask({"SiteDomain": "tasks.example.com", "MailSender": "", "Rollout": "AllAtOnce"})
    assert answers == {"CertificateArn": CERTIFICATE, "HostedZoneId": "", "AlarmAddress": "", "Firewall": "off"}


def test_only_a_yes_is_a_yes() -> None:
    for answer in ("yes", "Y", " y "):
        assert questions.agrees("Take it up?", Terminal(answer).read)
    for answer in ("", "no", "yesterday"):
        assert not questions.agrees("Take it up?", Terminal(answer).read)
