"""GET /api/erasures/status: a page for whoever asked to be erased, and has no account to sign in to any more."""

from shared.web.deletions import refusal_page
from shared.web.endpoint import public_endpoint
from shared.web.erasures import CODE_PARAMETERS, STATUS_ANSWERS, status

app = public_endpoint(
    "erasures/status",
    status,
    refuse=refusal_page,
    answers=STATUS_ANSWERS,
    problems=("erasure_unknown",),
    parameters=CODE_PARAMETERS,
)
