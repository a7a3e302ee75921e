"""GET /api/erasures/receipt: the signed receipt of an erasure that is done."""

from shared.web.endpoint import public_endpoint
from shared.web.erasures import CODE_PARAMETERS, SignedReceipt, receipt

app = public_endpoint(
    "erasures/receipt",
    receipt,
    answers={200: SignedReceipt},
    problems=("erasure_unknown", "erasure_not_done"),
    parameters=CODE_PARAMETERS,
)
