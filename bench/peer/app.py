"""The peer: what users of Taskward would otherwise deploy, made to be measured beside it.

The same API on FastAPI with Mangum, SQLAlchemy on Postgres and PyJWT, as the documentation of these describes it: a
session of the database for each request, plain functions where the database is waited for, Pydantic at both ends.

It does less than Taskward. It sends no mail, knows no second factor, no passkeys and no cookies, counts no failed
attempts, looks no password up among those that are common or were breached, records no events, and forgives no refresh
token that comes twice. Tasks do not repeat, hang below no other, and have no trash and no quota; what says so is stored
and shown. Lists have one order and no filters. It writes no logs.

    DATABASE_URL   postgresql+psycopg://...
    SIGNING_KEY    a JWK of an Ed25519 key with both halves and a `kid`
"""

from fastapi import FastAPI
from mangum import Mangum
from mangum.adapter import DEFAULT_TEXT_MIME_TYPES

import accounts
import problems
import tasks

app = FastAPI(
    docs_url=None,
    redoc_url=None,
    openapi_url=None,
    telemetry={"tracing": False, "metrics": False, "logs": False, "auto_configure": False},
)
problems.install(app)
app.include_router(accounts.router)
app.include_router(tasks.router)

handler = Mangum(app, lifespan="off", text_mime_types=[*DEFAULT_TEXT_MIME_TYPES, problems.MEDIA_TYPE])
