"""The client's wire: HTTP/1.1 over TLS 1.3 to one peer whose certificate the directory pins.

The pinned certificate is the only trust anchor, and the key that answered is compared with the pinned key.
The name in it and its dates are not asked: the directory says which key is that State's today, and a wrong
clock must not keep a request to preserve from leaving.
"""

from __future__ import annotations

import contextlib
import http.client
import io
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from corridor.exchange.client import Answer, Client
from corridor.exchange.fault import ExchangeFault
from corridor.exchange.message import Readable
from corridor.exchange.peer import Peer
from corridor.exchange.request import Sender
from corridor.exchange.transport.address import AddressPolicy, Endpoint

BLOCK = 1 << 20
BUFFER = 1 << 16
_NO_CHECK_TIME = 0x200000  # X509_V_FLAG_NO_CHECK_TIME of OpenSSL; Python names no constant for it


@dataclass(frozen=True)
class Timeouts:
    """Seconds. `answer` bounds a small answer as a whole, so that a peer cannot drip bytes for ever; a
    package file must keep at least `floor` bytes a second on average.
    """

    connect: float = 10.0
    idle: float = 30.0
    answer: float = 60.0
    floor: int = 64 * 1024


class PinnedClient(Client):
    """A client whose wire is pinned TLS. Close it, or use it as a context."""

    def __init__(
        self,
        peer: Peer,
        sender: Sender,
        *,
        clock: Callable[[], datetime],
        policy: AddressPolicy | None = None,
        timeouts: Timeouts | None = None,
    ) -> None:
        super().__init__(
            peer, sender, PinnedWire(peer, policy or AddressPolicy(), timeouts or Timeouts()), clock=clock
        )


class PinnedWire:
    """Connections to one peer, kept alive and shared by threads; resolved once, for the life of the wire."""

    def __init__(self, peer: Peer, policy: AddressPolicy, timeouts: Timeouts) -> None:
        self._peer = peer
        self._policy = policy
        self._timeouts = timeouts
        self._endpoint: Endpoint | None = None
        self._pinned: tuple[ssl.SSLContext, bytes] | None = None
        self._idle: list[_Connection] = []
        self._lock = threading.Lock()

    def close(self) -> None:
        with self._lock:
            idle, self._idle = self._idle, []
        for connection in idle:
            connection.close()

    @contextlib.contextmanager
    def send(
        self, method: str, target: str, headers: Mapping[str, str], body: Readable | None
    ) -> Iterator[Answer]:
        """One request, one answer. Raises exchange.peer.*"""
        connection = self._take()
        reusable = False
        try:
            response = self._roundtrip(connection, method, target, headers, body)
            answered = {name.lower(): value for name, value in response.getheaders()}
            stream = _Stream(response, self._peer.state)
            yield Answer(response.status, answered, stream)
            if response.length == 0:
                response.close()
            reusable = response.isclosed() and not response.will_close
        finally:
            if reusable:
                with self._lock:
                    self._idle.append(connection)
            else:
                connection.close()

    def _roundtrip(
        self,
        connection: _Connection,
        method: str,
        target: str,
        headers: Mapping[str, str],
        body: Readable | None,
    ) -> http.client.HTTPResponse:
        """Send, and read the head of the answer. Nothing is sent twice: another try is signed anew, by the
        caller.
        """
        try:
            connection.putrequest(method, target, skip_accept_encoding=True)
            for name, value in headers.items():
                connection.putheader(name, value)
            connection.endheaders()
            sent, started = 0, time.monotonic()
            try:
                while body is not None and (block := body.read(BLOCK)):
                    connection.send(block)
                    sent += len(block)
                    if time.monotonic() - started > self._timeouts.answer + sent / self._timeouts.floor:
                        raise self._unreachable("too slow")
            except (BrokenPipeError, ConnectionResetError, ssl.SSLEOFError):
                # The peer refused without reading the body: its answer may already be here.
                return connection.getresponse()
            return connection.getresponse()
        except TimeoutError as error:
            raise self._unreachable("no answer in time") from error
        except (http.client.RemoteDisconnected, BrokenPipeError, ConnectionResetError) as error:
            raise self._unreachable("closed the connection") from error
        except ssl.SSLError as error:
            raise self._unreachable("TLS broke off") from error
        except (OSError, http.client.HTTPException) as error:
            raise self._unreachable(type(error).__name__) from error

    def _take(self) -> _Connection:
        while True:
            with self._lock:
                connection = self._idle.pop() if self._idle else None
            if connection is None:
                return self._connect()
            if not connection.is_dead():
                return connection
            connection.close()

    def _connect(self) -> _Connection:
        if self._endpoint is None:
            self._endpoint = self._policy.resolve(self._peer.url, self._peer.state)
        if self._pinned is None:
            self._pinned = _pinned_context(self._peer)
        context, pin = self._pinned
        endpoint = self._endpoint
        failure: Exception | None = None
        for address in endpoint.addresses:
            try:
                raw = socket.create_connection((address, endpoint.port), self._timeouts.connect)
            except OSError as error:
                failure = error
                continue
            try:
                tls = context.wrap_socket(raw, server_hostname=endpoint.host)
            except ssl.SSLCertVerificationError as error:
                raw.close()
                raise ExchangeFault("exchange.peer.not-pinned", state=self._peer.state) from error
            except OSError as error:
                raw.close()
                failure = error
                continue
            certificate = tls.getpeercert(binary_form=True)
            if certificate is None or _spki(x509.load_der_x509_certificate(certificate)) != pin:
                tls.close()
                raise ExchangeFault("exchange.peer.not-pinned", state=self._peer.state)
            tls.settimeout(self._timeouts.idle)
            tls.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            return _Connection(endpoint, tls, self._timeouts)
        raise self._unreachable("no connection") from failure

    def _unreachable(self, reason: str) -> ExchangeFault:
        return ExchangeFault("exchange.peer.unreachable", state=self._peer.state, reason=reason)


class _Connection(http.client.HTTPConnection):
    """HTTP over a socket that is already connected and checked; never connects by itself."""

    def __init__(self, endpoint: Endpoint, tls: ssl.SSLSocket, timeouts: Timeouts) -> None:
        super().__init__(endpoint.host, endpoint.port)
        self.default_port = http.client.HTTPS_PORT
        self.auto_open = 0
        self._tls = tls
        self._timeouts = timeouts
        self.sock = tls
        self.response_class = self._response  # type: ignore[assignment]

    def _response(self, sock: ssl.SSLSocket, *args: Any, **options: Any) -> http.client.HTTPResponse:
        """An answer that is read, its head included, against one deadline."""
        response = http.client.HTTPResponse(sock, *args, **options)
        response.fp.close()
        response.fp = io.BufferedReader(_Timed(sock, self._timeouts), BUFFER)
        return response

    def is_dead(self) -> bool:
        """Has the peer closed, or spoken on, a connection we kept? A live idle one has nothing for us to
        read.
        """
        self._tls.settimeout(0)
        try:
            self._tls.recv(1)
        except (ssl.SSLWantReadError, BlockingIOError):
            self._tls.settimeout(self._timeouts.idle)
            return False
        except OSError:
            return True
        return True


class _Timed(io.RawIOBase):
    """What arrives on a socket, until `answer` seconds and those its size allows are over."""

    def __init__(self, sock: ssl.SSLSocket, timeouts: Timeouts) -> None:
        super().__init__()
        self._sock = sock
        self._raw = sock.makefile("rb", buffering=0)  # keeps the socket open until the answer is read
        self._timeouts = timeouts
        self._started = time.monotonic()
        self._count = 0
        self._patience = timeouts.idle  # as the connection left it

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int | None:
        """At least a byte unless at the end. A large buffer is part of a body of known length and is filled, so
        that the threads of several connections meet once for each block, not once for each TLS record.
        """
        view, filled = memoryview(buffer), 0
        while True:
            size = self._record(view[filled:])
            filled += size
            if not size or filled >= len(view) or len(view) <= BUFFER:
                return filled

    def _record(self, view: memoryview) -> int:
        allowed = self._timeouts.answer + self._count / self._timeouts.floor
        left = self._started + allowed - time.monotonic()
        if left <= 0:
            raise TimeoutError("too slow")
        patience = min(left, self._timeouts.idle)
        if patience != self._patience:  # each setting is a call to the system
            self._sock.settimeout(patience)
            self._patience = patience
        size = self._sock.recv_into(view)
        self._count += size
        return size

    def close(self) -> None:
        if not self.closed:
            with contextlib.suppress(OSError):
                self._sock.settimeout(self._timeouts.idle)
            self._raw.close()
        super().close()


class _Stream:
    """An answer's body; an end before the announced length raises."""

    def __init__(self, response: http.client.HTTPResponse, state: str) -> None:
        self._response = response
        self._state = state

    def read(self, size: int, /) -> bytes:
        try:
            block = self._response.read(size)  # filled: a TLS record at a time would be 16 KiB
        except (OSError, http.client.HTTPException) as error:
            raise self._unreachable("the answer broke off") from error
        if not block and size:
            if self._response.length:
                raise self._unreachable("the answer broke off")
            self._response.close()
        return block

    def _unreachable(self, reason: str) -> ExchangeFault:
        return ExchangeFault("exchange.peer.unreachable", state=self._state, reason=reason)


def _pinned_context(peer: Peer) -> tuple[ssl.SSLContext, bytes]:
    try:
        pin = _spki(x509.load_pem_x509_certificate(peer.tls_certificate.encode("ascii")))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.minimum_version = ssl.TLSVersion.TLSv1_3
        context.check_hostname = False  # the pin below says more than a name could
        context.verify_mode = ssl.CERT_REQUIRED
        context.verify_flags |= ssl.VerifyFlags.VERIFY_X509_PARTIAL_CHAIN
        context.verify_flags |= _NO_CHECK_TIME
        context.load_verify_locations(cadata=peer.tls_certificate)
    except (ValueError, ssl.SSLError) as error:
        raise ExchangeFault(
            "exchange.peer.address", state=peer.state, fact="its certificate is unusable"
        ) from error
    return context, pin


def _spki(certificate: x509.Certificate) -> bytes:
    return certificate.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
