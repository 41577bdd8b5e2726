"""One address of the API, served: the method found, the caller let in, the body kept small, the handler run."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Message, Receive, Scope, Send

from flowengine.errors import StoreError
from flowengine.service.api.auditing import write_done, write_refused
from flowengine.service.api.endpoint import Endpoint
from flowengine.service.auth import admit
from flowengine.service.problems import ProblemError, record_failed


class Served:
    """All methods of one address, as an ASGI application; HEAD is GET without the body."""

    def __init__(self, endpoints: Sequence[Endpoint]) -> None:
        self.path = endpoints[0].path
        self.by_method = {endpoint.method: endpoint for endpoint in endpoints}

    def route(self) -> Route:
        return Route(self.path, self, name=self.path)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        endpoint = self._endpoint(scope["method"])
        request = Request(scope, limited(receive, endpoint.body_limit))
        try:
            response = await self._response(endpoint, request)
        except StoreError:
            if endpoint.away is None:
                raise
            record_failed(request)
            response = endpoint.away()
        await response(scope, receive, send)

    async def _response(self, endpoint: Endpoint, request: Request) -> Response:
        try:
            allowance = await admit(request, endpoint.role)
        except ProblemError as error:
            if endpoint.is_change and error.problem.status == 403:
                await write_refused(request, endpoint.name, error.problem.title)
            raise
        declared = request.headers.get("content-length", "")
        if declared.isascii() and declared.isdigit() and int(declared) > endpoint.body_limit:
            raise too_large(endpoint.body_limit)
        response = await endpoint.handler(request)
        if endpoint.is_change and endpoint.role is not None and response.status_code < 400:
            await write_done(request, endpoint.name, response.status_code)
        response.headers.update(allowance)
        return response

    def _endpoint(self, method: str) -> Endpoint:
        for name, endpoint in self.by_method.items():
            if name == method or (name, method) == ("GET", "HEAD"):
                return endpoint
        allowed = sorted({*self.by_method, *({"HEAD"} if "GET" in self.by_method else ())})
        raise HTTPException(405, headers={"allow": ", ".join(allowed)})


def limited(receive: Receive, limit: int) -> Receive:
    """The request's messages, until their bodies are more than `limit` bytes. Raises ProblemError (413)."""
    taken = 0

    async def counted() -> Message:
        nonlocal taken
        message = await receive()
        taken += len(message.get("body", b""))
        if taken > limit:
            raise too_large(limit)
        return message

    return counted


def too_large(limit: int) -> ProblemError:
    return ProblemError(413, "Body too large", f"At most {limit:,} bytes can be sent here; send it in parts.")
