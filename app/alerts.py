"""How alerts leave: by mail like the rest, by another relay, as JSON to a webhook, or as JSON to a command.

The law: an alert carries ids, times and rule names, never content, so that any channel may take it.
"""

import asyncio
import json
import urllib.error
import urllib.request
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from email import message_from_bytes, policy
from typing import Final

from domain.outbox import Attempt, MailKind, OutboundMail, Sent
from domain.ports import Clock, Courier

PATIENCE: Final = 30.0
"""Seconds that a webhook or a command may take."""


def as_json(mail: OutboundMail) -> bytes:
    """The alert as one JSON object: its key, when, and the words of the mail that it would have been."""
    parsed = message_from_bytes(mail.content, policy=policy.default)
    body = parsed.get_body(preferencelist=("plain",))
    text = body.get_content() if body is not None else ""
    return json.dumps(
        {
            "kind": mail.kind.value,
            "key": mail.key,
            "at": mail.not_before.isoformat(),
            "message_id": mail.message_id,
            "subject": str(parsed["Subject"] or ""),
            "text": text,
        }
    ).encode()


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook:
    """Posts alerts to a URL. Any 2xx is acceptance; a 4xx other than 408 and 429 is refused for good."""

    url: str
    clock: Clock

    async def deliver(self, mail: OutboundMail, *, before_data: Callable[[], Awaitable[bool]]) -> Attempt:
        """Give one alert away."""
        if not await before_data():
            return Attempt(at=self.clock.now(), result=Sent.BROKEN, words="another process took over")
        code = await asyncio.to_thread(self._post, as_json(mail))
        return Attempt(at=self.clock.now(), result=_meaning(code), code=code, words=f"webhook: {code or 'no answer'}")

    def _post(self, data: bytes) -> int | None:
        request = urllib.request.Request(self.url, data, {"Content-Type": "application/json"})  # noqa: S310 - the operator's own URL, checked to be http(s) with the settings
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE) as answer:  # noqa: S310 - as above
                return int(answer.status)
        except urllib.error.HTTPError as error:
            with error:
                return error.code
        except OSError:
            return None

    async def close(self) -> None:
        """Nothing is kept open."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """Runs a program for each alert, with the JSON on its input. Exit status 0 is acceptance."""

    arguments: tuple[str, ...]
    clock: Clock

    async def deliver(self, mail: OutboundMail, *, before_data: Callable[[], Awaitable[bool]]) -> Attempt:
        """Give one alert away."""
        if not await before_data():
            return Attempt(at=self.clock.now(), result=Sent.BROKEN, words="another process took over")
        try:
            process = await asyncio.create_subprocess_exec(
                *self.arguments,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.DEVNULL,
                stderr=asyncio.subprocess.DEVNULL,
            )
        except OSError as error:
            return Attempt(at=self.clock.now(), result=Sent.DEFERRED, words=f"command: {type(error).__name__}")
        try:
            await asyncio.wait_for(process.communicate(as_json(mail)), PATIENCE)
        except TimeoutError:
            process.kill()
            await process.wait()
            return Attempt(at=self.clock.now(), result=Sent.DEFERRED, words="command: took too long")
        result = Sent.ACCEPTED if process.returncode == 0 else Sent.DEFERRED
        return Attempt(at=self.clock.now(), result=result, words=f"command: exit {process.returncode}")

    async def close(self) -> None:
        """Nothing is kept open."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Couriers:
    """Gives alerts to their own courier and everything else to the relay."""

    relay: Courier
    alerts: Courier

    async def deliver(self, mail: OutboundMail, *, before_data: Callable[[], Awaitable[bool]]) -> Attempt:
        """Give one mail away."""
        courier = self.alerts if mail.kind is MailKind.ALERT else self.relay
        return await courier.deliver(mail, before_data=before_data)

    async def close(self) -> None:
        """Close both."""
        await self.relay.close()
        await self.alerts.close()


def _meaning(code: int | None) -> Sent:
    match code:
        case None:
            return Sent.BROKEN
        case code if 200 <= code < 300:  # noqa: PLR2004 - RFC 9110 section 15.3
            return Sent.ACCEPTED
        case 408 | 429:
            return Sent.DEFERRED
        case code if 400 <= code < 500:  # noqa: PLR2004 - RFC 9110 section 15.5
            return Sent.REFUSED
        case _:
            return Sent.DEFERRED
