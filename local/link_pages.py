"""Where the links in mails lead on this machine: pages that do no more than hand a link's token to the API."""

from aiohttp import web

PAGES = {
    "verify-email": ("Confirm this e-mail address", "/api/auth/email/verify", "The address is confirmed."),
    "confirm-email": ("Change to this e-mail address", "/api/auth/email/confirm", "The address is changed."),
    "restore-email": (
        "Take the change of the e-mail address back",
        "/api/auth/email/restore",
        "It is taken back. Another mail leads to a new password.",
    ),
    "reset-password": ("Set a new password", "/api/auth/password/reset", "The password is set. Sign in with it."),
}
"""What each says, the route that it sends the token to, and what it says when that is done."""

_PAGE = """<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{title} - Taskward</title>
<style>body{{font:1.1rem/1.6 system-ui;max-width:40rem;margin:3rem auto;padding:0 1rem}}</style>
<h1>{title}</h1>
<form>{field}<button>{title}</button></form>
<p role="status"></p>
<script>
const form = document.querySelector("form"), status = document.querySelector("p");
form.onsubmit = async (event) => {{
  event.preventDefault();
  const token = new URLSearchParams(location.hash.slice(1)).get("token");
  const members = {{token, ...Object.fromEntries(new FormData(form))}};
  const answer = await fetch("{route}", {{
    method: "POST", headers: {{"Content-Type": "application/json"}}, body: JSON.stringify(members)
  }});
  const problem = answer.ok ? null : await answer.json();
  status.textContent = problem ? (problem.errors || [{{message: problem.detail}}])[0].message : "{done}";
}};
</script>
</html>
"""
_PASSWORD = """
<p><label>New password <input name="new_password" type="password" autocomplete="new-password" required></label></p>
"""


def add_to(application: web.Application) -> None:
    """Answer at the addresses that links in mails lead to."""
    for name, (title, route, done) in PAGES.items():
        field = _PASSWORD if name == "reset-password" else ""
        _add_page(application, name, _PAGE.format(title=title, route=route, done=done, field=field))


def _add_page(application: web.Application, name: str, page: str) -> None:
    async def answer(_: web.Request) -> web.Response:
        return web.Response(text=page, content_type="text/html")

    application.router.add_get(f"/{name}", answer)
