"""What comes of people's requests and of a breach: exports, erasures, mails, and whom we have to tell."""

from __future__ import annotations

from shared.privacy.register.model import (
    CASCADE,
    MACHINERY,
    NAMES_NOBODY,
    WITH_ACCOUNT,
    Area,
    Basis,
    Column,
    For,
    Table,
    Until,
    kept,
)
from shared.subprocessors import CLOUDFLARE, RESEND, SUPABASE

_ERASED = Until("the erasure is done", "finish_erasure")
_ERASURES = For("3 years", since="done_at", rule="purge_erasures", shown="3 years after the erasure is done")
_WITH_ERASURE = Until("the erasure it belongs to is forgotten, 3 years after it is done", CASCADE)
_PROOF = kept("the proof of your erasure. It names nobody: there is no account left that its numbers could lead to.")

AREA = Area(
    "Exports, erasures, mails and breaches",
    "What is needed to hand out your data, to delete it, to write to you, and to tell you if something went wrong.",
    (
        Table(
            name="public.exports",
            holds="Each archive of your data that you asked for: how far it is, how large, and when it was fetched.",
            columns="id user_id request_id with_media state folder epoch lease_expires_at restarts missing dataset"
            " after files directory_at byte_size part_size parts file crc content_hash created_at ready_at expires_at"
            " downloaded_at connection_ids",
            purpose="To make the archive and to hand it to you, and to nobody else.",
            basis=Basis.DUTY,
            retention=For("30 days", since="created_at", rule="purge_exports"),
            erasure=WITH_ACCOUNT,
            exported="It is about the archive itself; what you asked for is in your requests.",
            differs=(
                Column(name="folder", recipients=(SUPABASE, CLOUDFLARE)),
                Column(name="content_hash", recipients=(SUPABASE, CLOUDFLARE)),
            ),
        ),
        Table(
            name="private.export_files",
            holds="What an archive that is being made will hold, in its order.",
            columns="export_id position name byte_size sha256 crc starts_at object_key lines",
            purpose="To make a large archive in many small steps.",
            basis=Basis.DUTY,
            retention=Until("the archive is ready, or given up", "finish_export"),
            erasure=WITH_ACCOUNT,
            exported=MACHINERY,
            recipients=(SUPABASE, CLOUDFLARE),
        ),
        Table(
            name="private.erasures",
            holds="That an account was or is being deleted, how far that is, and the receipt. Names nobody once done.",
            columns="id code request_id user_id state epoch lease_expires_at next_step_at attempts problem searched"
            " requested_at done_at receipt",
            purpose="To delete everything for sure, and to prove it to whoever asked.",
            basis=Basis.DUTY,
            retention=_ERASURES,
            erasure=_PROOF,
            exported="It begins when there is nothing to export any more.",
            differs=(Column(name="user_id", retention=_ERASED, erasure=WITH_ACCOUNT),),
        ),
        Table(
            name="private.erasure_receipts",
            holds="How much was deleted from each store, in numbers.",
            columns="erasure_id store counts finished_at",
            purpose="To prove the erasure.",
            basis=Basis.DUTY,
            retention=_WITH_ERASURE,
            erasure=_PROOF,
            exported="It begins when there is nothing to export any more.",
        ),
        Table(
            name="private.erasure_projects",
            holds="Which projects go with the account that is being deleted.",
            columns="project_id erasure_id",
            purpose="To delete them with everything in them.",
            basis=Basis.DUTY,
            retention=_ERASED,
            erasure=NAMES_NOBODY,
            exported=MACHINERY,
        ),
        Table(
            name="private.erasure_objects",
            holds="Random names of files that an erasure must find gone in storage.",
            columns="erasure_id object_key due_at deleted_at",
            purpose="To delete files for sure.",
            basis=Basis.DUTY,
            retention=_ERASED,
            erasure=NAMES_NOBODY,
            exported=MACHINERY,
            recipients=(SUPABASE, CLOUDFLARE),
        ),
        Table(
            name="private.tombstones",
            holds="Checksums of the ids of erased accounts and projects and of ended connections.",
            columns="kind digest at",
            purpose="To erase them again if a backup brings them back.",
            basis=Basis.DUTY,
            retention=For("400 days", since="at", rule="purge_erasures"),
            erasure=kept("a checksum of a random id, which says nothing to who does not hold the id already."),
            exported=MACHINERY,
        ),
        Table(
            name="private.mail_outbox",
            holds="Mails to you: of which kind, when, and whether they arrived. No address and no text.",
            columns="id kind user_id parameters idempotency_key state reason attempts next_attempt_at doubt_since epoch"
            " provider_id created_at sent_at delivered_at complained_at settled_at",
            purpose="To send each mail once, and to know whether it arrived.",
            basis=Basis.CONTRACT,
            retention=For(
                "90 days",
                since="settled_at",
                rule="purge_mail",
                shown="90 days after it is settled, and a notice of a breach until that is closed",
            ),
            erasure=WITH_ACCOUNT,
            exported=MACHINERY,
            differs=(
                Column(name="kind", recipients=(SUPABASE, RESEND)),
                Column(name="parameters", recipients=(SUPABASE, RESEND)),
                Column(name="idempotency_key", recipients=(SUPABASE, RESEND)),
            ),
        ),
        Table(
            name="private.mail_events",
            holds="A checksum of each message of our mail provider.",
            columns="digest received_at",
            purpose="To act on each message once.",
            basis=Basis.INTEREST,
            retention=For("7 days", since="received_at", rule="purge_mail"),
            erasure=NAMES_NOBODY,
            exported=MACHINERY,
        ),
        Table(
            name="private.breaches",
            holds="Breaches of personal data: what happened, what was done about it, how many were told. No person.",
            columns="id aware_at nature data consequences measures recommendations created_at sending_since closed_at"
            " conclusion outcome",
            purpose="To tell who is concerned within 72 hours, and to document it as the law wants.",
            basis=Basis.DUTY,
            retention=For("3 years", since="closed_at", rule="purge_breaches", shown="3 years after it is closed"),
            erasure=NAMES_NOBODY,
            exported="Names nobody; who is concerned gets its words by mail.",
            differs=tuple(
                Column(name=name, recipients=(SUPABASE, RESEND))
                for name in ("nature", "data", "consequences", "measures", "recommendations")
            ),
        ),
        Table(
            name="private.breach_people",
            holds="That a breach concerns you, and that you were told.",
            columns="breach_id user_id found_at enqueued_at",
            purpose="To tell each person once.",
            basis=Basis.DUTY,
            retention=Until("90 days after the breach is closed", "purge_breaches"),
            erasure=WITH_ACCOUNT,
            exported="You were told by mail, with all that is known.",
        ),
    ),
)
