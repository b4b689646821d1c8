"""Strict email addresses for what an operator writes: the roster and the configuration (RFC 5321 section 4.1.2)."""

import re
from collections.abc import Iterable
from functools import lru_cache

LONGEST = 254  # RFC 5321 section 4.5.3.1.3, less the angle brackets
LONGEST_LOCAL = 64
LONGEST_DOMAIN = 253

_LOCAL = re.compile(r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*", re.ASCII)
_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?", re.ASCII)


def parse_address(text: str) -> str:
    """The address in lower case, its domain in ASCII (IDNA). Raises ValueError, which says what is wrong and not where.

    Only dot-atoms are taken: a quoted local part or a display name in a roster is a slip far more often than a choice.
    """
    address = text.strip().lower()
    local, at, domain = address.rpartition("@")
    if not at or not local or not domain:
        raise ValueError("is not an address of the form name@host.example")
    if not local.isascii():
        raise ValueError("has letters before the @ that plain SMTP cannot carry")
    if len(local) > LONGEST_LOCAL or not _LOCAL.fullmatch(local):
        raise ValueError("has something before the @ that may not stand there")
    host = _mail_host(domain)
    if host is None:
        raise ValueError("has no host name with a dot after the @")
    if len(local) + 1 + len(host) > LONGEST:
        raise ValueError(f"is longer than {LONGEST} characters")
    return f"{local}@{host}"


def others(addresses: Iterable[str], ours: Iterable[str]) -> tuple[str, ...]:
    """Those that are not ours, each once: one of ours is so whatever token stands in it."""
    bases = {_base(address) for address in ours}
    return tuple(dict.fromkeys(address for address in addresses if _base(address) not in bases))


def _base(address: str) -> tuple[str, str]:
    local, _, host = address.lower().rpartition("@")
    return local.partition("+")[0], host


def is_host(name: str, *, dotted: bool = False) -> bool:
    """Whether `name` is a host name (RFC 1123 section 2.1); `dotted` asks for at least two labels."""
    labels = name.lower().split(".")
    enough = not dotted or len(labels) > 1
    return enough and len(name) <= LONGEST_DOMAIN and all(_LABEL.fullmatch(label) for label in labels)


@lru_cache(maxsize=1024)
def _mail_host(domain: str) -> str | None:
    """The domain in ASCII (IDNA 2003), None where it is no host name. Millions of people share few of them."""
    try:
        host = domain if domain.isascii() else domain.encode("idna").decode("ascii")
    except UnicodeError:
        return None
    return host if is_host(host, dotted=True) else None
