"""Meta's error bodies. Only code and subcode are a contract: the user texts are localised on purpose."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from starlette.responses import JSONResponse

from sandbox.calls import RefusedError
from sandbox.identifiers import opaque


@dataclass(frozen=True, slots=True)
class Problem:
    code: int
    subcode: int | None
    message: str
    type: str = "OAuthException"
    status: int = 400


FETCH_TIMEOUT = Problem(-2, 2207003, "The media could not be downloaded in time.")
EXPIRED_OR_FOREIGN = Problem(24, 2207008, "The requested resource does not exist")
UNKNOWN_CONTAINER = Problem(24, 2207006, "The requested resource does not exist")
RESTRICTED = Problem(25, 2207050, "The Instagram account is restricted.", status=403)
QUOTA = Problem(9, 2207042, "Application request limit reached", status=403)
SPAM = Problem(4, 2207051, "Application request limit reached", status=403)
NOT_READY = Problem(9007, 2207027, "Media ID is not available")
UNREACHABLE = Problem(9004, 2207052, "Only photo or video can be accepted as media type.")
IMAGE_TOO_LARGE = Problem(36000, 2207004, "The image size is too large.")
IMAGE_FORMAT = Problem(36001, 2207005, "The image format is not supported.")
IMAGE_RATIO = Problem(36003, 2207009, "The submitted image with aspect ratio cannot be published.")
CAPTION_TOO_LONG = Problem(36004, 2207010, "The caption was too long.")
TOO_MANY_MENTIONS = Problem(100, 2207040, "Cannot use more than 20 @ tags in the caption.")
THUMB_OFFSET = Problem(1, 2207057, "The thumbnail offset must be within the duration of the video.")
CHILDREN_COUNT = Problem(100, 2207028, "A carousel needs 2 to 10 items.")
UNKNOWN_MEDIA_TYPE = Problem(100, 2207023, "The media type is unknown.")
NOT_VISIBLE = Problem(100, 33, "Unsupported request. Object does not exist or is not visible.", "GraphMethodException")
NO_TOKEN = Problem(104, None, "An access token is required to request this resource.")
BAD_TOKEN = Problem(190, None, "Invalid OAuth access token - Cannot parse access token")
EXPIRED_TOKEN = Problem(190, 463, "Error validating access token: Session has expired")
NO_PERMISSION = Problem(10, None, "Application does not have permission for this action", status=403)
TOO_MANY_CONTAINERS = Problem(4, None, "Application request limit reached", status=403)

_USER_TEXTS = {
    "en": ("Something went wrong", "Please check the media and try again."),
    "es": ("Algo salió mal", "Revisa el contenido y vuelve a intentarlo."),
    "th": ("มีบางอย่างผิดพลาด", "โปรดตรวจสอบสื่อแล้วลองอีกครั้ง"),
}


def invalid(message: str) -> Problem:
    return Problem(100, None, f"(#100) {message}")


def unsupported_request(method: str) -> Problem:
    """Meta's misleading answer to wrong credentials; the HTTP method has nothing to do with it."""
    return Problem(100, None, f"Unsupported request - method type: {method.lower()}", "IGApiException")


def graph_error(problem: Problem, language: str = "en") -> JSONResponse:
    error: dict[str, Any] = {"message": problem.message, "type": problem.type, "code": problem.code}
    if problem.subcode is not None:
        title, text = _USER_TEXTS[language]
        error |= {
            "error_subcode": problem.subcode,
            "is_transient": False,
            "error_user_title": title,
            "error_user_msg": text,
        }
    return JSONResponse({"error": {**error, "fbtrace_id": opaque("A", 22)}}, problem.status)


def refused(problem: Problem, language: str = "en") -> RefusedError:
    return RefusedError(graph_error(problem, language))


def flat_error(message: str, status: int = 400) -> JSONResponse:
    """The token endpoint of api.instagram.com has its own shape."""
    return JSONResponse({"error_type": "OAuthException", "code": status, "error_message": message}, status)
