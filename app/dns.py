"""What the domain we send from publishes about itself, as receivers see it: SPF, DKIM and DMARC.

Where no DNS can be reached, that is said and is no fault: a machine inside may well not see it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import dns.exception
import dns.name
import dns.resolver

PATIENCE: Final = 4.0
"""Seconds for one question."""

LEAST_LABELS: Final = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """One record, whether it is well, what was seen, and what to publish."""

    subject: str
    good: bool
    seen: str
    todo: str = ""


class CannotLookError(Exception):
    """No DNS server answered. Check the network, or look from outside."""


def system_resolver() -> dns.resolver.Resolver | None:
    """As this machine is configured; None where it has no DNS at all."""
    try:
        resolver = dns.resolver.Resolver()
    except (dns.resolver.NoResolverConfiguration, OSError):
        return None
    resolver.lifetime = PATIENCE
    return resolver


def look(
    *, domain: str, envelope: str, selectors: tuple[str, ...], relay: str, resolver: dns.resolver.Resolver | None
) -> Iterator[Published]:
    """SPF of the `envelope` domain, DKIM by each selector and DMARC of the From `domain`. `relay` sends our mail."""
    if resolver is None:
        yield _unseen()
        return
    try:
        yield _spf(resolver, envelope, relay)
        if not selectors:
            seen = "relay.dkim_selectors is not set, so no key was looked for"
            yield Published(subject="DKIM", good=True, seen=seen)
        for selector in selectors:
            yield _dkim(resolver, f"{selector}._domainkey.{domain}")
        yield _dmarc(resolver, domain)
    except CannotLookError:
        yield _unseen()


def _unseen() -> Published:
    return Published(subject="SPF, DKIM, DMARC", good=True, seen="could not look: no DNS server answered")


def _spf(resolver: dns.resolver.Resolver, domain: str, relay: str) -> Published:
    """RFC 7208: one record, which ends by refusing the rest."""
    found = [one for one in _texts(resolver, domain) if one.lower().split(" ")[0] == "v=spf1"]
    todo = f'publish for {domain} the TXT record "v=spf1 a:{relay} -all" (with whatever else sends its mail)'
    if len(found) != 1:
        seen = f"{domain} publishes {'none' if not found else 'more than one, which counts as none'}"
        return Published(subject="SPF", good=False, seen=seen, todo=todo)
    terms = found[0].lower().split()
    if "-all" in terms or "~all" in terms or any(term.startswith("redirect=") for term in terms):
        return Published(subject="SPF", good=True, seen=f"{domain} names who may send")
    seen = f"{domain} lets everybody send: its record does not end in -all"
    return Published(subject="SPF", good=False, seen=seen, todo=f'end the record in "-all" or "~all": {todo}')


def _dkim(resolver: dns.resolver.Resolver, name: str) -> Published:
    """RFC 6376 section 3.6.1: a key record with a key in it."""
    found = [tags for one in _texts(resolver, name) if "p" in (tags := _tags(one))]
    if not found:
        todo = f"publish the relay's public key as TXT at {name}, or correct relay.dkim_selectors"
        return Published(subject="DKIM", good=False, seen=f"no key at {name}", todo=todo)
    if not found[0]["p"]:
        todo = "let the relay sign with a key that is published"
        return Published(subject="DKIM", good=False, seen=f"the key at {name} was withdrawn", todo=todo)
    testing = "y" in found[0].get("t", "").split(":")
    seen = f"key at {name}" + (", marked as a test (t=y): receivers need not mind it" if testing else "")
    return Published(subject="DKIM", good=not testing, seen=seen, todo="take t=y out of the record" if testing else "")


def _dmarc(resolver: dns.resolver.Resolver, domain: str) -> Published:
    """RFC 7489 section 6.6.3: the domain's own record, or that of the organisation above it."""
    labels = domain.split(".")
    todo = f'publish at _dmarc.{domain} the TXT record "v=DMARC1; p=quarantine; rua=mailto:postmaster@{domain}"'
    for cut in range(max(1, len(labels) - LEAST_LABELS + 1)):
        above = ".".join(labels[cut:])
        found = [_tags(one) for one in _texts(resolver, f"_dmarc.{above}") if one.lower().startswith("v=dmarc1")]
        if len(found) > 1:
            seen = f"_dmarc.{above} has more than one record, which counts as none"
            return Published(subject="DMARC", good=False, seen=seen, todo=todo)
        if found:
            return _asked_for(found[0], above, todo, own=cut == 0)
    return Published(
        subject="DMARC", good=False, seen=f"{domain} publishes none: anybody may write in its name", todo=todo
    )


def _asked_for(tags: dict[str, str], domain: str, todo: str, *, own: bool) -> Published:
    policy = tags.get("p", "") if own else tags.get("sp", tags.get("p", ""))
    if policy.lower() in {"quarantine", "reject"}:
        return Published(subject="DMARC", good=True, seen=f"{domain} asks for {policy.lower()}")
    seen = f"{domain} asks for {policy.lower() or 'nothing'}: forged mail in its name is delivered"
    return Published(subject="DMARC", good=False, seen=seen, todo=todo)


def _tags(record: str) -> dict[str, str]:
    pairs = (one.partition("=") for one in record.split(";"))
    return {name.strip().lower(): value.strip() for name, found, value in pairs if found}


def _texts(resolver: dns.resolver.Resolver, name: str) -> tuple[str, ...]:
    """The TXT records of a name, each in one piece; none where there are none."""
    try:
        answer = resolver.resolve(dns.name.from_text(name), "TXT", search=False)
    except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
        return ()
    except (dns.exception.DNSException, OSError, ValueError) as error:
        raise CannotLookError(name) from error
    return tuple(b"".join(record.strings).decode("utf-8", "replace") for record in answer)
