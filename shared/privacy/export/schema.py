"""What an export holds: one file of lines for each table, each line one row, and a manifest over all of it.

The columns are those of the SQL functions exported_<name>(), which leave out what is another person's, every token and
what only drives a worker. One more table is one such function, a row type here and its line in DATASETS.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal, NamedTuple, TypedDict

from pydantic import Field

from shared.database import Platform
from shared.outputs import Count, Id, Moment

# Another schema, or another order, is another version: what was published stays as it is.
VERSION: Final = 3

type State = Literal["queued", "preparing", "processing", "committing", "published", "failed", "unknown"]
type Role = Literal["viewer", "editor", "owner"]
type Sha256 = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]


class Account(TypedDict):
    """`raw_user_meta_data` is whatever you have told the sign-in service about yourself."""

    id: Id
    email: str | None
    email_confirmed_at: Moment | None
    created_at: Moment | None
    updated_at: Moment | None
    last_sign_in_at: Moment | None
    raw_user_meta_data: dict[str, Any] | None


class Session(TypedDict):
    created_at: Moment | None
    user_agent: str | None
    ip: str | None


class Project(TypedDict):
    """`created_by` is you, or null: other people's ids are theirs. So it is everywhere below."""

    id: Id
    name: str
    created_by: Id | None
    created_at: Moment


class Membership(TypedDict):
    project_id: Id
    user_id: Id
    role: Role
    created_at: Moment


class Invitation(TypedDict):
    """Into a project: those that you made, and those that you accepted."""

    id: Id
    project_id: Id
    role: Role
    created_by: Id | None
    created_at: Moment
    expires_at: Moment
    accepted_by: Id | None
    accepted_at: Moment | None


class Content(TypedDict):
    id: Id
    project_id: Id
    type: Literal["video", "image", "article", "audio"]
    title: str
    description: str
    tags: list[str]
    created_by: Id | None
    created_at: Moment
    updated_at: Moment


class MediaAsset(TypedDict):
    """The file itself is media/<id>.<ending of object_key>, if its state is ready and media was asked for."""

    id: Id
    project_id: Id
    content_id: Id
    object_key: str
    media_type: str
    byte_size: Count
    sha256: Sha256
    state: Literal["uploading", "ready", "refused"]
    refusal: str | None
    width: int | None
    height: int | None
    duration_ms: int | None
    frame_rate: float | None
    video_codec: str | None
    audio_codec: str | None
    bit_rate: int | None
    audio_sample_rate: int | None
    audio_channels: int | None
    chroma: str | None
    progressive: bool | None
    fast_start: bool | None
    edit_list: bool | None
    multi_picture: bool | None
    created_by: Id | None
    created_at: Moment
    completed_at: Moment | None


class Connection(TypedDict):
    id: Id
    project_id: Id
    platform: Platform
    platform_account_id: str
    callback_ids: list[str]
    display_name: str
    account_type: str | None
    status: Literal["active", "needs_reconnect"]
    status_reason: str | None
    status_since: Moment
    connected_by: Id | None
    connected_at: Moment
    updated_at: Moment


class Disconnection(TypedDict):
    id: Id
    connection_id: Id
    project_id: Id
    platform: Platform
    disconnected_by: Id | None
    disconnected_at: Moment
    tokens_deleted: Count
    revocation: Literal["pending", "revoked", "failed", "unsupported", "skipped"]
    revocation_at: Moment | None
    cause: str


class AccessEnding(TypedDict):
    id: Id
    connection_id: Id
    project_id: Id
    platform: Platform
    cause: str
    tokens_deleted: Count
    ended_at: Moment


class Publication(TypedDict):
    id: Id
    project_id: Id
    content_id: Id | None
    connection_id: Id | None
    platform: Platform
    kind: Literal["photo", "video", "reel", "story", "carousel"]
    caption: str
    options: dict[str, Any]
    cover_asset_id: Id | None
    state: State
    state_since: Moment
    reason: str | None
    container_id: str | None
    publish_id: str | None
    post_id: str | None
    permalink: str | None
    platform_ids_cleared_at: Moment | None
    created_by: Id | None
    created_at: Moment
    confirmed_at: Moment | None
    updated_at: Moment
    finished_at: Moment | None


class PublicationItem(TypedDict):
    publication_id: Id
    position: Count
    media_asset_id: Id | None
    alt_text: str | None
    container_id: str | None


class PublicationEvent(TypedDict):
    publication_id: Id
    id: int
    at: Moment
    event: str
    state: State
    detail: dict[str, Any]


class Consent(TypedDict):
    id: Id
    user_id: Id
    publication_id: Id | None
    subject: str
    text_version: str
    given_at: Moment


class Objection(TypedDict):
    user_id: Id
    purpose: str
    created_at: Moment


class CaptionUsage(TypedDict):
    user_id: Id
    day: Annotated[str, Field(json_schema_extra={"format": "date"})]
    used: Count


class Notice(TypedDict):
    id: Id
    user_id: Id
    project_id: Id
    kind: str
    platform: Platform
    connection_id: Id | None
    publication_id: Id | None
    cause: str
    created_at: Moment
    read_at: Moment | None


class PrivacyRequest(TypedDict):
    id: int
    request_id: Id
    kind: Literal["access", "rectification", "erasure", "restriction", "portability", "objection"]
    event: Literal["received", "identity_checked", "extended", "reminded", "refused", "executed", "answered"]
    channel: Literal["account", "email"]
    user_id: Id
    at: Moment
    due_at: Moment
    actor_kind: str
    detail: dict[str, str]


class Restriction(TypedDict):
    user_id: Id
    created_at: Moment


class Profile(TypedDict):
    user_id: Id
    display_name: str | None
    updated_at: Moment


class Dataset(NamedTuple):
    """`name` is that of the file and of the SQL function; `purpose` and `kept` are for the person who reads.

    `settled` is False where being exported is itself an event: an export adds lines there, and a person may have to
    sign in for it. Such a file has no part in the content hash, which says whether two exports are the same.
    """

    name: str
    table: str
    row: Any
    purpose: str
    kept: str
    settled: bool = True

    @property
    def columns(self) -> tuple[str, ...]:
        return tuple(self.row.__annotations__)


_ACCOUNT, _PROJECT = "as long as you have an account", "as long as its project, or until you delete it"

DATASETS = (
    Dataset("account", "auth.users", Account, "to know you, and to let you sign in", _ACCOUNT),
    Dataset("sessions", "auth.sessions", Session, "to keep you signed in", "until the session ends", settled=False),
    Dataset("projects", "public.projects", Project, "to keep your work apart from that of others", _ACCOUNT),
    Dataset("project_members", "public.project_members", Membership, "to decide who may see and change what", _PROJECT),
    Dataset(
        "invitations", "public.invitations", Invitation, "to let in whom an owner of a project invites",
        "30 days after its end",
    ),
    Dataset("contents", "public.contents", Content, "to publish it, and to write a caption if you ask", _PROJECT),
    Dataset("media_assets", "public.media_assets", MediaAsset, "to publish it", "as long as its content"),
    Dataset("connections", "public.connections", Connection, "to publish to your account", "until disconnected"),
    Dataset(
        "disconnections", "public.disconnections", Disconnection, "to prove that the tokens were deleted", "3 years"
    ),
    Dataset("access_endings", "public.access_endings", AccessEnding, "to prove that tokens were deleted", "3 years"),
    Dataset("publications", "public.publications", Publication, "to post it once, and to show its outcome", _PROJECT),
    Dataset("publication_items", "public.publication_items", PublicationItem, "as above", "as long as its publication"),
    Dataset(
        "publication_events", "public.publication_events", PublicationEvent, "to show what became of a post",
        "as long as its publication",
    ),
    Dataset("consents", "public.consents", Consent, "to prove what you agreed to", "3 years"),
    Dataset("objections", "public.objections", Objection, "to stop what you object to", "until you take it back"),
    Dataset("restrictions", "public.restrictions", Restriction, "to use nothing of yours", "until you lift it"),
    Dataset("profiles", "public.profiles", Profile, "to call you what you call yourself", _ACCOUNT),
    Dataset("caption_usage", "private.caption_usage", CaptionUsage, "to bound what captions cost", "31 days"),
    Dataset("notices", "public.notices", Notice, "to tell you what happened to an account", "one year"),
    Dataset(
        "privacy_requests", "public.privacy_requests", PrivacyRequest, "to answer you in time, and to prove it",
        "three years after the last event", settled=False,
    ),
)  # fmt: skip

# For whoever compares: the columns that leave, by table. A column with a person's id leaves for that person only.
EXPORTED: Mapping[str, tuple[str, ...]] = {dataset.table: dataset.columns for dataset in DATASETS}


class ExportedFile(TypedDict):
    """`lines` is null for what is no file of lines. `settled`: it has a part in the content hash."""

    path: str
    bytes: Count
    sha256: Sha256
    lines: Count | None
    settled: bool


class Manifest(TypedDict):
    """`counts` has every table, also those with nothing in them, and beside them `media_files`.

    `content_hash` is the SHA-256 of one line "<sha256>  <path>" for each settled file, in the order of their paths.
    """

    format: Literal["itoms-export"]
    schema_version: Literal[3]
    schema: Annotated[str, Field(json_schema_extra={"format": "uri"})]
    generated_at: Moment
    content_hash: Sha256
    counts: dict[str, Count]
    files: list[ExportedFile]
