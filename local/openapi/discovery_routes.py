"""The operations that anybody may use, and keep the answers of, for the OpenAPI document."""

from typing import Any

from local.openapi.basics import Json, ref
from local.openapi.operations import answer, operation

DISCOVERY = "Discovery"


def discovery_paths() -> Json:
    """What anybody may read."""

    def cacheable(operation_id: str, summary: str, description: str, schema: Json, **more: Any) -> Json:
        sends = {"ETag": "ETag", "Cache-Control": "Cache-Control"}
        answers = {
            "200": answer(summary + ".", schema, sends=sends, **more),
            "304": answer("It still is as the ETag says.", sends=sends),
        }
        return operation(
            operation_id,
            DISCOVERY,
            summary,
            description,
            public=True,
            takes=("IfNoneMatch",),
            answers=answers,
        )

    key = {
        "kty": "OKP",
        "crv": "Ed25519",
        "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
        "kid": "6f1c2b3a4d5e",
        "use": "sig",
        "alg": "EdDSA",
        "key_ops": ["verify"],
    }
    jwks = cacheable(
        "getKeys",
        "The public keys",
        "The keys that tokens can be verified with. A new key is published minutes before it first signs.",
        ref("schemas", "JwkSet"),
        example={"keys": [key]},
        media_type="application/jwk-set+json",
    )
    openapi = cacheable(
        "getDocument", "The OpenAPI document", "What this API can do, for programs.", ref("schemas", "OpenApiDocument")
    )
    docs = cacheable(
        "getPage",
        "The documentation",
        "What this API can do, for people: one page, made from the OpenAPI document.",
        {"type": "string"},
        media_type="text/html",
    )
    return {"/.well-known/jwks.json": {"get": jwks}, "/openapi.json": {"get": openapi}, "/docs": {"get": docs}}
