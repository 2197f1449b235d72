"""The connection to Postgres, and a session for each request."""

import os
from collections.abc import Iterator
from typing import Annotated

from fastapi import Depends
from sqlalchemy import create_engine
from sqlalchemy.orm import Session, sessionmaker

# An execution environment of Lambda answers one request at a time.
engine = create_engine(
    os.environ["DATABASE_URL"],
    pool_size=1,
    max_overflow=0,
    pool_pre_ping=False,
    connect_args={"options": "-c timezone=UTC"},
)
# What was written is answered as it is, and not read again for it.
_new_session = sessionmaker(engine, expire_on_commit=False)


def _session() -> Iterator[Session]:
    with _new_session() as session:
        yield session


Database = Annotated[Session, Depends(_session)]
