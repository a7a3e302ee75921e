"""POST /api/analytics/view: counts a view of one of our pages, unless the visitor does not want that.

Sent by the pages themselves. No cookie is set or read. A browser that sends Sec-GPC or DNT, and a person who has
objected to analytics or restricted the use of their data, is not counted; the answer is the same.
"""

from starlette.responses import Response

from shared.analytics import Page, count_view
from shared.inputs import Input
from shared.web.contract import Reply
from shared.web.endpoint import Call, visitor_endpoint


class ViewRequest(Input):
    path: Page


async def handle(call: Call[ViewRequest]) -> Response:
    await count_view(call.runtime, call.body.path, call.request.headers, call.jwt)
    return Response(status_code=204)


app = visitor_endpoint("analytics/view", handle, ViewRequest, answers={204: Reply()})
