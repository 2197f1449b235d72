"""Accounts and sessions: register, sign in, refresh, who am I."""

import uuid
from datetime import UTC, datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError

import passwords
import tokens
from database import Database
from problems import ProblemError
from schemas import Credentials, Grant, Refresh, Registration, Renewal, ShownSession, ShownUser, WhoAmI, normal_email
from tables import User, UserSession

IDLE, LONGEST = timedelta(days=7), timedelta(days=30)

router = APIRouter(prefix="/auth")

_bearer = HTTPBearer(auto_error=False)


def _current_session(
    database: Database, bearer: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]
) -> UserSession:
    """The session of an access token, as it is now: one that was ended is over at once."""
    if bearer is None:
        raise ProblemError(401, "authentication_required")
    claims = tokens.verified(bearer.credentials, tokens.ACCESS)
    session = database.scalar(
        select(UserSession).where(
            UserSession.id == uuid.UUID(claims["sid"]),
            UserSession.user_id == uuid.UUID(claims["sub"]),
            UserSession.expires_at > datetime.now(UTC),
        )
    )
    if session is None:
        raise ProblemError(401, "session_revoked")
    return session


CurrentSession = Annotated[UserSession, Depends(_current_session)]


@router.post("/register", status_code=201)
def register(registration: Registration, request: Request, database: Database) -> Grant:
    """Make an account, and sign in."""
    user = User(
        id=uuid.uuid4(),
        email=registration.email,
        password_hash=passwords.hashed(registration.password),
        name=registration.name,
        timezone=None,
        created_at=datetime.now(UTC),
    )
    database.add(user)
    try:
        database.flush()
    except IntegrityError:
        raise ProblemError(409, "email_exists") from None
    return _signed_in(user, request, database)


@router.post("/login")
def login(credentials: Credentials, request: Request, database: Database) -> Grant:
    """Sign in; an unknown address takes as long as a wrong password."""
    user = _account_of(credentials.email, database)
    matches, better = passwords.verified(credentials.password, user.password_hash if user else None)
    if user is None or not matches:
        raise ProblemError(401, "invalid_credentials")
    if better is not None:
        user.password_hash = better
    return _signed_in(user, request, database)


@router.post("/refresh")
def refresh(body: Refresh, database: Database) -> Renewal:
    """Exchange a refresh token for the next pair; each is good once."""
    claims = tokens.verified(body.refresh_token, tokens.REFRESH)
    now = datetime.now(UTC)
    session = database.scalar(
        update(UserSession)
        .where(
            UserSession.id == uuid.UUID(claims["sid"]),
            UserSession.user_id == uuid.UUID(claims["sub"]),
            UserSession.generation == claims["gen"],
            UserSession.expires_at > now,
        )
        .values(
            generation=UserSession.generation + 1,
            last_used_at=now,
            expires_at=func.least(now + IDLE, UserSession.ends_at),
        )
        .returning(UserSession)
        .execution_options(synchronize_session=False)
    )
    if session is None:
        raise ProblemError(401, "session_revoked")
    database.commit()
    return Renewal(**_tokens(session))


@router.get("/session")
def who_am_i(session: CurrentSession, database: Database) -> WhoAmI:
    """The user and the session of the access token."""
    shown = ShownSession(
        id=session.id,
        current=True,
        created_at=session.created_at,
        last_used_at=session.last_used_at,
        authenticated_at=session.created_at,
        expires_at=session.expires_at,
        ip=session.ip,
        user_agent=session.user_agent,
    )
    return WhoAmI(user=ShownUser.model_validate(database.get_one(User, session.user_id)), session=shown)


def _account_of(email: str, database: Database) -> User | None:
    try:
        return database.scalar(select(User).where(User.email == normal_email(email)))
    except ValueError:
        return None


def _signed_in(user: User, request: Request, database: Database) -> Grant:
    now = datetime.now(UTC)
    session = UserSession(
        id=uuid.uuid4(),
        user_id=user.id,
        generation=1,
        created_at=now,
        last_used_at=now,
        expires_at=now + IDLE,
        ends_at=now + LONGEST,
        ip=request.client.host if request.client else "",
        user_agent=request.headers.get("user-agent", "")[:256],
    )
    database.add(session)
    database.commit()
    return Grant(**_tokens(session), user=ShownUser.model_validate(user))


def _tokens(session: UserSession) -> dict[str, str | int | uuid.UUID]:
    ids = session.user_id, session.id
    expires_at = int(session.expires_at.timestamp())
    return {
        "access_token": tokens.issued(tokens.ACCESS, *ids, int(datetime.now(UTC).timestamp()) + tokens.ACCESS_SECONDS),
        "expires_in": tokens.ACCESS_SECONDS,
        "session_id": session.id,
        "refresh_token": tokens.issued(tokens.REFRESH, *ids, expires_at, gen=session.generation),
    }
