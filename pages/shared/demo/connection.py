"""Connections to a demo that is open to the network: silent ones end soon, and one address holds only a few."""

import asyncio
from typing import Any

from uvicorn.protocols.http.h11_impl import H11Protocol

SILENT_S = 5.0  # for the head of a request to arrive
MOST_EACH = 12  # connections of one address; a browser opens six


class BoundedConnection(H11Protocol):
    """HTTP/1.1 as ever, but whoever keeps a connection without asking loses it."""

    _asked: object = None  # the request that was under way when we last looked
    _look: asyncio.TimerHandle | None = None

    def connection_made(self, transport: Any) -> None:  # Any: asyncio's base takes another kind
        """Close what is one too many of its address; watch the others."""
        super().connection_made(transport)
        own = [other for other in self.connections if isinstance(other, BoundedConnection)]
        if sum(other._host() == self._host() for other in own) > MOST_EACH:
            transport.abort()
        else:
            self._look = self.loop.call_later(SILENT_S, self._end_silence)

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop watching."""
        if self._look:
            self._look.cancel()
        super().connection_lost(exc)

    def _host(self) -> str:
        return self.client[0] if self.client else ""

    def _end_silence(self) -> None:
        """Close the connection if no request came since the last look and none is being answered."""
        is_busy = bool(self.cycle) and not self.cycle.response_complete
        if not is_busy and self.cycle is self._asked:
            self.transport.abort()
            return
        self._asked = self.cycle
        self._look = self.loop.call_later(SILENT_S, self._end_silence)
