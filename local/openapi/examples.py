"""The values that the document's examples are made of: one user, what proves who they are, and what they have."""

from local.openapi.basics import Json

EXAMPLE_API = "https://taskward.example/api"

EXAMPLE_TOKEN = "eyJ0eXAiOiJhdCtqd3QifQ.e30.c2lnbmF0dXJl"
EXAMPLE_REFRESH_TOKEN = "eyJ0eXAiOiJydCtqd3QifQ.e30.c2lnbmF0dXJl"
EXAMPLE_STEP_TOKEN = "eyJ0eXAiOiJzdCtqd3QifQ.e30.c2lnbmF0dXJl"
EXAMPLE_LINK_TOKEN = "jn8MGpLTTFWht18-LRwLmrGxvbSAxh0HUwDZv_fZy2nPMWleoEjkePrK30JujQ-w"
EXAMPLE_PASSWORD = "plum-orbit-cello-42"
EXAMPLE_NEW_PASSWORD = "walnut-canoe-9-rivers"
EXAMPLE_CODE = "492039"
EXAMPLE_CURSOR = "WyI4ZjE0ZTQ1ZmNlZWExNjdhIiwiMjAyNi0wMy0wMlQwODozMDowMC4wMDAwMDBaIiwiMGIwZTdhNTIiXQ"

EXAMPLE_USER = {
    "id": "8e7f0c1a-92d3-4c55-a1b7-5f3e2d1c0b9a",
    "email": "ada@example.org",
    "email_verified": True,
    "email_bounced": False,
    "has_password": True,
    "second_factor": False,
    "name": "Ada",
    "timezone": "Europe/Paris",
    "created_at": "2026-03-01T09:00:00Z",
}

EXAMPLE_SESSION_ID = "c1d2e3f4-0a1b-4c2d-8e3f-4a5b6c7d8e9f"
EXAMPLE_SESSION = {
    "id": EXAMPLE_SESSION_ID,
    "current": True,
    "created_at": "2026-03-02T08:00:00Z",
    "last_used_at": "2026-03-02T08:15:00Z",
    "authenticated_at": "2026-03-02T08:00:00Z",
    "expires_at": "2026-03-09T08:15:00Z",
    "ip": "203.0.113.7",
    "user_agent": "Mozilla/5.0",
}
EXAMPLE_OTHER_SESSION = {
    "id": "4b1f7f0e-6a55-4d0e-9a39-2f0f8f2f6c11",
    "current": False,
    "created_at": "2026-03-01T09:00:00Z",
    "last_used_at": "2026-03-01T21:40:00Z",
    "authenticated_at": "2026-03-01T09:00:00Z",
    "expires_at": "2026-03-08T21:40:00Z",
    "ip": "2001:db8:7:1::20",
    "user_agent": "curl/8.14.1",
}

EXAMPLE_GRANT = {
    "access_token": EXAMPLE_TOKEN,
    "token_type": "Bearer",
    "expires_in": 900,
    "refresh_token": EXAMPLE_REFRESH_TOKEN,
    "session_id": EXAMPLE_SESSION_ID,
    "user": EXAMPLE_USER,
}

EXAMPLE_SECOND_FACTOR = {"enabled": True, "enabled_at": "2026-03-01T09:30:00Z", "recovery_codes_left": 9}
_SECRET = "KDMFRYEYL3GH6YCBRKXQZRNLLB7UFQSX"
EXAMPLE_ENROLMENT = {
    "secret": _SECRET,
    "uri": f"otpauth://totp/Taskward:ada%40example.org?digits=6&secret={_SECRET}&algorithm=SHA1&issuer=Taskward&period=30",
    "expires_at": "2026-03-01T09:40:00Z",
}
EXAMPLE_RECOVERY_CODES = [
    "UJZD-EGXD-NCF3-2EPF-3DHO-DZDO",
    "CIS2-JHTL-GMXG-EDN7-3U55-XTPL",
    "PFT7-V4SE-H2KV-J72C-EUVW-75EF",
    "R6ED-T4SY-WB5W-KH7D-NSIP-ZZ7F",
    "K4ZR-I3R2-WYOJ-FLJO-OA7L-QSAJ",
    "2XUI-D5ZZ-ZZG6-ZDME-N4KH-VDGA",
    "JGXB-ENYJ-QWX6-HH75-66TF-JGVQ",
    "6KBN-XJBT-FQXK-WOVO-MPZO-M7WB",
    "BR6Q-MW4W-XFOG-O6MV-N6A6-WFHY",
    "M6L3-VFZ5-ZFKK-IBJ5-J6WJ-IBAG",
]

EXAMPLE_PASSKEY = {
    "id": "e4b0f7a2-3c19-4d85-9b6e-7f1d2a5c8e03",
    "name": "Phone",
    "created_at": "2026-03-01T09:45:00Z",
    "last_used_at": "2026-03-02T08:00:00Z",
    "backed_up": True,
    "transports": ["hybrid", "internal"],
    "aaguid": "00000000-0000-0000-0000-000000000000",
}
_CREDENTIAL_ID = "pWFFJwzms769HdAStzlIZw"
_USER_HANDLE = "jn8MGpLTTFWht18-LRwLmg"
EXAMPLE_PASSKEY_CREATION = {
    "step_token": EXAMPLE_STEP_TOKEN,
    "options": {
        "rp": {"id": "taskward.example", "name": "Taskward"},
        "user": {"id": _USER_HANDLE, "name": EXAMPLE_USER["email"], "displayName": EXAMPLE_USER["name"]},
        "challenge": "I6qivBo9uYMp9FohFkyjCWSfSF_iiCNGGg_X8_bfXvU",
        "pubKeyCredParams": [{"type": "public-key", "alg": algorithm} for algorithm in (-7, -8, -257)],
        "timeout": 300000,
        "excludeCredentials": [],
        "authenticatorSelection": {
            "residentKey": "required",
            "requireResidentKey": True,
            "userVerification": "required",
        },
        "attestation": "none",
    },
}
EXAMPLE_ATTESTATION = {
    "id": _CREDENTIAL_ID,
    "rawId": _CREDENTIAL_ID,
    "type": "public-key",
    "response": {
        "clientDataJSON": "eyJ0eXBlIjoid2ViYXV0aG4uY3JlYXRlIiwiY2hhbGxlbmdlIjoiSTZxaSJ9",
        "attestationObject": "o2NmbXRkbm9uZWdhdHRTdG10oGhhdXRoRGF0YVjE",
        "transports": ["hybrid", "internal"],
    },
    "clientExtensionResults": {},
}
EXAMPLE_PASSKEY_USE: Json = {
    "step_token": EXAMPLE_STEP_TOKEN,
    "options": {
        "rpId": "taskward.example",
        "challenge": "MkS0V6OO5RV2jkUGTgjDYwxo1lZDUL1zEdB2HRFva8M",
        "timeout": 300000,
        "userVerification": "required",
        "allowCredentials": [],
    },
}
EXAMPLE_ASSERTION = {
    "id": _CREDENTIAL_ID,
    "rawId": _CREDENTIAL_ID,
    "type": "public-key",
    "response": {
        "clientDataJSON": "eyJ0eXBlIjoid2ViYXV0aG4uZ2V0IiwiY2hhbGxlbmdlIjoiTWtTMCJ9",
        "authenticatorData": "gCFf2leBPyTpnv7AXlwsFo9Aff6iwAnAoD7Dvoc9n-EdAAAAAA",
        "signature": "MEUCIQDx5cYw1n8Wk0a3b7TzYl2vHqSJc9mE4fR6oUgLpKtVxA",
        "userHandle": _USER_HANDLE,
    },
    "clientExtensionResults": {},
}

EXAMPLE_PERSONAL_ACCESS_TOKEN = {
    "id": "3f2a9c5d-7b1e-4d60-8a4f-c2e1b0d9f8a7",
    "name": "Calendar",
    "scopes": ["tasks:read"],
    "created_at": "2026-03-01T10:00:00Z",
    "last_used_at": "2026-03-02T07:00:00Z",
    "expires_at": "2026-05-30T10:00:00Z",
}
EXAMPLE_PERSONAL_ACCESS_TOKEN_TEXT = (
    "taskward_pat.jn8MGpLTTFWht18-LRwLmj8qnF17Hk1gik_C4bDZ-Kc.K7gNU3sdo-OL0wNhqoVWhr3g6s1xYv72ol_pe_Unols"
)

EXAMPLE_EVENT = {
    "id": "f0a9d6c3-1b7e-4f1c-8a53-6d2f94b8e0c7",
    "type": "session_ended",
    "created_at": "2026-03-02T08:20:11.482913Z",
    "ip": "203.0.113.7",
    "user_agent": "Mozilla/5.0",
    "session_id": EXAMPLE_OTHER_SESSION["id"],
    "reason": "signed_out",
}

EXAMPLE_JOB_ID = "5c7e1f3a-8d24-4b96-9f0a-7e6d5c4b3a29"
EXAMPLE_JOB_URL = f"{EXAMPLE_API}/jobs/{EXAMPLE_JOB_ID}"
EXAMPLE_QUEUED_JOB = {
    "id": EXAMPLE_JOB_ID,
    "kind": "export",
    "state": "queued",
    "progress": 0,
    "created_at": "2026-03-02T08:30:00Z",
    "updated_at": "2026-03-02T08:30:00Z",
    "expires_at": "2026-03-03T08:30:00Z",
    "result": None,
}
EXAMPLE_DONE_JOB = {
    **EXAMPLE_QUEUED_JOB,
    "state": "done",
    "progress": 214,
    "updated_at": "2026-03-02T08:30:04Z",
    "result": {
        "url": "https://exports.example/exports/8e7f0c1a/5c7e1f3a.json?X-Amz-Signature=9c1d",
        "expires_at": "2026-03-02T08:36:00Z",
        "bytes": 91822,
        "media_type": "application/json",
    },
}
