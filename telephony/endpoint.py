"""The SIP user agent: transports, account, registration and calls, on PJSIP (pjsua2).

PJSIP lives on one control thread: it is created, polled and destroyed there, and every request of the
event loop is carried out there. Its callbacks only translate what happened into events of
:mod:`telephony.events` and hand them to the loop. There is one endpoint a process.
"""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import functools
import logging
import os
import queue
import re
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from typing import TypeVar

import pjsua2 as pj

from telephony import priority, sdp
from telephony.audio import FRAME_MS, RATE
from telephony.events import (
    CallEnded,
    Digit,
    Established,
    Held,
    Referred,
    Replaced,
    Ringing,
    TransferResult,
)
from telephony.outgoing import ACCOUNT, Outgoing, header_fields, name_addr
from telephony.port import CallPort
from telephony.settings import MAX_CALLS, EndpointError, SipSettings
from telephony.sipcall import Leg, LegError, SipCall

log = logging.getLogger(__name__)
pjsip_log = logging.getLogger("telephony.pjsip")

T = TypeVar("T")

CODECS = {"G722/16000/1": 255, "PCMA/8000/1": 254, "PCMU/8000/1": 253}
"""PJSIP's name of each codec we speak, and its priority; every other one is switched off."""

POLL_MS = 10
"""How long the control thread listens to the network before it looks at requests of the loop."""

FAREWELL_S = 3.0
"""How long a process that is stopped waits for the answers to its BYEs."""

SOCKETS_BACK_S = 0.6
"""PJSIP keeps the sockets of an ended call in its table of 64 for half a second, and aborts when it is full."""
ARRIVALS = 8
"""Calls begun within that time, on either side, after which no SIP is read until it has passed: with two sockets a
call, and up to ten more packets read at once, the table is not full. Four callers never come near it, a scanner does
at once.
"""

_pjsip = ctypes.CDLL(pj._pjsua2.__file__)
"""PJSIP itself, for the two things that pjsua2 does not hand on."""
_DISABLE_TCP_SWITCH = 4
"""Position of ``disable_tcp_switch`` among the integers that ``pjsip_cfg_t`` begins with."""
_CONNECTED = re.compile(r"^sips:|;transport=(tcp|tls)\b", re.IGNORECASE)
"""A registrar that is spoken to over a connection, which has another port of ours each time."""
_ALWAYS_REWRITE = 2
"""``allow_contact_rewrite`` in pjsua.h: the Contact is what the registrar sees, whatever kind of address that is."""

_SRTP = {
    "off": pj.PJMEDIA_SRTP_DISABLED,
    "optional": pj.PJMEDIA_SRTP_OPTIONAL,
    "required": pj.PJMEDIA_SRTP_MANDATORY,
}


@contextlib.contextmanager
def _refusals() -> Iterator[None]:
    try:
        yield
    except pj.Error as error:
        raise LegError(error.reason) from None


def _op(code: int = 0) -> pj.CallOpParam:
    param = pj.CallOpParam(True)
    param.statusCode = code
    return param


class _Leg(pj.Call):  # type: ignore[misc]
    """PJSIP's side of a call; lives and dies on the control thread."""

    def __init__(self, endpoint: Endpoint, account: pj.Account, call: SipCall, call_id: int) -> None:
        super().__init__(account, call_id)
        self._endpoint = endpoint
        self.call = call
        self.arriving = call_id != pj.PJSUA_INVALID_ID
        """Whether the far side has placed the call."""
        self._media: pj.AudioMedia | None = None
        self._held = False
        self._established = False
        self._rings_with = 0
        """The latest provisional answer that was told."""
        self._refer_accepted = False
        self.over = False
        self._port: CallPort | None = None
        self._bridged: _Leg | None = None
        """The leg whose far side hears this one's."""
        self._successor: _Leg | None = None
        """Takes this leg's place, once its INVITE with Replaces is accepted."""

    def attend(self) -> None:
        """Begin to hear and to speak for the call."""
        self._port = self._endpoint.lend_port(self.call)
        self.call.leg = self

    def _tell(self, happened: Callable[..., None], *args: object, **kwargs: object) -> None:
        if self.call.leg is self:
            self._endpoint.tell(lambda: happened(*args, **kwargs))

    def respond(self, code: int) -> None:
        with _refusals():
            self.answer(_op(code))

    def end(self, code: int) -> None:
        with _refusals():
            self.hangup(_op(code))

    def send_digits(self, digits: str) -> None:
        param = pj.CallSendDtmfParam()
        param.digits = digits
        param.method = pj.PJSUA_DTMF_METHOD_RFC2833
        with _refusals():
            self.sendDtmf(param)

    def refer(self, target: str) -> None:
        self._refer_accepted = False
        with _refusals():
            self.xfer(target, pj.CallOpParam(True))

    def refer_replacing(self, other: Leg) -> None:
        self._refer_accepted = False
        with _refusals():
            self.xferReplaces(other, pj.CallOpParam(True))

    def bridge(self, other: Leg) -> None:
        if other is self or not isinstance(other, _Leg):
            raise LegError("a call cannot be bridged with itself")
        self.unbridge()
        other.unbridge()
        for leg, far in ((self, other), (other, self)):
            leg._disconnect()
            leg._bridged = far
        for leg in (self, other):
            leg._connect()

    def unbridge(self) -> None:
        far = self._bridged
        if far is None:
            return
        for leg in (self, far):
            leg._disconnect()
            leg._bridged = None
        for leg in (self, far):
            leg._connect()

    def fail(self, reason: str) -> None:
        """PJSIP never began the call."""
        self.over = True
        self._tell(self.call.arrived, CallEnded(400, reason))

    def close(self) -> None:
        """Let go of the port and of the call, which may live longer than PJSIP does."""
        self.unbridge()
        self._disconnect()
        self._media = None
        if self.call.leg is self:
            self.call.leg = None
        if self._port is not None:
            self._endpoint.take_port_back(self._port)
            self._port = None

    def _connect(self) -> None:
        """Connect our media, where there are any, with the port and with whoever is to be heard."""
        if self._media is None or self._port is None:
            return
        self._media.startTransmit(self._port)
        if self._bridged is None:
            self._port.startTransmit(self._media)
        elif self._bridged._media is not None:
            self._media.startTransmit(self._bridged._media)
            self._bridged._media.startTransmit(self._media)

    def _disconnect(self) -> None:
        """Undo that, while the media are there.

        PJSIP takes what it disconnects off a queue at a later tick, and aborts if both sides are gone by then; if one
        is, it disconnects the other from everybody. So nothing may be asked for once it has removed our media.
        """
        if self._media is None or self._port is None:
            return
        pairs = [(self._media, self._port), (self._port, self._media)]
        if self._bridged is not None and self._bridged._media is not None:
            pairs += [(self._media, self._bridged._media), (self._bridged._media, self._media)]
        for source, sink in pairs:
            with contextlib.suppress(pj.Error):
                source.stopTransmit(sink)

    def _lose_media(self) -> None:
        """PJSIP has removed our media, with all their connections."""
        self._media = None
        far, self._bridged = self._bridged, None
        if far is not None:
            far._bridged = None
            far._connect()

    def onCallState(self, _param: pj.OnCallStateParam) -> None:  # noqa: N802
        info = self.getInfo()
        if info.state == pj.PJSIP_INV_STATE_EARLY and info.role == pj.PJSIP_ROLE_UAC:
            if info.lastStatusCode != self._rings_with:
                self._rings_with = info.lastStatusCode
                self._tell(self.call.arrived, Ringing(info.lastStatusCode))
        elif info.state == pj.PJSIP_INV_STATE_CONFIRMED and not self._established:
            self._established = True
            self.call.id = info.callIdString
            self.call.peer = self.call.peer or _host(info.remoteContact)
            self._tell(self.call.arrived, Established(self._codec()))
        elif info.state == pj.PJSIP_INV_STATE_DISCONNECTED:
            self.over = True
            self._lose_media()
            # Before the loop is told: what it asks for next finds the leg forgotten.
            self._endpoint.release(self)
            self._tell(self.call.arrived, CallEnded(info.lastStatusCode, info.lastReason))

    def _codec(self) -> str:
        with contextlib.suppress(pj.Error):
            return str(self.getStreamInfo(0).codecName)
        return ""

    def onCallMediaState(self, _param: pj.OnCallMediaStateParam) -> None:  # noqa: N802
        info = self.getInfo()
        if info.state == pj.PJSIP_INV_STATE_DISCONNECTED or not info.media:
            return
        status = info.media[0].status
        # A re-INVITE may have put other media in the place of the old ones: connect afresh whatever it was before.
        if self._media is not None and self._media.getPortId() == info.media[0].audioConfSlot:
            self._disconnect()
        self._media = self.getAudioMedia(-1) if status == pj.PJSUA_CALL_MEDIA_ACTIVE else None
        self._connect()
        held = status in (pj.PJSUA_CALL_MEDIA_REMOTE_HOLD, pj.PJSUA_CALL_MEDIA_LOCAL_HOLD)
        if held != self._held:
            self._held = held
            self._tell(self.call.arrived, Held(held))

    def onCallSdpCreated(self, param: pj.OnCallSdpCreatedParam) -> None:  # noqa: N802
        # The offerer's order decides in PJSIP, so the better codec is made the only answer:
        # wideband wherever it is offered (EN 301 549, 6.1).
        offer = param.remSdp.wholeSdp
        if "G722" in self._endpoint.settings.codecs and offer and sdp.offers(offer, "G722"):
            param.sdp.wholeSdp = sdp.keep_only(param.sdp.wholeSdp, "G722")

    def onDtmfDigit(self, param: pj.OnDtmfDigitParam) -> None:  # noqa: N802
        self._tell(self.call.arrived, Digit(param.digit))

    def onCallTransferStatus(self, param: pj.OnCallTransferStatusParam) -> None:  # noqa: N802
        # A 202 is reported as 100; a final status before anything else is the answer to the REFER itself.
        if param.statusCode >= 300 and not self._refer_accepted:
            self._tell(self.call.refer_ended, TransferResult.REFUSED, param.statusCode, param.reason)
        else:
            self._refer_accepted = True
            # A subscription that ends on a provisional status tells nothing more, and not how the call went.
            self._tell(self.call.transfer_status, param.statusCode, param.reason, final=param.statusCode >= 200)
        param.cont = not param.finalNotify

    def onCallRedirected(self, _param: pj.OnCallRedirectedParam) -> int:  # noqa: N802
        # Nobody but us says what is dialled.
        return int(pj.PJSIP_REDIRECT_REJECT)

    def onCallTransferRequest(self, param: pj.OnCallTransferRequestParam) -> None:  # noqa: N802
        if not self._endpoint.settings.follow_transfers:
            param.statusCode = pj.PJSIP_SC_DECLINE
            return
        new = SipCall(self._endpoint, param.dstUri)
        leg = self._endpoint.adopt(new, pj.PJSUA_INVALID_ID)
        leg.attend()
        param.newCall = leg
        self._endpoint.expect(leg)
        self._tell(self.call.arrived, Referred(param.dstUri, new))

    def onCallReplaceRequest(self, param: pj.OnCallReplaceRequestParam) -> None:  # noqa: N802
        if not self._endpoint.settings.follow_transfers:
            param.statusCode = pj.PJSIP_SC_NOT_ACCEPTABLE_HERE
            return
        self._successor = self._endpoint.adopt(self.call, pj.PJSUA_INVALID_ID)
        param.newCall = self._successor
        self._endpoint.expect(self._successor)

    def onCallReplaced(self, _param: pj.OnCallReplacedParam) -> None:  # noqa: N802
        if self._successor is not None:
            self._successor.succeed(self)
            self._successor = None

    def succeed(self, old: _Leg) -> None:
        """Go on with the old leg's call."""
        old.unbridge()
        old._disconnect()
        old._media = None
        self._port, old._port = old._port, None
        self._established = True
        self.call.leg = self
        info = self.getInfo()
        self.call.id, self.call.remote = info.callIdString, _user(info.remoteUri)
        self.call.peer = _host(info.remoteContact)
        self._tell(self.call.arrived, Replaced(self.call.remote))
        if old._held != self._held:
            self._tell(self.call.arrived, Held(self._held))
        self._connect()


class _TurnedAway(pj.Call):  # type: ignore[misc]
    """An arriving call for which there is no room."""

    over = False

    def end(self) -> None:
        # If the caller has gone meanwhile, its number may be another call's.
        if not self.over:
            with contextlib.suppress(pj.Error):
                self.hangup(_op(pj.PJSIP_SC_BUSY_HERE))

    def onCallState(self, _param: pj.OnCallStateParam) -> None:  # noqa: N802
        self.over = self.over or self.getInfo().state == pj.PJSIP_INV_STATE_DISCONNECTED


class _Account(pj.Account):  # type: ignore[misc]
    def __init__(self, endpoint: Endpoint) -> None:
        super().__init__()
        self._endpoint = endpoint

    def onIncomingCall(self, param: pj.OnIncomingCallParam) -> None:  # noqa: N802
        self._endpoint.incoming(param.callId)

    def onRegState(self, param: pj.OnRegStateParam) -> None:  # noqa: N802
        self._endpoint.registration(param.code, param.reason)


class _LogWriter(pj.LogWriter):  # type: ignore[misc]
    """PJSIP's log into ours. What also comes as an exception or as an event is told by us, in better words."""

    def __init__(self) -> None:
        super().__init__()
        self.quiet = True
        """Whether we are inside a call of ours, whose failure raises."""

    def write(self, entry: pj.LogEntry) -> None:
        told = self.quiet or "pjsua_acc.c" in entry.msg
        pjsip_log.log(logging.WARNING if entry.level <= 1 and not told else logging.DEBUG, entry.msg.rstrip())


class Endpoint:
    """The process's SIP user agent.

    ``on_call`` is called on the loop's thread for each arriving call that there is room for; it owns the
    call from then on and must answer or hang up.
    """

    def __init__(
        self,
        settings: SipSettings,
        on_call: Callable[[SipCall], None],
        on_registration: Callable[[int, str], None] | None = None,
    ) -> None:
        if not 1 <= settings.callers <= MAX_CALLS:
            raise EndpointError(f"callers = {settings.callers}: must be 1 to {MAX_CALLS}")
        self.settings = settings
        self.loop = asyncio.get_running_loop()
        self._on_call = on_call
        self._on_registration = on_registration
        self._requests: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._control, name="pjsip", daemon=True)
        self._created = threading.Event()
        self._started: asyncio.Future[None] = self.loop.create_future()
        self._legs: set[_Leg] = set()
        self._ended_legs: list[pj.Call] = []
        """Waiting for :meth:`_bury`."""
        self._ports: list[CallPort] = []
        self._free_ports: deque[CallPort] = deque()
        self._arrivals: deque[float] = deque()
        """When the latest calls began, seconds on the monotonic clock."""
        self._account: _Account | None = None
        self._domain = ""
        """Host part of our own address."""
        self._log_writer = _LogWriter()

    async def start(self) -> None:
        """Bind the transports; EndpointError if one of them cannot be had."""
        self._thread.start()
        # Some milliseconds, in which nothing that this thread prints may be lost: see _quiet_stdout.
        self._created.wait()
        try:
            await self._started
        except EndpointError:
            self._thread.join(5)
            raise

    async def stop(self) -> None:
        """Hang up every call, unregister and free everything."""
        if self._thread.is_alive():
            self._stopping.set()
            await asyncio.to_thread(self._thread.join, 10)

    async def run(self, request: Callable[[], T]) -> T:
        """Carry out a request on the control thread and return its result."""
        done: asyncio.Future[T] = self.loop.create_future()

        def resolve(result: T | None, error: BaseException | None) -> None:
            if done.cancelled():
                return
            if error is not None:
                done.set_exception(error)
            else:
                done.set_result(result)  # type: ignore[arg-type]

        def on_control_thread() -> None:
            result, error = None, None
            try:
                result = request()
            except Exception as raised:
                # The frames of its traceback hold legs, which may die on the control thread only.
                error = raised.with_traceback(None)
            self.tell(lambda: resolve(result, error))

        if self._stopping.is_set():
            raise EndpointError("the SIP endpoint has stopped")
        self._requests.put(on_control_thread)
        return await done

    @property
    def free_legs(self) -> int:
        """How many more calls the process can hold, placed or arriving.

        PJSIP may hold one longer than we do: until a BYE or CANCEL is answered, or an INVITE nobody answers times out.
        """
        return max(0, MAX_CALLS - max(len(self._legs), int(_pjsip.pjsua_call_get_count())))

    async def dial(self, uri: str, outgoing: Outgoing = ACCOUNT) -> SipCall:
        """Call a SIP URI. :class:`Ringing`, :class:`Established` and :class:`CallEnded` come as events.

        EndpointError if no leg is free or PJSIP does not take the URI.
        """
        call = SipCall(self, uri)

        def on_control_thread() -> None:
            if not self.free_legs:
                raise EndpointError(f"cannot call {uri!r}: all {MAX_CALLS} legs of this process are taken")
            refusal = self._place(call, uri, outgoing)
            if refusal:
                raise EndpointError(f"cannot call {uri!r}: {refusal}")

        await self.run(on_control_thread)
        return call

    # On the control thread, from here on.

    def tell(self, happened: Callable[[], None]) -> None:
        """Have something done on the loop's thread."""
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody is left to tell
            self.loop.call_soon_threadsafe(happened)

    def lend_port(self, call: SipCall) -> CallPort:
        """A port for that call: the one that has been free the longest, or a new one."""
        if not self._free_ports:
            self._ports.append(CallPort(self.loop))
            self._free_ports.append(self._ports[-1])
        port = self._free_ports.popleft()
        port.lend(call.arrived, call.player)
        return port

    def take_port_back(self, port: CallPort) -> None:
        port.take_back()
        self._free_ports.append(port)

    def adopt(self, call: SipCall, call_id: int) -> _Leg:
        """A leg for a call that PJSIP has begun or is about to begin."""
        self._arrivals.append(time.monotonic())
        leg = _Leg(self, self._account, call, call_id)
        self._legs.add(leg)
        return leg

    def expect(self, leg: _Leg) -> None:
        """Forget a leg for which PJSIP was to begin a call, if it has not once its callback has returned."""

        def look() -> None:
            if leg.getId() == pj.PJSUA_INVALID_ID:
                leg.fail("the target cannot be dialled")
                self._forget(leg)

        self._requests.put(look)

    def release(self, leg: _Leg) -> None:
        """Forget a leg, once PJSIP's callback about its end has returned."""

        self._requests.put(lambda: self._forget(leg))

    def _forget(self, leg: _Leg) -> None:
        leg.close()
        self._legs.discard(leg)
        self._ended_legs.append(leg)

    def incoming(self, call_id: int) -> None:
        if sum(leg.arriving and not leg.over for leg in self._legs) >= self.settings.callers:
            self._turn_away(call_id)
            return
        call = SipCall(self, "")
        leg = self.adopt(call, call_id)
        leg.attend()
        info = leg.getInfo()
        call.id, call.remote, call.local = info.callIdString, _user(info.remoteUri), _user(info.localUri)
        call.peer = _host(info.remoteContact)
        self.tell(lambda: self._on_call(call))

    def _turn_away(self, call_id: int) -> None:
        """Busy: the legs that are left are for calls of our own."""
        self._arrivals.append(time.monotonic())
        call = _TurnedAway(self._account, call_id)
        self._ended_legs.append(call)
        # Not at once: PJSIP has opened sockets for the call, and would for each of up to fifty more that it reads
        # before we are asked again. While it is there, PJSIP turns those away itself, without sockets.
        self._requests.put(call.end)

    def _place(self, call: SipCall, uri: str, outgoing: Outgoing) -> str:
        """Why PJSIP does not take it; empty if it does. No error: PJSIP's own would go along, and hold the leg."""
        leg = self.adopt(call, pj.PJSUA_INVALID_ID)
        leg.attend()
        try:
            leg.makeCall(uri, self._invite(outgoing))
            call.id = leg.getInfo().callIdString
        except pj.Error as error:
            self.release(leg)
            return str(error.reason)
        return ""

    def _invite(self, outgoing: Outgoing) -> pj.CallOpParam:
        param = pj.CallOpParam(True)
        user, domain = self.settings.user, self._domain
        if outgoing.identity == "from":
            param.txOption.localUri = name_addr(outgoing, user, domain)
        for name, value in header_fields(outgoing, user, domain):
            header = pj.SipHeader()
            header.hName, header.hValue = name, value
            param.txOption.headers.append(header)
        return param

    def registration(self, code: int, reason: str) -> None:
        if self._on_registration is not None and not self._stopping.is_set():
            told = self._on_registration
            self.tell(lambda: told(code, reason))

    def _control(self) -> None:
        # PJSIP starts its media clock on this thread.
        priority.media_thread()
        endpoint = pj.Endpoint()
        try:
            try:
                # RFC 3261, 18.1.1 wants TCP for more than 1300 bytes, which an INVITE of ours has. Where a PBX speaks
                # UDP only and drops the rest, PJSIP would wait for the connection until the call has timed out.
                (ctypes.c_int * (_DISABLE_TCP_SWITCH + 1)).in_dll(_pjsip, "pjsip_sip_cfg_var")[_DISABLE_TCP_SWITCH] = 1
                with _quiet_stdout():
                    endpoint.libCreate()
            finally:
                self._created.set()
            try:
                self._open(endpoint)
            except pj.Error as error:
                raise EndpointError(f"SIP does not start: {error.reason}") from None
        except EndpointError as raised:
            error_to_tell = raised
            self._close(endpoint)
            self.tell(lambda: self._started.set_exception(error_to_tell))
            return
        self.tell(lambda: self._started.set_result(None))
        while not self._stopping.is_set():
            if self._crowded():
                self._carry_out(wait_s=POLL_MS / 1000)
            else:
                endpoint.libHandleEvents(POLL_MS)
                self._carry_out()
        self._hang_up_all(endpoint)
        self._close(endpoint)

    def _crowded(self) -> bool:
        """Whether calls come faster than PJSIP gives their sockets back: then SIP waits in the socket's buffer."""
        oldest = time.monotonic() - SOCKETS_BACK_S
        while self._arrivals and self._arrivals[0] < oldest:
            self._arrivals.popleft()
        return len(self._arrivals) >= ARRIVALS

    def _carry_out(self, wait_s: float = 0.0) -> None:
        """What the loop has asked for; waits that long for the first request."""
        self._log_writer.quiet = True
        with contextlib.suppress(queue.Empty):
            request = self._requests.get(timeout=wait_s) if wait_s else self._requests.get_nowait()
            while True:
                request()
                request = self._requests.get_nowait()
        self._log_writer.quiet = False
        self._bury()

    def _bury(self) -> None:
        """Destroy legs that have ended, each while PJSIP's slot of that number is free.

        ``pj.Call`` keeps its slot's number after the call has ended, and its destructor hangs up whatever call is in
        that slot. A new call can be there already: then the old leg is kept until that one has ended, too.
        """
        self._ended_legs = [leg for leg in self._ended_legs if leg.isActive()]

    def _open(self, endpoint: pj.Endpoint) -> None:
        config = pj.EpConfig()
        config.uaConfig.threadCnt = 0
        # PJSIP itself answers 486 beyond it, before it opens sockets for the call.
        config.uaConfig.maxCalls = MAX_CALLS
        config.uaConfig.userAgent = self.settings.user_agent
        config.medConfig.clockRate = RATE
        config.medConfig.sndClockRate = RATE
        config.medConfig.audioFramePtime = FRAME_MS
        config.medConfig.ptime = FRAME_MS
        config.medConfig.noVad = True
        config.medConfig.ecTailLen = 0
        config.medConfig.jbInit = self.settings.jitter_buffer_ms
        config.medConfig.jbMinPre = self.settings.jitter_buffer_ms
        config.logConfig.level = 3 if pjsip_log.isEnabledFor(logging.DEBUG) else 1
        config.logConfig.consoleLevel = config.logConfig.level
        config.logConfig.msgLogging = 0
        config.logConfig.decor = pj.PJ_LOG_HAS_SENDER
        config.logConfig.writer = self._log_writer
        endpoint.libInit(config)
        published = self._transports(endpoint)
        self._domain = _host(self.settings.registrar) or self.settings.public_address or published
        endpoint.libStart()
        endpoint.audDevManager().setNullDev()
        for codec in endpoint.codecEnum2():
            wanted = codec.codecId.split("/")[0] in self.settings.codecs
            endpoint.codecSetPriority(codec.codecId, CODECS.get(codec.codecId, 0) if wanted else 0)
        self._account = _Account(self)
        self._account.create(self._account_config(), True)

    def _transports(self, endpoint: pj.Endpoint) -> str:
        """Bind them; the address that the last of them publishes."""
        published = ""
        wanted = [
            ("UDP", pj.PJSIP_TRANSPORT_UDP, self.settings.udp_port),
            ("TCP", pj.PJSIP_TRANSPORT_TCP, self.settings.tcp_port),
            ("TLS", pj.PJSIP_TRANSPORT_TLS, self.settings.tls_port),
        ]
        if all(port is None for _, _, port in wanted):
            raise EndpointError("no SIP transport is switched on: set udp_port, tcp_port or tls_port")
        for name, kind, port in wanted:
            if port is None:
                continue
            config = pj.TransportConfig()
            config.port = port
            if self.settings.host != "0.0.0.0":
                config.boundAddress = self.settings.host
            config.publicAddress = self.settings.public_address
            if name == "TLS":
                self._tls(config.tlsConfig)
            try:
                transport = endpoint.transportCreate(kind, config)
                published = endpoint.transportGetInfo(transport).localName.rpartition(":")[0]
            except pj.Error as error:
                raise EndpointError(
                    f"{name} port {port} on {self.settings.host} cannot be used ({error.reason}): is another"
                    f" SIP server running there? Stop it or set sip.{name.lower()}_port to a free port"
                ) from None
        return published

    def _tls(self, config: pj.TlsConfig) -> None:
        for what, path in (
            ("tls_certificate", self.settings.tls_certificate),
            ("tls_key", self.settings.tls_key),
        ):
            if path is None:
                raise EndpointError(f"tls_port is set, so sip.{what} must name a PEM file")
            if not path.is_file():
                raise EndpointError(f"sip.{what} = {path}: no such file")
        config.certFile = str(self.settings.tls_certificate)
        config.privKeyFile = str(self.settings.tls_key)
        config.proto = pj.PJ_SSL_SOCK_PROTO_TLS1_2
        if self.settings.tls_ca is not None:
            config.CaListFile = str(self.settings.tls_ca)
            config.verifyServer = True

    def _account_config(self) -> pj.AccountConfig:
        settings = self.settings
        config = pj.AccountConfig()
        name = f'"{settings.display_name}" ' if settings.display_name else ""
        config.idUri = f"{name}<sip:{settings.user}@{self._domain}>"
        if settings.registrar:
            config.regConfig.registrarUri = settings.registrar
            config.regConfig.timeoutSec = settings.register_expires
            config.regConfig.retryIntervalSec = settings.register_retry
            # Soon and not at a random moment: what calls until then finds nobody.
            config.regConfig.firstRetryIntervalSec = 1
            config.regConfig.randomRetryIntervalSec = 0
            if _CONNECTED.search(settings.registrar):
                # A refresh that comes before that retry opens the new connection, but names the old one's port in its
                # Contact. By default PJSIP leaves it at that where the address is a private one, as a town's own PBX
                # has, and no call finds the bot until the connection breaks again.
                config.natConfig.contactRewriteUse = _ALWAYS_REWRITE
        if settings.password:
            # Without a registrar, too: a trunk may challenge our REFER.
            credentials = pj.AuthCredInfo("digest", "*", settings.username or settings.user, 0, settings.password)
            config.sipConfig.authCreds.append(credentials)
        media = config.mediaConfig
        media.srtpUse = _SRTP[settings.srtp]
        media.srtpSecureSignaling = 0
        media.transportConfig.port = settings.rtp_port
        media.transportConfig.portRange = 200
        media.transportConfig.publicAddress = settings.public_address
        if settings.host != "0.0.0.0":
            media.transportConfig.boundAddress = settings.host
        config.natConfig.iceEnabled = False
        return config

    def _hang_up_all(self, endpoint: pj.Endpoint) -> None:
        """BYE to everyone, and a while for the answers; whoever gives none is gone all the same."""
        endpoint.hangupAllCalls()
        deadline = time.monotonic() + FAREWELL_S
        while self._legs and time.monotonic() < deadline:
            # Returns at once where there is something to read, so turns cannot be counted instead.
            endpoint.libHandleEvents(POLL_MS)
            self._carry_out()

    def _close(self, endpoint: pj.Endpoint) -> None:
        self._carry_out()
        for leg in list(self._legs):
            self.tell(functools.partial(leg.call.arrived, CallEnded(0, "the line was stopped")))
            leg.close()
        self._legs.clear()
        self._ended_legs.clear()
        if self._account is not None:
            with contextlib.suppress(pj.Error):
                self._account.shutdown()
            self._account = None
        with contextlib.suppress(pj.Error):
            endpoint.libDestroy()
        # The clock has stopped: only now may these go.
        self._free_ports.clear()
        self._ports.clear()


def _user(uri: str) -> str:
    """The user part of a name-addr: ``"Anna" <sip:0286112345@pbx>`` → ``0286112345``."""
    match = re.search(r"sips?:([^@>;]+)@", uri)
    return match.group(1) if match else ""


def _host(uri: str) -> str:
    """``host[:port]`` of a SIP URI or name-addr."""
    match = re.search(r"sips?:(?:[^@>;]*@)?([^;>]+)", uri)
    return match.group(1) if match else ""


@contextlib.contextmanager
def _quiet_stdout() -> Iterator[None]:
    """PJSIP greets on file descriptor 1 before its log can be configured; stdout belongs to our output.

    The whole process is without it meanwhile: once calls are up, a line of the journal would be lost.
    """
    sys.stdout.flush()
    saved = os.dup(1)
    null = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(null, 1)
        yield
    finally:
        os.dup2(saved, 1)
        os.close(null)
        os.close(saved)
