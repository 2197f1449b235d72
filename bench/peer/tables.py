"""The tables. `python tables.py` makes them, once."""

import uuid
from datetime import datetime

from sqlalchemy import ARRAY, DateTime, ForeignKey, Index, Text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    """Base of all tables."""

    type_annotation_map = {str: Text, list[str]: ARRAY(Text), datetime: DateTime(timezone=True)}


class User(Base):
    """An account; `email` is in normal form."""

    __tablename__ = "users"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(unique=True)
    password_hash: Mapped[str]
    name: Mapped[str | None]
    timezone: Mapped[str | None]
    created_at: Mapped[datetime]


class UserSession(Base):
    """One sign-in. `generation` counts the refreshes; `expires_at` moves with each, `ends_at` does not."""

    __tablename__ = "sessions"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    user_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    generation: Mapped[int]
    created_at: Mapped[datetime]
    last_used_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    ip: Mapped[str]
    user_agent: Mapped[str]


class Task(Base):
    """A task; `version` grows by one with every change."""

    __tablename__ = "tasks"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    user_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    title: Mapped[str]
    description: Mapped[str | None]
    completed_at: Mapped[datetime | None]
    priority: Mapped[str]
    due: Mapped[str | None]
    due_timezone: Mapped[str | None]
    tags: Mapped[list[str]]
    order: Mapped[float]
    repeat: Mapped[str | None]
    repeat_from: Mapped[str]
    parent_id: Mapped[str | None]
    version: Mapped[int]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


# The order of lists: newest first, and by id among those of the same moment.
Index("tasks_newest_first", Task.user_id, Task.created_at.desc(), Task.id.desc())


if __name__ == "__main__":
    from database import engine

    Base.metadata.create_all(engine)
