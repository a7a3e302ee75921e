"""What people make: projects, contents and the files that belong to them."""

from __future__ import annotations

from shared.privacy.register.model import (
    CASCADE,
    MACHINERY,
    NAMES_NOBODY,
    UNLINKED,
    WITH_ACCOUNT,
    WITH_LAST_OWNER,
    WITH_PROJECT,
    Area,
    Basis,
    Column,
    For,
    Table,
    Until,
)
from shared.subprocessors import ANTHROPIC, CLOUDFLARE, META, SUPABASE, TIKTOK

_CAPTION = "You work with it, and an AI caption is written from it when you ask for one."
_FOR_CAPTIONS = (SUPABASE, ANTHROPIC)

AREA = Area(
    "Your projects and contents",
    "What you write and upload. The five fields that go to Anthropic for an AI caption are title, description, type and"
    " tags of a content and the name of its project, and only when you ask for a caption.",
    (
        Table(
            name="public.projects",
            holds="The name of each project, who made it and when.",
            columns="id name created_by created_at",
            purpose="A project is the place that you and those you work with share.",
            basis=Basis.CONTRACT,
            retention=WITH_LAST_OWNER,
            erasure=WITH_PROJECT,
            differs=(
                Column(name="name", purpose=_CAPTION, recipients=_FOR_CAPTIONS),
                Column(name="created_by", erasure=UNLINKED),
            ),
        ),
        Table(
            name="public.project_members",
            holds="Who may see and change a project, in which role, since when.",
            columns="project_id user_id role created_at",
            purpose="To let in whom you let in, and nobody else.",
            basis=Basis.CONTRACT,
            retention=Until("the membership, the project or your account ends", CASCADE),
            erasure=WITH_ACCOUNT,
        ),
        Table(
            name="public.invitations",
            holds="Each invitation into a project: for which role, who made it, who accepted it, and when. Its code as"
            " a checksum only.",
            columns="id project_id role code_hash created_by created_at expires_at accepted_by accepted_at",
            purpose="To let somebody into your project who wants to be there, once.",
            basis=Basis.CONTRACT,
            retention=For(
                "30 days",
                since="expires_at",
                rule="purge_invitations",
                shown="30 days after its seven days are over, or until it is withdrawn",
            ),
            erasure=WITH_ACCOUNT,
            differs=(Column(name="code_hash", exported="A checksum of a code that we do not hold ourselves."),),
        ),
        Table(
            name="public.contents",
            holds="Title, description, type and tags of each content.",
            columns="id project_id type title description tags created_by created_at updated_at",
            purpose="The words you give to what you publish.",
            basis=Basis.CONTRACT,
            retention=Until("you delete the content, or its project goes", CASCADE),
            erasure=WITH_PROJECT,
            differs=(
                *(
                    Column(name=name, purpose=_CAPTION, recipients=_FOR_CAPTIONS)
                    for name in ("type", "title", "description", "tags")
                ),
                Column(name="created_by", erasure=UNLINKED),
            ),
        ),
        Table(
            name="public.media_assets",
            holds="Which files belong to a content, and facts read from their bytes: size, length, format, a checksum.",
            columns="id project_id content_id object_key media_type byte_size sha256 state refusal width height"
            " duration_ms frame_rate video_codec audio_codec created_by created_at completed_at bit_rate"
            " audio_sample_rate audio_channels chroma progressive fast_start edit_list multi_picture addressed_at",
            purpose="To find a file again and to tell you before you publish what a platform would refuse.",
            basis=Basis.CONTRACT,
            retention=Until("you delete the content, or its project goes", CASCADE),
            also=(
                For(
                    "24 hours",
                    since="addressed_at",
                    rule="purge",
                    shown="24 hours after you last went on with it for an upload that was never completed",
                ),
            ),
            erasure=WITH_PROJECT,
            differs=(
                # The platforms fetch a file from the address that holds its key, and are sent its type.
                Column(
                    name="object_key",
                    recipients=(SUPABASE, CLOUDFLARE, META, TIKTOK),
                ),
                Column(name="media_type", recipients=(SUPABASE, CLOUDFLARE)),
                Column(name="sha256", recipients=(SUPABASE, CLOUDFLARE)),
                Column(name="created_by", erasure=UNLINKED),
                Column(
                    name="addressed_at",
                    purpose="To go on with an upload that was interrupted, and to delete one that was given up.",
                    exported=MACHINERY,
                ),
            ),
        ),
        Table(
            name="private.media_uploads",
            holds="Under which random id storage keeps the parts of a large file until it is whole.",
            columns="media_asset_id upload_id",
            purpose="To go on with an upload that was interrupted.",
            basis=Basis.CONTRACT,
            retention=Until("the file's entry goes", CASCADE),
            erasure=WITH_PROJECT,
            exported=MACHINERY,
            recipients=(SUPABASE, CLOUDFLARE),
        ),
        Table(
            name="private.object_deletions",
            holds="Names of files that must still be deleted from storage. The names are random.",
            columns="object_key due_at",
            purpose="To delete a file for sure, also when storage does not answer the first time.",
            basis=Basis.CONTRACT,
            retention=Until("the file is gone, usually within the hour", "finish_object_deletions"),
            erasure=NAMES_NOBODY,
            exported=MACHINERY,
            recipients=(SUPABASE, CLOUDFLARE),
        ),
    ),
)
