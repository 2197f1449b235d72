"""What is refused of tasks alone; the rest of what can be refused is in `taskward.errors`."""

from taskward.errors import InvalidCursorError, TaskwardError


class TaskGoneError(TaskwardError):
    """The request made a task once, and that one is in the trash or deleted for good by now."""

    status = 410
    code = "task_gone"
    title = "The task was deleted"
    detail = "The request was carried out before, and what it made was deleted since. Use another key or id."


class ChangesTokenExpiredError(TaskwardError):
    """A token of the change feed that is older than what the feed still tells of deletions."""

    status = 410
    code = "changes_token_expired"
    title = "The token is too old"
    detail = "Deletions that happened since may be forgotten already. Read all changes again, without a token."


class TaskExistsError(TaskwardError):
    """Another request made a task with this id, or by this key."""

    status = 422
    code = "task_exists"
    title = "There is another task of this id or key"
    detail = "A request can be repeated, but not with another body. Use another key or id."


class TooManyTasksError(TaskwardError):
    """The quota of tasks or of their size is used up; what is in the trash counts."""

    status = 409
    code = "quota_exceeded"
    title = "There is no room for more tasks"
    detail = "Delete tasks for good, or empty the trash: what is there counts until it is erased."


class TooManyChangesError(TaskwardError):
    """One request would change more than one transaction can."""

    status = 422
    code = "too_many_changes"
    title = "Too much would change at once"
    detail = "A request may write 100 tasks at most, subtasks and next occurrences included. Do it in parts."


class InvalidChangesTokenError(InvalidCursorError):
    """A token that was not made by the change feed for this user."""

    detail = "Give `next` of the answer before, or no token at all."
