"""One Digest in a form for somebody's own report: the mail's text or page, Markdown, or a table."""

import io
import re
from collections.abc import Iterator, Sequence
from email import message_from_bytes, policy
from typing import Final

from app.formats import Cell, writer
from app.forms import Format, Paper
from domain.digest import Digest
from domain.outbox import OutboundMail
from outbound.digest import Section, bare, sections
from outbound.templates import Locale

COLUMNS: Final = ("round", "section", "name", "unit", "remark", "number", "bullet")

# What begins a mark of CommonMark anywhere in a line; a backslash before it makes it plain.
_MARK: Final = re.compile(r"([\\`*_\[\]<>#|~])")


def on_paper(form: Paper, mail: OutboundMail, found: Digest, locale: Locale) -> bytes:
    """The Digest in this form, UTF-8. `mail` is the same Digest as it would be sent."""
    match form:
        case Paper.TEXT | Paper.HTML:
            return _part(mail, "plain" if form is Paper.TEXT else "html").encode("utf-8", "replace")
        case Paper.MARKDOWN:
            return "\n".join(_markdown(found, sections(found.rows, locale), locale)).encode("utf-8", "replace")
        case Paper.CSV:
            return _table(found, sections(found.rows, locale))


def _part(mail: OutboundMail, kind: str) -> str:
    part = message_from_bytes(mail.content, policy=policy.default).get_body((kind,))
    return str(part.get_content()).replace("\r\n", "\n") if part is not None else ""


def _markdown(found: Digest, arranged: Sequence[Section], locale: Locale) -> Iterator[str]:
    yield f"# {_plain(locale.words['heading'])} {_plain(found.supervisor.name)}, {found.round.id}"
    for section in arranged:
        if not section.number:
            continue
        yield ""
        yield f"## {_plain(section.title)} ({section.number})"
        for line in section.rows:
            unit = f" ({_plain(line.unit)})" if line.unit else ""
            remark = f"{locale.words['colon']} {_plain(line.remark)}" if line.remark else ""
            yield ""
            yield f"**{_plain(line.name)}**{unit}{remark}"
            if line.bullets or line.hidden:
                yield ""
            yield from (f"- {_plain(bullet)}" for bullet in line.bullets)
            if line.hidden:
                yield f"- {line.hidden} {_plain(locale.words['left_out'])}"
    yield ""


def _plain(text: str) -> str:
    return _MARK.sub(r"\\\1", " ".join(text.split()))


def _table(found: Digest, arranged: Sequence[Section]) -> bytes:
    """One row a Bullet, or a person without any; who is only counted is one row without a name."""
    file = io.BytesIO()
    table = writer(Format.CSV, file, COLUMNS, title=found.round.id)
    table.write([row for section in arranged for row in _rows(found.round.id, section)])
    table.close()
    return file.getvalue()


def _rows(week: str, section: Section) -> Iterator[tuple[Cell, ...]]:
    for line in section.rows:
        who = (bare(line.name), bare(line.unit))
        for number, bullet in enumerate(line.bullets, start=1):
            yield week, section.title, *who, line.remark, number, bullet
        if not line.bullets:
            yield week, section.title, *who, line.remark, None, None
    if section.number > len(section.rows):
        yield week, section.title, None, None, None, section.number - len(section.rows), None
