"""The socket of the pages, opened before the server starts, so that an error is one clear line."""

from __future__ import annotations

import socket

from voicebot.web.errors import WebError


def listen(host: str, port: int) -> socket.socket:
    """A TCP socket bound to a name or address. Raises WebError."""
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        return socket.create_server(address[:2], family=family)
    except OSError as error:
        raise WebError(
            f"web.host {host}, web.port {port}: {error.strerror or error}; change them in the settings, or end what"
            " uses the port",
            error.errno or 0,
        ) from error
