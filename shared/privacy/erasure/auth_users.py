"""Deletes a user of Supabase Auth: the one thing of an account that no SQL of ours may do."""

from __future__ import annotations

from uuid import UUID

from shared.egress import CallFailed
from shared.errors import Refused
from shared.runtime import Runtime
from shared.settings import SUPABASE_SECRET_KEY, SUPABASE_URL

# Gone already: a worker died between this call and the next look.
_GONE = (200, 404)


async def delete_auth_user(runtime: Runtime, user_id: str) -> None:
    """Whether it is gone is seen in the database afterwards. Raises Refused.

    The key stands in `apikey` alone: it is no JWT, and Supabase takes it for none. Not softly, which would keep the
    row and a hash of the address.
    """
    client = runtime.egress.client
    request = client.build_request(
        "DELETE",
        f"{runtime.settings.text(SUPABASE_URL)}/auth/v1/admin/users/{UUID(user_id)}",
        headers={"apikey": runtime.settings.secret(SUPABASE_SECRET_KEY).reveal()},
        json={"should_soft_delete": False},
    )
    try:
        answer = await runtime.egress.send(request)
    except CallFailed:
        raise Refused("auth_unavailable", retry_after=60) from None
    if answer.status not in _GONE:
        raise Refused("auth_unavailable", retry_after=60)
