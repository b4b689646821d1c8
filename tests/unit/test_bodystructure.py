"""BODYSTRUCTURE to parts, and a message put together again without its large files."""

import email

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.bodystructure import MOST_DEPTH, SMALL, STUB, TooComplexError, assemble, parts, sections, to_fetch, tree

TEXT = (b"TEXT", b"PLAIN", (b"CHARSET", b"utf-8"), None, None, b"7BIT", 12, 1, None, None, None, None)
MULTI = (b"BOUNDARY", b"XX")


def leaf(
    kind: bytes, size: int, *parameters: bytes, disposition: object = None, content_id: bytes | None = None
) -> object:
    main, sub = kind.split(b"/")
    named = tuple(parameters) or None
    return (main, sub, named, content_id, None, b"BASE64", size, None, disposition, None, None)


def mixed(*children: object) -> object:
    return ([*children], b"MIXED", MULTI, None, None, None)


def test_a_plain_message_has_no_parts() -> None:
    root = tree(TEXT)
    assert parts(root) == ()
    assert sections(root) == ("HEADER", "1")
    assert (
        assemble(root, {"HEADER": b"Subject: x\r\n\r\n", "1": b"- did this\r\n"}) == b"Subject: x\r\n\r\n- did this\r\n"
    )


def test_a_large_file_is_named_and_cut_short() -> None:
    file = leaf(b"APPLICATION/PDF", 30_000_000, disposition=(b"ATTACHMENT", (b"FILENAME", b"report.pdf")))
    root = tree(mixed(TEXT, file))
    (part,) = parts(root)
    assert (part.content_type, part.disposition, part.filename, part.size) == (
        "application/pdf",
        "attachment",
        "report.pdf",
        30_000_000,
    )
    assert to_fetch(root) == 12 + STUB
    assert sections(root) == ("HEADER", "1.MIME", "1", "2.MIME", f"2]<0.{STUB}>")
    got = {
        "HEADER": b"Content-Type: multipart/mixed; boundary=XX\r\n\r\n",
        "1.MIME": b"Content-Type: text/plain\r\n\r\n",
        "1": b"- did this\r\n",
        "2.MIME": b'Content-Type: application/pdf; name="report.pdf"\r\n\r\n',
        "2<0>": b"QUJD\r\nREV",
    }
    read = email.message_from_bytes(assemble(root, got))
    assert [one.get_content_type() for one in read.walk()] == ["multipart/mixed", "text/plain", "application/pdf"]
    assert read.get_payload(0).get_payload().strip() == "- did this"
    assert read.get_payload(1).get_filename() == "report.pdf"
    assert read.get_payload(1).get_payload().strip() == "QUJD"


def test_an_attached_message_shows_its_parts() -> None:
    inner = (
        leaf(b"TEXT/HTML", 20),
        leaf(b"IMAGE/PNG", 200_000, b"NAME", b"logo.png", content_id=b"<logo@x>"),
        b"RELATED",
        (b"BOUNDARY", b"YY"),
        None,
        None,
        None,
    )
    envelope = (None,) * 10
    forwarded = (
        b"MESSAGE",
        b"RFC822",
        None,
        None,
        None,
        b"7BIT",
        300_000,
        envelope,
        inner,
        400,
        None,
        None,
        None,
        None,
    )
    root = tree(mixed(TEXT, forwarded))
    attached, logo = parts(root)
    assert (attached.content_type, attached.nesting) == ("message/rfc822", 0)
    assert (logo.content_type, logo.filename, logo.content_id, logo.nesting) == ("image/png", "logo.png", "logo@x", 1)
    assert sections(root) == (
        "HEADER", "1.MIME", "1", "2.MIME", "2.HEADER", "2.1.MIME", "2.1", "2.2.MIME", f"2.2]<0.{STUB}>",
    )  # fmt: skip


def test_an_attached_message_of_one_part_is_numbered_as_imap_does() -> None:
    forwarded = (b"MESSAGE", b"RFC822", None, None, None, b"7BIT", 90, (None,) * 10, TEXT, 4, None, None, None, None)
    assert sections(tree(mixed(TEXT, forwarded))) == ("HEADER", "1.MIME", "1", "2.MIME", "2.HEADER", "2.1")
    assert sections(tree(forwarded)) == ("HEADER", "1.HEADER", "1.1")


@pytest.mark.parametrize("kind", [b"APPLICATION/PKCS7-MIME", b"APPLICATION/MS-TNEF", b"TEXT/CALENDAR"])
def test_what_may_hold_the_reply_is_fetched_whole(kind: bytes) -> None:
    assert to_fetch(tree(leaf(kind, SMALL * 3))) == SMALL * 3


@pytest.mark.parametrize(
    ("parameters", "name"),
    [
        ((b"FILENAME", b"plain.pdf"), "plain.pdf"),
        ((b"FILENAME", b"=?utf-8?B?YsOkci5wZGY=?="), "bär.pdf"),
        ((b"filename*", b"utf-8''b%C3%A4r.pdf"), "bär.pdf"),
        ((b"filename*", b"iso-8859-1'de'b%E4r.pdf"), "bär.pdf"),
        ((b"filename*0", b"very", b"filename*1", b"long.pdf"), "verylong.pdf"),
        ((b"filename*1*", b"%A4r.pdf", b"filename*0*", b"utf-8''b%C3"), "bär.pdf"),
        ((b"filename*", b"no-such-charset''x.pdf"), "x.pdf"),
        ((b"FILENAME", b"b\xc3\xa4r.pdf"), "bär.pdf"),
        ((), None),
    ],
)
def test_file_names_are_decoded_however_they_were_encoded(parameters: tuple[bytes, ...], name: str | None) -> None:
    (part,) = parts(tree(leaf(b"APPLICATION/PDF", 10, disposition=(b"attachment", parameters or None))))
    assert part.filename == name


def test_a_name_in_the_content_type_counts_too() -> None:
    (part,) = parts(tree(leaf(b"APPLICATION/PDF", 10, b"NAME", b"x.pdf")))
    assert part.filename == "x.pdf"
    (text,) = parts(tree(leaf(b"TEXT/PLAIN", 10, b"NAME", b"notes.txt")))
    assert text.filename == "notes.txt"


def test_what_nobody_sends_is_too_complex() -> None:
    deep: object = TEXT
    for _ in range(MOST_DEPTH + 2):
        deep = mixed(deep)
    with pytest.raises(TooComplexError):
        tree(deep)
    with pytest.raises(TooComplexError):
        tree(mixed(*[TEXT] * 1000))


atoms = st.one_of(st.none(), st.integers(0, 2**40), st.binary(max_size=12))
structures = st.recursive(
    atoms, lambda inner: st.one_of(st.lists(inner, max_size=12).map(tuple), st.lists(inner, max_size=4)), max_leaves=40
)


@given(structures)
def test_any_answer_is_a_tree_or_a_value_error(raw: object) -> None:
    try:
        root = tree(raw)
    except ValueError:
        return
    parts(root)
    assert to_fetch(root) >= 0
    assemble(root, dict.fromkeys(sections(root), b"x"))
