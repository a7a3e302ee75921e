"""GET /api/cron/mail: sends the e-mails that are due."""

from starlette.responses import Response

from shared.mail.outbox import Mailed, deliver
from shared.web.endpoint import Call, answer, cron_endpoint


async def handle(call: Call[None]) -> Response:
    return answer(await deliver(call.runtime))


app = cron_endpoint("cron/mail", handle, answers={200: Mailed})
