"""The caps that raw mail must keep before anything parses it; every check here is one linear pass.

Each cap answers a cost bomb that was measured in a MIME parser: recipients, headers, parameters, parts, depth, lines.
"""

import re

MOST_BYTES = 40_000_000
MOST_HEADER_BYTES = 512_000
MOST_HEADER_LINE = 100_000
MOST_HEADERS = 1_500
MOST_RECIPIENTS = 1_000
MOST_CONTENT_FIELD = 8_192
MOST_PARAMETERS = 128
MOST_BOUNDARIES = 60
MOST_NESTED = 40
MOST_PARTS = 600
MOST_LINES = 500_000
MOST_BLANK_LINES = 60_000
MOST_LINE_VISITS = 4_000_000
"""Lines times open multiparts: the parser tries each line against each open boundary."""

MOST_TEXT_LINES = 200_000
MOST_TEXT = 4_000_000
"""Of one decoded text, in characters: what is longer is no reply, and a person should look at it."""

# All of these are asked of a text in lower case that begins with a line end: so each begins with signs that are searched
# for as they stand, at the speed of memory.
_FIELD = re.compile(rb"\n[!-9;-~]+[ \t]*:")
_CONTENT_FIELD = re.compile(rb"\ncontent-[a-z-]{1,30}[ \t]*:[^\r\n]*(?:\r?\n[ \t][^\r\n]*)*")
_BOUNDARY = re.compile(rb"boundary(?:\*[0-9*]*)?[ \t]*=[ \t]*\"?([^\"\r\n;]{1,80})")
_DASHES = re.compile(rb"\n--([^\r\n]{1,90})")
_NESTED = re.compile(rb"\ncontent-type[ \t]*:[ \t\r\n]*message/")
_ADDRESS_FIELD = re.compile(
    rb"\n(?:from|to|cc|bcc|reply-to|sender|resent-to|resent-cc)[ \t]*:[^\r\n]*(?:\r?\n[ \t][^\r\n]*)*"
)


def header_of(raw: bytes) -> bytes:
    """The header block: what stands before the first empty line."""
    if raw[:1] in {b"\r", b"\n"}:
        return b""
    most = MOST_HEADER_BYTES + 4
    ends = [at for sign in (b"\n\n", b"\n\r\n", b"\r\r") if (at := raw.find(sign, 0, most)) >= 0]
    if not ends:
        return raw[:most]
    end = min(ends)
    return raw[: end - 1] if raw[end : end + 1] == b"\n" and raw[end - 1 : end] == b"\r" else raw[:end]


def broken(raw: bytes) -> str | None:
    """Which limit the mail breaks, in words for an operator, or None where it may be parsed."""
    if len(raw) > MOST_BYTES:
        return f"larger than {MOST_BYTES} bytes"
    return _header_broken(header_of(raw)) or _lines_broken(raw) or _content_broken(raw)


def _header_broken(header: bytes) -> str | None:
    if len(header) > MOST_HEADER_BYTES:
        return f"header larger than {MOST_HEADER_BYTES} bytes"
    text = b"\n" + header.lower()
    if len(_FIELD.findall(text)) > MOST_HEADERS:
        return f"more than {MOST_HEADERS} header fields"
    if len(header) > MOST_HEADER_LINE and max(map(len, header.split(b"\n"))) > MOST_HEADER_LINE:
        return f"header line longer than {MOST_HEADER_LINE} bytes"
    fields = _ADDRESS_FIELD.findall(text)
    if sum(max(field.count(b","), field.count(b"@")) for field in fields) > MOST_RECIPIENTS:
        return f"more than {MOST_RECIPIENTS} recipients"
    return None


def _lines_broken(raw: bytes) -> str | None:
    lines = max(raw.count(b"\n"), raw.count(b"\r"))
    if lines > MOST_LINES:
        return f"more than {MOST_LINES} lines"
    if 2 * max(raw.count(b"\n\n"), raw.count(b"\r\n\r\n"), raw.count(b"\r\r")) > MOST_BLANK_LINES:
        return f"more than {MOST_BLANK_LINES} empty lines"
    return None


def _content_broken(raw: bytes) -> str | None:
    text = b"\n" + raw.lower()
    for field in _CONTENT_FIELD.finditer(text):
        if field.end() - field.start() > MOST_CONTENT_FIELD + 1 or field[0].count(b";") > MOST_PARAMETERS:
            return f"content field longer than {MOST_CONTENT_FIELD} bytes or {MOST_PARAMETERS} parameters"
    boundaries = [found.strip() for found in _BOUNDARY.findall(text)]
    if len(boundaries) > MOST_BOUNDARIES:
        return f"more than {MOST_BOUNDARIES} multiparts"
    if len(_NESTED.findall(text)) > MOST_NESTED:
        return f"more than {MOST_NESTED} attached messages"
    if not boundaries:
        return None
    if (raw.count(b"\n") + 1) * (len(boundaries) + 1) > MOST_LINE_VISITS:
        return "too many lines for the depth of its parts"
    wanted = set(boundaries)
    parts = sum(line.rstrip() in wanted for line in _DASHES.findall(text))
    return f"more than {MOST_PARTS} parts" if parts > MOST_PARTS else None


def text_broken(text: str) -> str | None:
    """Which limit a decoded text breaks."""
    if len(text) > MOST_TEXT:
        return f"text longer than {MOST_TEXT} characters"
    if text.count("\n") > MOST_TEXT_LINES:
        return f"text of more than {MOST_TEXT_LINES} lines"
    return None
