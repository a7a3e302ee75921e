"""Publications: the history of what a creator published, which is the creator's own."""

from __future__ import annotations

from shared.privacy.register.model import (
    MACHINERY,
    NAMES_NOBODY,
    NO_SECRETS,
    UNLINKED,
    WITH_CLICK,
    WITH_LAST_OWNER,
    WITH_POSTING_ACCOUNT,
    WITH_PROJECT,
    Area,
    Basis,
    Column,
    For,
    Table,
    Until,
)
from shared.subprocessors import META, SUPABASE, TIKTOK, VERCEL

_PLATFORMS = (SUPABASE, META, TIKTOK)
_WORDS = Until("you delete its content; while the post is under way, until it is settled", "forget_words")

AREA = Area(
    "What you published",
    "The history of your posts belongs to you: itoms keeps it as long as its project. The words of a post go"
    " earlier, with the content that they belong to. What stands on Instagram or TikTok stays there until you delete it"
    " there.",
    (
        Table(
            name="public.publications",
            holds="Each click on Publish: the account, the caption and choices you made, what became of it, when, and"
            " the link of the post.",
            columns="id project_id content_id connection_id platform kind caption options state reason container_id"
            " publish_id post_id permalink epoch lease_expires_at next_step_at looks attempts intent_at idempotency_key"
            " request_hash created_by created_at updated_at finished_at cover_asset_id state_since"
            " platform_ids_cleared_at confirmed_at",
            purpose="To post exactly what you asked for, once, and to tell you what became of it.",
            basis=Basis.CONTRACT,
            retention=WITH_LAST_OWNER,
            erasure=WITH_PROJECT,
            differs=(
                Column(name="id", recipients=(SUPABASE, VERCEL)),
                *(
                    Column(name=name, retention=_WORDS, recipients=_PLATFORMS, erasure=WITH_CLICK)
                    for name in ("caption", "options")
                ),
                *(
                    Column(name=name, erasure=WITH_POSTING_ACCOUNT)
                    for name in ("container_id", "publish_id", "post_id", "permalink")
                ),
                *(
                    Column(name=name, exported=MACHINERY)
                    for name in ("epoch", "lease_expires_at", "next_step_at", "looks", "attempts", "intent_at")
                ),
                *(
                    Column(
                        name=name,
                        purpose="To make one post of one click, however often it arrives.",
                        exported="A random name and a checksum of a click, of use to the client that made them.",
                        erasure=WITH_CLICK,
                    )
                    for name in ("idempotency_key", "request_hash")
                ),
                Column(name="created_by", erasure=UNLINKED),
            ),
        ),
        Table(
            name="public.publication_items",
            holds="Which files a post shows, in which order, and the text that describes each to who cannot see it.",
            columns="publication_id position media_asset_id alt_text container_id",
            purpose="To post exactly what you asked for.",
            basis=Basis.CONTRACT,
            retention=WITH_LAST_OWNER,
            erasure=WITH_PROJECT,
            differs=(
                Column(
                    name="alt_text",
                    retention=Until("you delete the file it describes", "forget_alt_text"),
                    recipients=(SUPABASE, META),
                    erasure=WITH_CLICK,
                ),
                Column(name="container_id", erasure=WITH_POSTING_ACCOUNT),
            ),
        ),
        Table(
            name="public.publication_events",
            holds="The timeline of a post: each step, when, and the codes and ids that the platform gave.",
            columns="id publication_id at event state detail",
            purpose="To show you what happened, and to find out why when something went wrong.",
            basis=Basis.CONTRACT,
            retention=WITH_LAST_OWNER,
            erasure=WITH_PROJECT,
            differs=(Column(name="detail", erasure=WITH_POSTING_ACCOUNT),),
        ),
        Table(
            name="private.tiktok_uploads",
            holds="The address that TikTok gave for the bytes of one video, encrypted, and how much is there already.",
            columns="publication_id upload_url byte_size chunk_size stored_chunks expires_at",
            purpose="To send a long video over several steps.",
            basis=Basis.CONTRACT,
            retention=For(
                "1 hour",
                since="expires_at",
                rule="purge_publishing",
                shown="an hour after TikTok's own hour, or until the post is settled",
            ),
            erasure=WITH_PROJECT,
            exported=NO_SECRETS,
            differs=(Column(name="upload_url", recipients=(SUPABASE, TIKTOK)),),
        ),
        Table(
            name="private.former_jobs",
            holds="What TikTok called an attempt that came to nothing before the next one.",
            columns="publish_id publication_id noted_at",
            purpose="To take no late word about the old attempt for one about the new.",
            basis=Basis.CONTRACT,
            retention=For("30 days", since="noted_at", rule="purge_receipts"),
            erasure=WITH_PROJECT,
            exported=MACHINERY,
        ),
        Table(
            name="private.webhook_deliveries",
            holds="A checksum of each message that TikTok sent us.",
            columns="digest platform received_at",
            purpose="To act on each message once.",
            basis=Basis.INTEREST,
            retention=For("7 days", since="received_at", rule="purge_publishing"),
            erasure=NAMES_NOBODY,
            exported=MACHINERY,
        ),
    ),
)
