"""What `bulletin check` says of SPF, DKIM and DMARC, asked of a real DNS server on loopback."""

import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import dns.flags
import dns.message
import dns.rcode
import dns.resolver
import dns.rrset
import pytest

from app.dns import Published, look

ZONE = {
    "good.example": ("v=spf1 a:smtp.good.example -all", "some-site-verification=1"),
    "s1._domainkey.good.example": ("v=DKIM1; k=rsa; p=MIIBIjANBg" + "A" * 300,),
    "_dmarc.good.example": ("v=DMARC1; p=reject",),
    "open.example": ("v=spf1 +all",),
    "old._domainkey.open.example": ("v=DKIM1; p=",),
    "try._domainkey.open.example": ("v=DKIM1; t=y; p=AAAA",),
    "_dmarc.open.example": ("v=DMARC1; p=none",),
    "two.example": ("v=spf1 -all", "v=spf1 a -all"),
    "_dmarc.two.example": ("v=DMARC1; p=reject", "v=DMARC1; p=none"),
}


@contextmanager
def serving(zone: Mapping[str, tuple[str, ...]]) -> Iterator[dns.resolver.Resolver]:
    """A DNS server over UDP and a resolver that asks it."""
    wire = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    wire.bind(("127.0.0.1", 0))
    wire.settimeout(0.1)
    done = threading.Event()

    def serve() -> None:
        while not done.is_set():
            try:
                data, sender = wire.recvfrom(4096)
            except TimeoutError:
                continue
            asked = dns.message.from_wire(data)
            answer = dns.message.make_response(asked)
            answer.flags |= dns.flags.AA
            name = asked.question[0].name.to_text(omit_final_dot=True).lower()
            records = [
                " ".join(f'"{one[at : at + 255]}"' for at in range(0, len(one), 255)) for one in zone.get(name, ())
            ]
            if records:
                answer.answer.append(dns.rrset.from_text_list(asked.question[0].name, 60, "IN", "TXT", records))
            else:
                answer.set_rcode(dns.rcode.NXDOMAIN)
            wire.sendto(answer.to_wire(), sender)

    thread = threading.Thread(target=serve)
    thread.start()
    resolver = dns.resolver.Resolver(configure=False)
    resolver.nameservers = ["127.0.0.1"]
    resolver.port = wire.getsockname()[1]
    resolver.lifetime = 5
    try:
        yield resolver
    finally:
        done.set()
        thread.join()
        wire.close()


def seen(domain: str, *selectors: str) -> dict[str, Published]:
    with serving(ZONE) as resolver:
        found = look(
            domain=domain, envelope=domain, selectors=selectors, relay="smtp.agency.example", resolver=resolver
        )
        return {f"{one.subject}{number or ''}": one for number, one in enumerate(found)}


def test_all_is_well() -> None:
    found = seen("good.example", "s1")
    assert [one.good for one in found.values()] == [True, True, True]
    assert found["DMARC2"].seen == "good.example asks for reject"


def test_a_host_below_follows_the_organisation() -> None:
    found = seen("mail.good.example", "s1")
    assert found["DMARC2"].good
    assert not found["SPF"].good
    assert 'publish for mail.good.example the TXT record "v=spf1 a:smtp.agency.example -all"' in found["SPF"].todo


def test_what_protects_nobody_is_no_protection() -> None:
    found = seen("open.example", "old", "try", "none")
    assert {name: one.good for name, one in found.items()} == dict.fromkeys(
        ("SPF", "DKIM1", "DKIM2", "DKIM3", "DMARC4"), False
    )
    assert "withdrawn" in found["DKIM1"].seen
    assert "t=y" in found["DKIM2"].seen
    assert "none._domainkey.open.example" in found["DKIM3"].todo
    assert "_dmarc.open.example" in found["DMARC4"].todo


def test_two_records_count_as_none() -> None:
    found = seen("two.example")
    assert not found["SPF"].good
    assert found["DKIM1"].good  # nobody said where the key is
    assert not found["DMARC2"].good


def test_nothing_is_published() -> None:
    found = seen("nothing.example", "s1")
    assert [one.good for one in found.values()] == [False, False, False]
    assert all(one.todo for one in found.values())


@pytest.mark.parametrize("given", [True, False])
def test_no_dns_is_no_fault(given: bool) -> None:
    resolver = None
    if given:
        with serving({}) as resolver:
            pass
        resolver.lifetime = 0.5
    found = list(look(domain="a.example", envelope="a.example", selectors=("s",), relay="r", resolver=resolver))
    assert [(one.good, one.seen) for one in found] == [(True, "could not look: no DNS server answered")]
