"""Steps of the model test that are about accounts and sessions."""

import json
from typing import Final

from hypothesis import strategies as st

from taskward.identity.session_tables import SessionItem
from taskward.identity.user_tables import UserItem
from taskward.jobs import results
from taskward.storage import connection_of
from taskward.tasks.tables import TaskItem
from tests.proof.model_devices import Device
from tests.proof.model_prying import NEVER, attempts
from tests.proof.model_steps import Steps, devices, people, picks, step
from tests.proof.model_world import expect, same
from tests.support import aws, holdings, sample_events
from tests.support.people import PASSWORD

_MINUTE: Final = 60
_DAY: Final = 86_400
_waits = st.sampled_from([5, 29, 31, 11 * _MINUTE, 16 * _MINUTE, 2 * _DAY, 7 * _DAY - _MINUTE, 7 * _DAY])
OF_OTHERS: Final = "requests for what is somebody else's"

EXPORTS: Final = 2
"""How many exports each account has; five a day are allowed."""


class AccountSteps(Steps):
    """Ways in and out."""

    @step(person=people, device=devices, seconds=_waits, times=st.sampled_from([1, 1, 1, 5]))
    def wait(self, person: str, device: int, seconds: int, times: int) -> None:
        """Time passes, and one device is used all the while: even its session is over in the end."""
        for _ in range(times):
            self.world.clock.advance(seconds=seconds)
            self.device(person, device)

    @step(person=people, device=devices, how=st.sampled_from(["sign in", "register", "guess"]))
    def come(self, person: str, device: int, how: str) -> None:
        """Somebody signs in, even if they are, or asks for an account, even if there is one; or a stranger guesses."""
        if how == "sign in":
            self.people[person].devices[device].sign_in()
        elif how == "register":
            self.people[person].devices[device].register()
        else:
            self._fail_to_sign_in(self.people[person].email, "tangerine umbrella 6")

    @step(
        person=people,
        device=devices,
        behind=st.integers(0, 2),
        pauses=st.lists(st.sampled_from([0, 29, 31]), max_size=2),
        elsewhere=st.booleans(),
    )
    def refresh(self, person: str, device: int, behind: int, pauses: list[int], elsewhere: bool) -> None:
        """A refresh token is used, new or not, and then again after each pause, here or at another address."""
        used = self.device(person, device)
        session = used.session
        tokens = [token for token in self.world.tokens if token.session is session and token.kind == "refresh"]
        by_generation = list({token.generation: token for token in tokens}.values())
        token = by_generation[-1 - behind % len(by_generation)]
        used.renew(token)
        for pause in pauses:
            self.world.clock.advance(seconds=pause)
            used.renew(token, self.world.address(200 + device) if elsewhere else None)

    @step(person=people, device=devices, by=st.sampled_from(["access token", "refresh token", "first refresh token"]))
    def log_out(self, person: str, device: int, by: str) -> None:
        """A session is ended by one of its tokens, however old."""
        used = self.device(person, device)
        session, tokens = used.session, [token for token in self.world.tokens if token.session is used.session]
        if by == "access token":
            answer = used.ask("POST", "/auth/logout")
        else:
            token = tokens[-1] if by == "refresh token" else tokens[1]
            assert token.kind == "refresh"
            body = {"refresh_token": token.text}
            answer = self.world.ask(used.account, "POST", "/auth/logout", body, address=self.world.strangers_address())
        expect(answer, 204)
        session.has_ended = True
        if by == "access token":
            used.forget()

    @step(person=people, device=devices, which=st.sampled_from(["others", "all"]) | picks)
    def end(self, person: str, device: int, which: int | str) -> None:
        """One of one's own sessions is ended, all others, or all."""
        used = self.device(person, device)
        self.see_sessions(used)
        used.prove()
        if isinstance(which, str):
            expect(used.ask("DELETE", f"/auth/sessions{'?keep=current' if which == 'others' else ''}"), 204)
            used.account.end_sessions(but=used.session if which == "others" else None)
        else:
            alive = used.account.live(self.world.now)
            session = alive[which % len(alive)]
            expect(used.ask("DELETE", f"/auth/sessions/{session.id}"), 204)
            session.has_ended = True
            if session is not used.session:
                expect(used.ask("DELETE", f"/auth/sessions/{session.id}"), 404, "not_found")
        if used.session.has_ended:
            used.forget()

    @step(person=people, device=devices, right=st.booleans())
    def change_password(self, person: str, device: int, right: bool) -> None:
        """A new password, by who knows the old one or by who does not."""
        used = self.device(person, device)
        used.prove()
        account = used.account
        self.done["passwords"] += 1
        new = f"{PASSWORD} {self.done['passwords']}"
        body = {"current_password": account.password if right else "tangerine umbrella 6", "new_password": new}
        answer = used.ask("POST", "/auth/password", body, address=self.world.strangers_address())
        if not right:
            expect(answer, 403, "wrong_password")
            return
        expect(answer, 204)
        old, account.password = account.password, new
        account.end_sessions(but=used.session)
        self._fail_to_sign_in(account.email, old)

    @step(person=people, device=devices)
    def export(self, person: str, device: int) -> None:
        """All that is held about somebody: all their tasks are in it, and nothing of anybody else."""
        used = self.device(person, device)
        account = used.account
        if len(account.jobs) == EXPORTS:
            return
        job_id = expect(used.ask("POST", "/account/export"), 202).json()["id"]
        account.jobs.append(job_id)
        self.world.belongs(job_id, account)
        sample_events.work_off()
        assert expect(used.ask("GET", f"/jobs/{job_id}"), 200).json()["state"] == "done"
        (key,) = [
            key for key in holdings.keys("list_objects_v2", "Contents", results.prefix_of(account.id)) if job_id in key
        ]
        text = aws.client("s3").get_object(Bucket="exports", Key=key)["Body"].read().decode()
        self.world.check_own(account, text)
        tasks, shown_tasks = account.tasks, json.loads(text)["tasks"]
        for shown in shown_tasks:
            used.told(shown)
        assert {shown["id"] for shown in shown_tasks} == {
            task.id for task in [*tasks.live(), *tasks.trashed(self.world.now)]
        }

    @step(person=people, device=devices, right=st.booleans())
    def delete_account(self, person: str, device: int, right: bool) -> None:
        """An account is given up, by who knows the password or by who does not."""
        used = self.device(person, device)
        used.prove()
        if not right:
            body = {"password": "tangerine umbrella 6"}
            answer = used.ask("DELETE", "/account", body, address=self.world.strangers_address())
            expect(answer, 403, "wrong_password")
            return
        self.give_up(used)

    @step(person=people, device=devices, other=people, task=picks, session=picks)
    def pry(self, person: str, device: int, other: str, task: int, session: int) -> None:
        """Somebody tries whatever one can do with what is somebody else's: it is as if it never was."""
        used = self.device(person, device)
        used.prove()
        theirs = [each for each in self.world.accounts if each.email == self.people[other].email]
        theirs = [each for each in theirs if each is not used.account]
        if not theirs:
            return
        victim = theirs[-1]
        found = {
            "task": list(victim.tasks.all)[task % len(victim.tasks.all)] if victim.tasks.all else None,
            "session": victim.sessions[session % len(victim.sessions)].id,
            "job": victim.jobs[-1] if victim.jobs else None,
        }
        for kind, theirs_id in found.items():
            if theirs_id is None or self.world.is_of(theirs_id, used.account):
                continue
            for foreign, never in zip(attempts(kind, theirs_id), attempts(kind, NEVER), strict=True):
                answers = [used.ask(each.method, each.target, each.body, each.headers) for each in (foreign, never)]
                assert answers[0].status == foreign.status, (foreign, answers[0].text)
                assert same(*answers), (foreign, answers)
                self.done[OF_OTHERS] += 1

    def give_up(self, used: Device) -> None:
        """Delete an account; once the worker has been there nothing is left of it."""
        account = used.account
        expect(used.ask("DELETE", "/account", {"password": account.password}), 204)
        account.delete()
        used.person.account = None
        used.forget()
        aws.hasten("JOBS_QUEUE")
        sample_events.work_off()
        for model in (UserItem, SessionItem, TaskItem):
            for row in connection_of(model).scan(model.Meta.table_name)["Items"]:
                self.world.check_gone(account, json.dumps(row, default=str))
        assert holdings.keys("list_objects_v2", "Contents", results.prefix_of(account.id)) == []
        self.done["accounts deleted"] += 1

    def _fail_to_sign_in(self, email: str, password: str) -> None:
        body = {"email": email, "password": password}
        answer = self.world.ask(None, "POST", "/auth/login", body, address=self.world.strangers_address())
        expect(answer, 401, "invalid_credentials")
