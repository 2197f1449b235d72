"""The mail that the local service has sent: it leaves the emulator for nowhere, and is read here."""

import re
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from email.utils import parseaddr
from html import escape
from typing import Any

from aiohttp import ClientSession, web

from local.stack import Stack

SENDER = "Taskward <no-reply@taskward.example>"
"""What mail comes from here. The domain is one that nobody can have (RFC 2606)."""

_URL = re.compile(r"https?://[^\s<>\"]+")

_SANDBOX = "allow-popups allow-popups-to-escape-sandbox"
# Not a script of it runs, it is of no origin, and it loads nothing. Its links open elsewhere.
_SHUT_IN = f"sandbox {_SANDBOX}; default-src 'none'; style-src 'unsafe-inline'"
_OURS = "default-src 'none'; style-src 'unsafe-inline'; frame-src 'self'; base-uri 'none'; frame-ancestors 'none'"

_PAGE = """<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{title}</title>
<style>
body{{font:1rem/1.5 system-ui;max-width:45rem;margin:2rem auto;padding:0 1rem}}
td,th{{text-align:left;vertical-align:top;padding:.2rem 1rem .2rem 0}}
pre{{white-space:pre-wrap;overflow-wrap:anywhere;border:1px solid;padding:1rem}}
iframe{{width:100%;height:24rem;border:1px solid}}
</style>
<h1>{title}</h1>
{body}
</html>
"""


@dataclass(frozen=True)
class Mail:
    """A mail as the emulator took it; `sent_at` is RFC 3339."""

    id: str
    sent_at: str
    sender: str
    to: list[str]
    subject: str
    text: str
    html: str


def let_send(stack: Stack, sender: str) -> None:
    """Have the emulator take the sender's domain for verified, which on AWS takes an entry in the DNS."""
    domain = parseaddr(sender)[1].rpartition("@")[2]
    client = stack.client("sesv2")
    if domain not in {identity["IdentityName"] for identity in client.list_email_identities()["EmailIdentities"]}:
        client.create_email_identity(EmailIdentity=domain)


class Mailbox:
    """Pages of the front door: all mail at `/_mail`, for programs at `/_mail.json`, and each by itself.

    `?to=` leaves what was sent to one address.
    """

    def __init__(self, stack: Stack, session: ClientSession) -> None:
        self._address = f"{stack.emulator.endpoint}/_ministack/ses/messages"
        self._session = session

    def add_to(self, application: web.Application) -> None:
        """Answer at its addresses."""
        application.router.add_get("/_mail", self._list)
        application.router.add_get("/_mail.json", self._json)
        application.router.add_get("/_mail/{id}", self._mail)
        application.router.add_get("/_mail/{id}/html", self._html)

    async def _mails(self, to: str | None = None) -> list[Mail]:
        """All mail, or that to one address, the newest first."""
        async with self._session.get(self._address) as answer:
            accounts = (await answer.json())["messages"]
        records = [record for account in accounts.values() for record in account]
        mails = [_mail(record) for record in sorted(records, key=lambda record: -record["Timestamp"])]
        return [mail for mail in mails if to is None or to in mail.to]

    async def _list(self, request: web.Request) -> web.Response:
        if "application/json" in request.headers.get("Accept", ""):
            return await self._json(request)
        rows = "".join(
            f"<tr><td>{escape(mail.sent_at)}<td>{escape(', '.join(mail.to))}"
            f'<td><a href="/_mail/{escape(mail.id)}">{escape(mail.subject)}</a>\n'
            for mail in await self._mails(request.query.get("to"))
        )
        table = f"<table>\n<tr><th>Sent<th>To<th>Subject\n{rows}</table>" if rows else "<p>None yet.</p>"
        return _page("Mail that Taskward has sent", table)

    async def _json(self, request: web.Request) -> web.Response:
        mails = [asdict(mail) for mail in await self._mails(request.query.get("to"))]
        return web.json_response(mails, headers={"Cache-Control": "no-store"})

    async def _mail(self, request: web.Request) -> web.Response:
        mail = await self._named(request)
        body = (
            f"<p>{escape(mail.sent_at)}, from {escape(mail.sender)} to {escape(', '.join(mail.to))}</p>\n"
            f"<h2>As text</h2>\n<pre>{_linked(mail.text)}</pre>\n"
            f'<h2>As HTML</h2>\n<iframe title="The mail as HTML" sandbox="{_SANDBOX}" '
            f'src="/_mail/{escape(mail.id)}/html"></iframe>\n<p><a href="/_mail">All mail</a></p>'
        )
        return _page(mail.subject, body)

    async def _html(self, request: web.Request) -> web.Response:
        mail = await self._named(request)
        html = mail.html.replace("<head>", '<head><base target="_blank">', 1)
        headers = {
            "Content-Security-Policy": _SHUT_IN,
            "Cache-Control": "no-store",
            "X-Content-Type-Options": "nosniff",
        }
        return web.Response(text=html, content_type="text/html", headers=headers)

    async def _named(self, request: web.Request) -> Mail:
        wanted = request.match_info["id"]
        mail = next((mail for mail in await self._mails() if mail.id == wanted), None)
        if mail is None:
            raise web.HTTPNotFound(text="There is no such mail.")
        return mail


def _mail(record: dict[str, Any]) -> Mail:
    return Mail(
        id=record["MessageId"].partition("@")[0],
        sent_at=datetime.fromtimestamp(record["Timestamp"], UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        sender=record["Source"],
        to=record["To"],
        subject=record["Subject"],
        text=record["BodyText"],
        html=record["BodyHtml"] or "",
    )


def _page(title: str, body: str) -> web.Response:
    headers = {"Content-Security-Policy": _OURS, "Cache-Control": "no-store"}
    return web.Response(text=_PAGE.format(title=escape(title), body=body), content_type="text/html", headers=headers)


def _linked(text: str) -> str:
    """Plain text as HTML, with its addresses as links."""
    shown, end = [], 0
    for found in _URL.finditer(text):
        url = escape(found[0])
        shown += [escape(text[end : found.start()]), f'<a href="{url}">{url}</a>']
        end = found.end()
    return "".join([*shown, escape(text[end:])])
