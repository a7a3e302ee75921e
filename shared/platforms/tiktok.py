"""TikTok Login Kit and Content Posting API: the calls we make.

Sources: TikTok for Developers, Login Kit for Web, User Access Token pages (2 and 5 November 2026), Direct Post,
Query Creator Info and Get Post Status references.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import Any
from urllib.parse import urlencode

from pydantic import Field, field_validator

from shared.egress import Answer, Egress
from shared.platforms.failures import Certainty, PlatformAnswer, PlatformFailure, Token, call, parse
from shared.platforms.limits import retry_after
from shared.platforms.tiktok_chunks import Chunk, ChunkPlan
from shared.secret import Secret
from shared.settings import TIKTOK_API_URL, TIKTOK_CLIENT_KEY, TIKTOK_CLIENT_SECRET, TIKTOK_WWW_URL, Settings
from shared.subprocessors import TIKTOK

# Exactly what the Data Policy promises (1.2). To widen it is a change of the policy first.
SCOPES = ("user.info.basic", "video.publish")


class Tokens(PlatformAnswer):
    """Lifetimes are in seconds, and change: TikTok's pages have said 24 hours and two hours. Use what came."""

    access_token: Token
    expires_in: int = Field(gt=0, le=10**9)
    refresh_token: Token
    refresh_expires_in: int = Field(gt=0, le=10**9)
    open_id: str = Field(min_length=1, max_length=128)
    scope: frozenset[str]

    @field_validator("scope", mode="before")
    @classmethod
    def split(cls, value: object) -> object:
        return value.split(",") if isinstance(value, str) else value


class User(PlatformAnswer):
    open_id: str = Field(min_length=1, max_length=128)
    display_name: str = Field(max_length=200)


class _UserInfo(PlatformAnswer):
    user: User


class CreatorInfo(PlatformAnswer):
    """What this creator may choose right now; it must be asked again before every post."""

    creator_nickname: str = ""
    privacy_level_options: tuple[str, ...]
    comment_disabled: bool = False
    duet_disabled: bool = False
    stitch_disabled: bool = False
    max_video_post_duration_sec: int


class _Init(PlatformAnswer):
    publish_id: str = Field(min_length=1, max_length=64)


class UploadInit(_Init):
    """`upload_url` lets whoever knows it upload, for one hour."""

    upload_url: str = Field(min_length=1, max_length=2000)


class PostStatus(PlatformAnswer):
    """`post_ids` is filled only for a public post, and only after TikTok's moderation. Text: the ids need 64 bits."""

    status: str
    fail_reason: str = ""
    uploaded_bytes: int | None = None
    post_ids: tuple[str, ...] = Field(default=(), alias="publicaly_available_post_id")

    @field_validator("post_ids", mode="before")
    @classmethod
    def as_list(cls, value: object) -> object:
        """A list of numbers by the reference; a bare number, a text or nothing have been seen too."""
        return value if isinstance(value, list) else [value] if value else []


class _ErrorObject(PlatformAnswer):
    code: str = ""
    log_id: str = ""


class TikTok:
    def __init__(self, settings: Settings, egress: Egress) -> None:
        self._settings = settings
        self._egress = egress

    def authorization_url(self, *, redirect_uri: str, state: str) -> str:
        query = {
            "client_key": self._settings.text(TIKTOK_CLIENT_KEY),
            "response_type": "code",
            "scope": ",".join(SCOPES),
            "redirect_uri": redirect_uri,
            "state": state,
            # Otherwise TikTok reconnects the account of the browser's session without asking.
            "disable_auto_auth": "1",
        }
        return f"{self._settings.text(TIKTOK_WWW_URL)}/v2/auth/authorize/?{urlencode(query)}"

    async def redeem_code(self, code: Secret, *, redirect_uri: str) -> Tokens:
        """`code` as the web framework decoded it: TikTok's codes hold characters that a second decoding destroys."""
        form = {"grant_type": "authorization_code", "code": code.reveal(), "redirect_uri": redirect_uri}
        return parse(Tokens, _oauth_checked(await self._oauth("token", form), "access_token"))

    async def refresh(self, refresh_token: Secret) -> Tokens:
        """The old refresh token is dead once TikTok has answered: store the new one before anything else."""
        form = {"grant_type": "refresh_token", "refresh_token": refresh_token.reveal()}
        return parse(Tokens, _oauth_checked(await self._oauth("token", form), "access_token"))

    async def revoke(self, token: Secret) -> None:
        """Takes the access token and ends the whole grant. Success is a 200 with an empty body."""
        answer = await self._oauth("revoke", {"token": token.reveal()})
        content = answer.json()
        if answer.status != 200 or (isinstance(content, dict) and content.get("error")):
            raise _oauth_failure(answer, content)

    async def user(self, token: Secret) -> User:
        answer = await self._api("GET", "user/info/", token, params={"fields": "open_id,display_name"})
        return parse(_UserInfo, answer).user

    async def creator_info(self, token: Secret) -> CreatorInfo:
        return parse(CreatorInfo, await self._api("POST", "post/publish/creator_info/query/", token, json={}))

    async def init_video_pull(self, token: Secret, *, video_url: str, post_info: dict[str, Any]) -> str:
        """The publish_id. With PULL_FROM_URL this is the call that cannot be taken back: TikTok posts by itself."""
        body = {"post_info": post_info, "source_info": {"source": "PULL_FROM_URL", "video_url": video_url}}
        return parse(_Init, await self._api("POST", "post/publish/video/init/", token, json=body)).publish_id

    async def init_photos(
        self, token: Secret, *, image_urls: Sequence[str], cover_index: int, is_aigc: bool, post_info: dict[str, Any]
    ) -> str:
        """The publish_id. As with a pulled video, nothing can be taken back after it."""
        body = {
            "media_type": "PHOTO",
            "post_mode": "DIRECT_POST",
            "is_aigc": is_aigc,
            "post_info": post_info,
            "source_info": {
                "source": "PULL_FROM_URL",
                "photo_images": list(image_urls),
                "photo_cover_index": cover_index,
            },
        }
        return parse(_Init, await self._api("POST", "post/publish/content/init/", token, json=body)).publish_id

    async def init_video_upload(self, token: Secret, *, plan: ChunkPlan, post_info: dict[str, Any]) -> UploadInit:
        """Nothing can be posted before the last chunk, so a job whose answer was lost is only forgotten.

        Raises PlatformFailure for an upload_url on a host that is not TikTok's, too: the file must go nowhere else.
        """
        source = {
            "source": "FILE_UPLOAD",
            "video_size": plan.byte_size,
            "chunk_size": plan.chunk_size,
            "total_chunk_count": plan.count,
        }
        body = {"post_info": post_info, "source_info": source}
        made = parse(UploadInit, await self._api("POST", "post/publish/video/init/", token, json=body))
        if not self._is_tiktoks(made.upload_url):
            raise PlatformFailure(Certainty.UNCLEAR, code="foreign_upload_url")
        return made

    async def put_chunk(
        self, upload_url: Secret, *, chunk: Chunk, media_type: str, content: AsyncIterator[bytes], seconds: float
    ) -> int:
        """The HTTP status: 206 stored, 201 stored and the last one. Without a token: the address is the secret.

        Raises PlatformFailure.
        """
        if not self._is_tiktoks(upload_url.reveal()):
            raise PlatformFailure(Certainty.NOT_SENT, code="foreign_upload_url")
        headers = {
            "content-type": media_type,
            "content-length": str(chunk.length),
            "content-range": f"bytes {chunk.first}-{chunk.last}/{chunk.byte_size}",
        }
        answer = await call(self._egress, "PUT", upload_url.reveal(), headers=headers, content=content, seconds=seconds)
        return answer.status

    def _is_tiktoks(self, url: str) -> bool:
        return TIKTOK.owns(url, self._settings)

    async def post_status(self, token: Secret, *, publish_id: str) -> PostStatus:
        body = {"publish_id": publish_id}
        return parse(PostStatus, await self._api("POST", "post/publish/status/fetch/", token, json=body))

    async def _oauth(self, endpoint: str, form: dict[str, str]) -> Answer:
        credentials = {
            "client_key": self._settings.text(TIKTOK_CLIENT_KEY),
            "client_secret": self._settings.secret(TIKTOK_CLIENT_SECRET).reveal(),
        }
        url = f"{self._settings.text(TIKTOK_API_URL)}/v2/oauth/{endpoint}/"
        return await call(self._egress, "POST", url, data=credentials | form, headers={"cache-control": "no-cache"})

    async def _api(self, method: str, path: str, token: Secret, **parts: Any) -> Any:
        url = f"{self._settings.text(TIKTOK_API_URL)}/v2/{path}"
        headers = {"authorization": f"Bearer {token.reveal()}"}
        return _checked(await call(self._egress, method, url, headers=headers, **parts))


def _oauth_checked(answer: Answer, needed: str) -> Any:
    """Errors of the token endpoint are seen with HTTP 200: only the field we came for means success."""
    content = answer.json()
    if answer.status == 200 and isinstance(content, dict) and content.get(needed):
        return content
    raise _oauth_failure(answer, content)


def _oauth_failure(answer: Answer, content: Any) -> PlatformFailure:
    match content:
        case {"error": str(code)} if answer.status < 500:
            return PlatformFailure(Certainty.REFUSED, code=code, trace_id=str(content.get("log_id", "")))
        case _:
            return _unreadable(answer)


def _checked(answer: Answer) -> Any:
    """The `data` of the envelope. Refusals arrive with HTTP 200 too, so only `error.code` decides."""
    content = answer.json()
    match content:
        case {"error": dict(raw)}:
            error = parse(_ErrorObject, raw)
            if error.code == "ok" and answer.status == 200:
                return content.get("data", {})
            refused = 200 <= answer.status < 500 and error.code not in ("", "ok")
            certainty = Certainty.REFUSED if refused else Certainty.UNCLEAR
            wait = retry_after(answer.headers)
            raise PlatformFailure(certainty, code=error.code, trace_id=error.log_id, retry_after=wait)
        case _:
            raise _unreadable(answer)


def _unreadable(answer: Answer) -> PlatformFailure:
    """Proves nothing, but for a 429: whoever is turned away at the gate was not served."""
    certainty = Certainty.REFUSED if answer.status == 429 else Certainty.UNCLEAR
    code = "rate_limit_exceeded" if answer.status == 429 else f"http_{answer.status}"
    return PlatformFailure(certainty, code=code, retry_after=retry_after(answer.headers))
