"""How fast the Courier hands mail over, beside the standard library and aiosmtplib's own `sendmail`: `send_smtp.py [COUNT]`.

All speak to the same bare SMTP server on loopback, in a process of its own, over one reused connection.
"""

import asyncio
import multiprocessing
import smtplib
import socket
import sys
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import aiosmtplib

from domain.outbox import Sent
from outbound.compose import prompt
from outbound.smtp import Relay, Security, SmtpCourier
from tests.fakes.clock import START, RunningClock
from tests.fakes.mail import press, question

HOST = "127.0.0.1"


class Sink(asyncio.Protocol):
    """Says yes to everything; the cheapest server that still speaks SMTP."""

    def __init__(self) -> None:
        self._buffer = b""
        self._in_data = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        transport.write(b"220 sink\r\n")

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        while True:
            if self._in_data:
                _, end, rest = self._buffer.partition(b"\r\n.\r\n")
                if not end:
                    return
                self._buffer, self._in_data = rest, False
                self._transport.write(b"250 taken\r\n")
            else:
                line, end, rest = self._buffer.partition(b"\r\n")
                if not end:
                    return
                self._buffer = rest
                verb = line[:4].upper()
                self._in_data = verb == b"DATA"
                self._transport.write({b"DATA": b"354 go\r\n", b"QUIT": b"221 bye\r\n"}.get(verb, b"250 sink\r\n"))


def serve(listener: socket.socket) -> None:
    async def run() -> None:
        server = await asyncio.get_running_loop().create_server(Sink, sock=listener)
        await server.serve_forever()

    asyncio.run(run())


async def by_courier(port: int, count: int, mail: Any) -> float:
    courier = SmtpCourier(Relay(host=HOST, port=port, security=Security.PLAIN, mails=count + 1), RunningClock())

    async def go() -> bool:
        return True

    await courier.deliver(mail, before_data=go)
    started = time.perf_counter()
    for _ in range(count):
        assert (await courier.deliver(mail, before_data=go)).result is Sent.ACCEPTED
    took = time.perf_counter() - started
    await courier.close()
    return count / took


async def by_aiosmtplib(port: int, count: int, mail: Any) -> float:
    client = aiosmtplib.SMTP(hostname=HOST, port=port, start_tls=False)
    await client.connect()
    started = time.perf_counter()
    for _ in range(count):
        await client.sendmail(mail.sender, [mail.recipient], mail.content)
    took = time.perf_counter() - started
    await client.quit()
    return count / took


def by_smtplib(port: int, count: int, mail: Any) -> float:
    with smtplib.SMTP(HOST, port) as client:
        started = time.perf_counter()
        for _ in range(count):
            client.sendmail(mail.sender, [mail.recipient], mail.content)
        return count / (time.perf_counter() - started)


def main(count: int) -> int:
    listener = socket.create_server((HOST, 0))
    port = listener.getsockname()[1]
    sink = multiprocessing.get_context("fork").Process(target=serve, args=(listener,), daemon=True)
    sink.start()
    mail = prompt(press(), question(), now=START)
    rates = {
        "smtplib sendmail": by_smtplib(port, count, mail),
        "aiosmtplib sendmail": asyncio.run(by_aiosmtplib(port, count, mail)),
        "our courier, step by step": asyncio.run(by_courier(port, count, mail)),
    }
    base = rates["smtplib sendmail"]
    for name, rate in rates.items():
        sys.stdout.write(f"{name:28} {rate:8,.0f}/s  {rate / base:.2f}\n")
    sink.terminate()
    sink.join()
    return 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 2000))
