"""GET /api/deletions/status: a page for whoever asked Meta to have their data deleted."""

from shared.web.deletions import STATUS_ANSWERS, STATUS_PARAMETERS, handle, refusal_page
from shared.web.endpoint import public_endpoint

app = public_endpoint(
    "deletions/status",
    handle,
    refuse=refusal_page,
    answers=STATUS_ANSWERS,
    problems=("deletion_unknown",),
    parameters=STATUS_PARAMETERS,
)
