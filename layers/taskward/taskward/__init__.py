"""Taskward: accounts, sessions and tasks that only their owner can see."""

from taskward import lean_imports

# The tracer, of which nothing is used, and resolvers for AppSync and Bedrock, which bring asyncio along.
lean_imports.without_init("aws_lambda_powertools")
lean_imports.without_init("aws_lambda_powertools.event_handler")
# PyJWT looks for keys in certificates; ours are in none.
lean_imports.postpone("cryptography.x509")
