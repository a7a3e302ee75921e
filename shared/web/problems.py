"""Every error an endpoint can answer (RFC 9457): a stable code, and words for the person who meets it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, NotRequired, TypedDict

from starlette.responses import JSONResponse

from shared.errors import Refused
from shared.outputs import Id


@dataclass(frozen=True, slots=True)
class Problem:
    status: int
    title: str
    detail: str


class WrongField(TypedDict):
    """`field` is the path to it, with dots, as the caller spelled it; empty is the body as a whole."""

    field: str
    message: str


class ProblemDocument(TypedDict):
    """`code` is stable; title and detail are for the person who meets it. `errors` comes with `invalid_input`."""

    type: Literal["about:blank"]
    title: str
    status: int
    detail: str
    code: str
    errors: NotRequired[list[WrongField]]
    publication_id: NotRequired[Id]


_NOTHING_HAPPENED = "Nothing was changed."

PROBLEMS: Mapping[str, Problem] = {
    "method_not_allowed": Problem(405, "Method not allowed", "The Allow header names the method to use."),
    "body_too_large": Problem(413, "Body too large", "Send at most 1 MB. Media goes straight to storage."),
    "not_json": Problem(400, "Not JSON", "The body must be one JSON object in UTF-8."),
    "invalid_input": Problem(422, "Invalid input", "Each entry of errors names a field and what is wrong with it."),
    "value_not_storable": Problem(
        422, "Invalid input", "A value has characters or a size that cannot be stored. Change it and try again."
    ),
    "not_signed_in": Problem(401, "Not signed in", "Sign in and send your access token as a Bearer token."),
    "not_found": Problem(404, "Not found", "There is no such thing, or it is not shared with you."),
    "role_too_low": Problem(
        403, "Your role does not allow this", "You can look, but not change. Ask an owner of the project."
    ),
    "last_owner": Problem(409, "A project needs an owner", "Make somebody else an owner first."),
    "invitation_unknown": Problem(
        404,
        "This invitation does not work",
        "Nothing was changed. It was used, withdrawn, is older than seven days, or never was: ask for another one.",
    ),
    "invitation_used": Problem(
        409, "Somebody has accepted this invitation", "It is spent. Whoever accepted it is in the project: look there."
    ),
    "not_the_cron": Problem(401, "Not the cron", "This address is for the scheduler."),
    "not_the_queue": Problem(401, "Not the queue", "This address is for the queue's own deliveries."),
    "database_unavailable": Problem(
        503, "Storage is not answering", "Nothing is lost. Try again in a few seconds with the same request."
    ),
    "deadline_reached": Problem(
        504,
        "Took too long",
        "What was begun goes on by itself or stops safely. Look at its state before you try again.",
    ),
    "internal_error": Problem(
        500, "Something broke on our side", "Nothing was posted because of it. Try again; if it stays, write to us."
    ),
    "misconfigured": Problem(
        500, "This server is not set up completely", f"{_NOTHING_HAPPENED} Its operator has to finish the set-up."
    ),
    # Connect
    "connect_not_started_here": Problem(
        400,
        "This connection attempt cannot be completed",
        "It was started in another browser, was used before, or is older than ten minutes. No account was connected. "
        "Go back to Settings and choose Connect again.",
    ),
    "connected_elsewhere": Problem(
        409,
        "Already connected elsewhere",
        "This account is connected to another project. Disconnect it there first, then connect it here.",
    ),
    "disconnected_meanwhile": Problem(
        409, "Disconnected meanwhile", "The account was disconnected while it was being connected. Connect it again."
    ),
    "reconnect_needed": Problem(
        409, "Reconnect the account", "Its access has ended. Connect it again; nothing was posted."
    ),
    "platform_switched_off": Problem(
        503,
        "This platform is switched off here",
        "For safety itoms makes no calls to it at the moment. Nothing was posted, and your accounts stay connected. "
        "Try again later.",
    ),
    # What a person chose about their data
    "publishing_objected": Problem(
        403,
        "You switched publishing off",
        "Nothing was posted or connected, and no platform was asked. You can switch publishing on again in your "
        "account's privacy settings.",
    ),
    "processing_restricted": Problem(
        403,
        "You restricted the use of your data",
        "Your data is kept and not used: nothing was sent or posted. You can lift the restriction in your account's "
        "privacy settings.",
    ),
    "restricted_by_another": Problem(
        409,
        "Somebody does not want this used",
        "A person who connected this account or wrote this content has asked us to keep it without using it. Nothing "
        "was sent or posted. You can connect the account yourself, or use a content of your own.",
    ),
    "too_many_changes": Problem(
        429, "You changed this often", "This change was not made; those before it count. Try again in an hour."
    ),
    # Media
    "upload_missing": Problem(
        409,
        "The file has not arrived, or not all of it",
        "What arrived is safe. Send the file, or its missing parts, to the upload address first, then complete it.",
    ),
    "not_in_parts": Problem(
        409,
        "This file is sent in one piece",
        "Nothing was changed. Ask for its upload address again, and send the whole file there.",
    ),
    "storage_unavailable": Problem(
        503, "Media storage is not answering", "Your file is safe where it is. Try again in a few seconds."
    ),
    # Account
    "sign_in_again": Problem(
        403,
        "Sign in again",
        f"{_NOTHING_HAPPENED} For this we have to be sure that it is you: sign out and in, then try again within ten "
        "minutes.",
    ),
    "too_many_exports": Problem(
        429,
        "You asked for many exports",
        "Nothing was changed, and those you have are there until they expire. You can ask for three within a day.",
    ),
    # Captions
    "captions_objected": Problem(
        403,
        "You switched AI captions off",
        "Nothing was sent. You can switch them on again in your account's privacy settings.",
    ),
    "caption_quota_reached": Problem(
        429, "Daily limit of AI captions reached", "You can ask for more tomorrow (UTC), or write this one yourself."
    ),
    "caption_refused": Problem(
        422, "No caption for this content", "The AI declined to write about it. Reword title or description."
    ),
    "caption_unusable": Problem(
        502, "No usable caption came back", "Nothing was kept. Ask again, or write this one yourself."
    ),
    "caption_unavailable": Problem(
        503, "AI captions are not available right now", "Nothing was kept. Try again in a moment."
    ),
    # Limits of one person, in rate_limits.sql
    "too_many_connects": Problem(
        429,
        "You started many connects",
        "Nothing was changed, and what is connected stays connected. You can start one more every 3 minutes.",
    ),
    "too_many_uploads": Problem(
        429,
        "You uploaded many files",
        "This file was not taken; those you have are safe. You can upload one more every 12 seconds.",
    ),
    "too_many_parts": Problem(
        429,
        "You asked for many addresses of parts",
        "The parts that arrived are safe, and the addresses you have stay good for their 15 minutes. You can ask once "
        "more every 3 seconds.",
    ),
    "too_many_completions": Problem(
        429,
        "You completed many uploads",
        "The file is safe where it is, and was not looked at. You can complete one more every 6 seconds.",
    ),
    "too_many_preflights": Problem(
        429,
        "You checked many posts",
        "Nothing was changed. You can check one more every 30 seconds; a post is also checked when you publish it.",
    ),
    "too_many_publications": Problem(
        429,
        "You published a lot",
        "This click posted nothing; what is under way goes on. You can publish one more every 30 seconds: the same "
        "request with the same Idempotency-Key is safe to repeat.",
    ),
    "too_many_captions": Problem(
        429,
        "You asked for many captions",
        "Nothing was sent, and nothing was taken from your day's captions. You can ask for one more every 6 seconds.",
    ),
    "too_many_projects": Problem(
        429, "You made many projects", "Nothing was changed. You can make one more every 2 minutes."
    ),
    "too_many_contents": Problem(
        429, "You made many contents", "None of these was stored. You can make one more every 6 seconds."
    ),
    "too_many_invitations": Problem(
        429, "You invited many people", "Nothing was changed. You can invite one more every 2 minutes."
    ),
    # Webhooks
    "signature_invalid": Problem(
        401, "Not signed by the platform", "The signature does not fit the body or is too old."
    ),
    "try_again_later": Problem(503, "Not yet", "What this is about is still being written down. Deliver it again."),
    "deletion_unknown": Problem(
        404,
        "No request has this code",
        "Check that the whole address arrived. What became of a request can be looked up here for a year.",
    ),
    # Erasure
    "account_erased": Problem(
        410,
        "This account is erased",
        "It is being erased, or was. Nothing more can be done with it, and what you just asked for did not happen. The "
        "address that came with the answer to your request says how far it is.",
    ),
    "erasure_blocked": Problem(
        409,
        "You are the only owner of a project with others in it",
        "Nothing was erased. Make one of them an owner, or name the project in delete_projects: then it is deleted "
        "with everything in it. The preview lists these projects.",
    ),
    "auth_unavailable": Problem(503, "The sign-in service is not answering", "Nothing is lost. It is tried again."),
    "erasure_unknown": Problem(
        404,
        "No erasure has this code",
        "Check that the whole address arrived. What became of an erasure can be looked up here for three years.",
    ),
    "erasure_not_done": Problem(
        409,
        "Not erased completely yet",
        "The receipt is signed when everything is gone. The status says how far it is.",
    ),
    # Publish
    "idempotency_key_missing": Problem(
        400,
        "Idempotency-Key is missing",
        "Send a header Idempotency-Key with 8 to 128 printable characters, a new one for every click.",
    ),
    "idempotency_key_reused": Problem(
        422, "Idempotency-Key was used for something else", "Nothing was posted twice. Send a new key for a new post."
    ),
    "publication_in_progress": Problem(
        409, "Already being published", "The first click with this key is at work. Follow the publication it names."
    ),
    "platform_mismatch": Problem(422, "Wrong platform", "The connection belongs to the other platform."),
    "consent_missing": Problem(
        422, "Consent is missing", "TikTok asks for your agreement to its Music Usage Confirmation with every post."
    ),
    "media_not_ready": Problem(
        422, "Media is not ready", "Every file must belong to this content and must have been completed and accepted."
    ),
    "kind_not_supported": Problem(
        422,
        "This combination cannot be published",
        "Instagram takes one photo or video, or 2 to 10 as a carousel; TikTok takes one video or up to 35 photos.",
    ),
    "nothing_to_confirm": Problem(
        409, "Nothing to confirm", "This publication does not wait for your word. Look at its timeline."
    ),
    "outcome_known": Problem(409, "The outcome is known", "Nothing is left to say about it. Look at its timeline."),
    "outcome_still_open": Problem(
        409,
        "Too early to say",
        "The platform may still post it: Instagram for minutes, TikTok for an hour.",
    ),
}


# RFC 9110 wants every 401 to say how to prove oneself; the platforms' own ways have no name there.
BEARER_WANTED = ("not_signed_in", "not_the_cron")


def problem(refusal: Refused, **headers: str) -> JSONResponse:
    known = PROBLEMS[refusal.code]
    body = {
        "type": "about:blank",
        "title": known.title,
        "status": known.status,
        "detail": known.detail,
        "code": refusal.code,
        **refusal.extra,
    }
    if refusal.retry_after is not None:
        headers["retry-after"] = str(refusal.retry_after)
    if refusal.code in BEARER_WANTED:
        headers["www-authenticate"] = "Bearer"
    return JSONResponse(body, known.status, headers, media_type="application/problem+json")
