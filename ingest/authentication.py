"""Authentication-Results (RFC 8601), read tolerantly: only what our own receiving server wrote is believed.

A sender can write such a header too. Ours is the topmost; its authserv-id is pinned in the configuration, or is ""
where the server writes none (Exchange Online).
"""

import re
from collections.abc import Iterator

from domain.identity import AuthResult, AuthResults
from domain.message import Message

METHODS = ("spf", "dkim", "dmarc", "arc")
LONGEST = 20_000
MOST_RESULTS = 50

# The property that names the domain a method vouches for.
_DOMAIN_OF = {
    "spf": ("smtp.mailfrom", "smtp.mail", "envelope-from"),
    "dkim": ("header.d", "header.i"),
    "dmarc": ("header.from",),
    "arc": ("header.d",),
}
_BY = re.compile(r"\bby\s+([^\s;()\[\]]{1,255})", re.IGNORECASE)
_PAIR = re.compile(r"([a-z][a-z0-9./-]{0,60}) ?= ?([^\s;=][^\s;]{0,499})", re.IGNORECASE)
_QUOTED = re.compile(r'"([^"]*)"?')
_MERE_WORD = re.compile(r"[\w.+-]{1,255}")


def results(message: Message, authserv_id: str | None) -> AuthResults:
    """What our server found. `authserv_id` is None where none is configured, and "" where ours writes none."""
    if authserv_id is None:
        return AuthResults()
    found: list[AuthResult] = []
    blocks = list(_own_blocks(message, authserv_id.strip().lower()))
    seen: set[str] = set()
    for block in blocks:
        parsed = [result for part in block for result in _result(part)]
        # A method counts from the topmost header that names it: what stands below may be the sender's.
        found += [result for result in parsed if result.method not in seen]
        seen |= {result.method for result in parsed}
    return AuthResults(results=tuple(found[:MOST_RESULTS]), present=bool(blocks))


def passes(found: AuthResults, from_domain: str) -> bool:
    """Whether the From domain is vouched for: DMARC passed for it, or an aligned DKIM or SPF did and DMARC did not fail."""
    domain = from_domain.lower().rstrip(".")
    dmarc = found.of("dmarc")
    if any(result.value in {"fail", "permerror"} for result in dmarc):
        return False
    if any(result.value == "pass" and result.domain == domain for result in dmarc):
        return True
    return any(
        result.value == "pass" and result.domain is not None and aligned(result.domain, domain)
        for method in ("dkim", "spf")
        for result in found.of(method)
    )


def aligned(one: str, other: str) -> bool:
    """Whether one domain is the other or lies in it. Stricter than RFC 7489 (no siblings): no suffix list is needed."""
    shorter, longer = sorted((one, other), key=len)
    return bool(shorter) and "." in shorter and (longer == shorter or longer.endswith(f".{shorter}"))


def _own_blocks(message: Message, authserv_id: str) -> Iterator[list[str]]:
    """Our headers, topmost first, each split at its semicolons. They end at the Received below the first of them."""
    begun = False
    for name, value in message.headers:
        if name == "received":
            if begun or _foreign(value, authserv_id):
                return
        elif name == "authentication-results":
            parts = _split(value[:LONGEST])
            server = _server(parts[0])
            if server == authserv_id:
                begun = True
                yield parts[1:] if authserv_id else parts
            elif not authserv_id:
                return  # Exchange Online's own is topmost and has no id
            if not authserv_id:
                return


def _foreign(received: str, authserv_id: str) -> bool:
    """Whether another organisation's server wrote this Received line. Nothing below it can be ours."""
    match = _BY.search(_without_comments(received[:LONGEST]))
    if match is None or not authserv_id:
        return False
    host = match[1].lower().rstrip(".").split(".")
    own = authserv_id.split(".")
    if len(host) < 2 or host[-1].isdigit() or len(own) < 2:  # noqa: PLR2004  a bare name or a number is inside
        return False
    return _organisation(host) != _organisation(own)


def _organisation(labels: list[str]) -> list[str]:
    """The last labels that tell organisations apart: `agency.gov`, `agency.gov.uk`."""
    short = len(labels) > 2 and len(labels[-1]) == 2 and len(labels[-2]) <= 3  # noqa: PLR2004  `gov.uk`, `go.jp`
    return labels[-3:] if short else labels[-2:]


def _server(first: str) -> str:
    """The authserv-id of a header's first part, or "" where the header begins with a result."""
    words = first.split()
    if not words or "=" in words[0]:
        return ""
    return words[0].strip('"').lower()  # a version may follow (RFC 8601 section 2.2)


def _result(part: str) -> Iterator[AuthResult]:
    """The result in one part (`dkim=pass header.d=…`); none where it is not understood."""
    text = _QUOTED.sub(_plain, " ".join(part.split()))
    pairs = [(match[1].lower(), match[2].lower()) for match in _PAIR.finditer(text)]
    method, value = pairs[0] if pairs else ("", "")
    method = method.partition("/")[0]
    if method not in METHODS:
        return
    properties = dict(reversed(pairs[1:]))
    domains = (properties[name] for name in _DOMAIN_OF[method] if name in properties)
    raw = next(domains, None)
    domain = raw.rpartition("@")[2].strip("<>").rstrip(".") if raw else None
    yield AuthResult(method=method, value=value, domain=domain or None)


def _plain(quoted: re.Match[str]) -> str:
    """A quoted value where it is a mere word. Others are the sender's own: a local part may be `"a@agency.example b"`."""
    return quoted[1] if _MERE_WORD.fullmatch(quoted[1]) else "quoted"


def _split(value: str) -> list[str]:
    """The parts between semicolons, without comments; a quoted string stays whole."""
    parts: list[str] = []
    current: list[str] = []
    quoted = False
    for char in _without_comments(value):
        if char == '"':
            quoted = not quoted
        if char == ";" and not quoted:
            parts.append("".join(current))
            current = []
        else:
            current.append(char)
    parts.append("".join(current))
    return [part.strip() for part in parts]


def _without_comments(value: str) -> str:
    """The text without RFC 5322 comments (which nest) and quoted pairs, so that a quote that is left ends a string.

    A quoted string counts inside a comment too, against the RFC: servers put the sender's local part there as it came,
    and `"a) dmarc=pass ("` must not end the comment.
    """
    kept: list[str] = []
    depth, quoted, escaped = 0, False, False
    for char in value:
        if escaped or (char == "\\" and (quoted or depth)):
            escaped = not escaped
            continue
        if char == '"':
            quoted = not quoted
        elif char == "(" and not quoted:
            depth += 1
        elif char == ")" and depth and not quoted:
            depth -= 1
            kept.append(" ")
            continue
        if not depth:
            kept.append(char)
    return "".join(kept)
