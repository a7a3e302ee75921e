"""What a worker holds while it has a publication."""

from __future__ import annotations

from typing import Any, cast

import pytest

from shared.database import Database
from shared.publishing.claim import Claim
from shared.publishing.work import Work
from shared.secret import Secret
from shared.vault import CannotOpen, Vault

VAULT = Vault({"k1": bytes(range(32))})
PUBLICATION: dict[str, Any] = {
    "kind": "video", "caption": "", "state": "committing", "options": {}, "container_id": None, "publish_id": None,
    "epoch": 1, "looks": 0, "attempts": 0, "seconds_since_intent": None, "age_seconds": 0.0, "state_seconds": 0.0,
}  # fmt: skip


def work(*, id: str = "1", platform: str = "tiktok", upload_url: str | None = None) -> Work:
    upload = {"byte_size": 1, "chunk_size": 1, "stored_chunks": 0, "seconds_left": 60.0, "upload_url": upload_url}
    claim = {
        "publication": PUBLICATION | {"id": id, "platform": platform},
        "items": None, "item_count": 0, "cover": None, "upload": upload if upload_url else None, "account": None,
    }  # fmt: skip
    return Work(Claim.model_validate(claim), cast(Database, None), VAULT, claimed_at=0.0)


def test_an_upload_address_opens_for_its_publication() -> None:
    sealed = work().seal_upload_url(Secret("https://upload.example/?id=1"))

    assert work(upload_url=sealed).upload_url().reveal() == "https://upload.example/?id=1"


@pytest.mark.parametrize("other", [{"id": "2"}, {"platform": "instagram"}])
def test_an_upload_address_opens_nowhere_else(other: dict[str, str]) -> None:
    sealed = work().seal_upload_url(Secret("https://upload.example/?id=1"))

    with pytest.raises(CannotOpen):
        work(upload_url=sealed, **other).upload_url()


def test_without_an_upload_there_is_no_address() -> None:
    with pytest.raises(CannotOpen):
        work().upload_url()
