"""Bytes to a Message: charsets, parts, passages, seals and limits."""

import base64
import struct

import pytest
from asn1crypto import cms

from domain.message import Sealing, Where
from domain.outcome import Shunted
from ingest import limits
from ingest.charset import decode, words
from ingest.flowed import unflow
from ingest.message import read, read_header
from ingest.rtf import expand

HEAD = b"From: Jane Doe <Jane@Agency.example>\r\nTo: reports@agency.example\r\nMIME-Version: 1.0\r\n"


def text_of(charset: bytes, body: bytes, coding: bytes = b"7bit") -> str | None:
    message = read(
        HEAD
        + b"Content-Type: text/plain; charset="
        + charset
        + b"\r\nContent-Transfer-Encoding: "
        + coding
        + b"\r\n\r\n"
        + body
    )
    assert not isinstance(message, Shunted)
    return message.plain


@pytest.mark.parametrize(
    ("label", "codec", "text"),
    [
        ("iso-2022-jp", "iso-2022-jp", "監査を完了"),
        ("us-ascii", "iso-2022-jp", "監査を完了"),
        ("hz-gb-2312", "hz", "完成审计"),
        ("us-ascii", "hz", "完成审计"),
        ("utf-7", "utf-7", "Größe geprüft"),
        ("gb2312", "gb18030", "完成审计㐀"),
        ("iso-8859-1", "utf-8", "Größe geprüft"),
        ("utf-8", "cp1252", "Größe geprüft, “alles”"),
        ("us-ascii", "cp1251", "Закрыла мартовскую проверку"),
        ("x-unknown", "koi8-r", "Закрыла мартовскую проверку"),
        ("shift_jis", "cp932", "監査を①完了"),
        ("ks_c_5601-1987", "cp949", "감사 마무리"),
        ("windows-1255", "cp1255", "סיימתי את הביקורת"),
        ("big5", "cp950", "完成稽核"),
    ],
)
def test_text_is_decoded_whatever_the_label(label, codec, text):
    assert text_of(label.encode(), text.encode(codec)) == text


@pytest.mark.parametrize("label", ["base64", "zlib", "rot13", "idna", "\x00", "x" * 300])
def test_no_label_is_trusted_to_name_a_charset(label):
    assert decode(b"plain", label) == "plain"


def test_encoded_words_are_joined_before_they_are_decoded():
    halves = base64.b64encode("你".encode()[:2]), base64.b64encode("你".encode()[2:])
    assert words(b"=?utf-8?B?" + halves[0] + b"?= =?utf-8?B?" + halves[1] + b"?=") == "你"


def test_the_header_alone_is_read_without_the_body():
    message = read_header(
        HEAD
        + b"Message-ID: <a@b>\r\nReferences: <x@y> <z@y>\r\nReturn-Path: <>\r\nDate: Mon, 3 Mar 2025 10:00:00 -0500\r\n\r\nbody"
    )
    assert message.senders[0].address == "jane@agency.example"
    assert message.references == ("<x@y>", "<z@y>")
    assert message.return_path == ""
    assert message.date is not None
    assert message.date.hour == 15
    assert message.plain is None


def test_two_from_headers_are_both_told():
    message = read_header(HEAD + b"From: other@agency.example\r\n\r\n")
    assert [box.address for box in message.senders] == ["jane@agency.example", "other@agency.example"]
    assert "SeveralFromHeaders" in message.defects


MIXED = (
    HEAD
    + b"X-Protective-Marking: SEC=OFFICIAL\r\nSubject: Re: Week\r\n"
    + b'Content-Type: multipart/mixed; boundary="m"\r\n\r\n--m\r\nContent-Type: multipart/alternative; boundary=a\r\n\r\n'
    + b"--a\r\nContent-Type: text/plain\r\n\r\n- plain form\r\n--a\r\nContent-Type: text/html\r\n\r\n"
    + b'<p>- rich form<span style="display:none">preheader</span><img src="cid:logo@x" alt="our seal"></p>\r\n--a--\r\n'
    + b"--m\r\nContent-Type: image/png\r\nContent-ID: <logo@x>\r\nContent-Transfer-Encoding: base64\r\n\r\nAAAA\r\n"
    + b"--m\r\nContent-Type: application/pdf; name*=utf-8''r%C3%A9sum%C3%A9.pdf\r\nContent-Disposition: attachment\r\n\r\nx\r\n"
    + b"--m\r\nContent-Type: text/csv\r\nContent-Disposition: attachment; filename=list.csv\r\n\r\nin the list\r\n"
    + b"--m\r\nContent-Type: message/rfc822\r\n\r\nSubject: inner subject\r\nContent-Type: text/plain\r\n\r\ninner text\r\n--m--\r\n"
)


def test_every_text_is_a_passage_and_nothing_foreign_is_the_reply():
    message = read(MIXED)
    assert not isinstance(message, Shunted)
    seen = {(passage.where, passage.text.strip()) for passage in message.passages}
    assert {
        (Where.SUBJECT, "Re: Week"),
        (Where.HEADER, "SEC=OFFICIAL"),
        (Where.PLAIN, "- plain form"),
        (Where.HTML, "- rich form"),
        (Where.HIDDEN, "preheader"),
        (Where.ALT, "our seal"),
        (Where.FILENAME, "résumé.pdf"),
        (Where.NESTED, "in the list"),
        (Where.NESTED, "inner subject"),
        (Where.NESTED, "inner text"),
    } <= seen
    assert message.plain is not None
    assert "inner" not in message.plain
    assert "list" not in message.plain
    kinds = {part.content_type: part for part in message.parts}
    assert kinds["image/png"].referenced
    assert kinds["application/pdf"].filename == "résumé.pdf"
    assert not kinds["application/pdf"].referenced


def test_text_around_an_attachment_is_one_text():
    raw = (
        HEAD
        + b"Content-Type: multipart/mixed; boundary=m\r\n\r\n--m\r\n\r\n- one\r\n--m\r\nContent-Type: image/png\r\n\r\nx\r\n--m\r\n\r\n- two\r\n--m--\r\n"
    )
    message = read(raw)
    assert not isinstance(message, Shunted)
    assert message.plain == "- one\n- two"


def test_an_opaque_signature_is_opened():
    inner = b"Content-Type: text/plain\r\n\r\n- Closed the audit\r\n"
    signed = cms.SignedData(
        {
            "version": "v1",
            "digest_algorithms": [],
            "encap_content_info": {"content_type": "data", "content": inner},
            "signer_infos": [],
        }
    )
    data = base64.encodebytes(cms.ContentInfo({"content_type": "signed_data", "content": signed}).dump())
    message = read(
        HEAD
        + b"Content-Type: application/pkcs7-mime; smime-type=signed-data; name=smime.p7m\r\nContent-Transfer-Encoding: base64\r\n\r\n"
        + data
    )
    assert not isinstance(message, Shunted)
    assert message.sealing is Sealing.SIGNED
    assert message.plain is not None
    assert "Closed the audit" in message.plain


@pytest.mark.parametrize(
    "rest",
    [
        b"Content-Type: application/pkcs7-mime; smime-type=enveloped-data\r\nContent-Transfer-Encoding: base64\r\n\r\nMIAGCSqGSIb3DQEHA6CAMIACAQAxAA==\r\n",
        b"Content-Type: multipart/encrypted; boundary=m\r\n\r\n--m\r\nContent-Type: application/pgp-encrypted\r\n\r\nVersion: 1\r\n--m--\r\n",
        b"Content-Type: text/plain\r\n\r\n-----BEGIN PGP MESSAGE-----\r\n\r\nhQ==\r\n-----END PGP MESSAGE-----\r\n",
    ],
)
def test_encrypted_mail_is_told(rest):
    message = read(HEAD + rest)
    assert not isinstance(message, Shunted)
    assert message.sealing is Sealing.ENCRYPTED


def winmail(*objects: tuple[int, int, bytes]) -> bytes:
    """A TNEF stream of (level, attribute, data)."""
    out = struct.pack("<IH", 0x223E9F78, 1)
    for level, name, data in objects:
        out += struct.pack("<BII", level, name, len(data)) + data + struct.pack("<H", sum(data) & 0xFFFF)
    return out + b"\x00" * 13


def test_the_body_in_a_winmail_is_read_and_the_wrapper_is_no_file():
    data = base64.encodebytes(winmail((1, 0x0002800C, b"- Closed the audit\x00")))
    message = read(
        HEAD
        + b"Content-Type: application/ms-tnef; name=winmail.dat\r\nContent-Transfer-Encoding: base64\r\n\r\n"
        + data
    )
    assert not isinstance(message, Shunted)
    assert message.plain == "- Closed the audit"
    assert message.parts == ()


def rich(rtf: bytes) -> bytes:
    """A mail whose only text is the RTF in its winmail.dat."""
    compressed = struct.pack("<II4sI", len(rtf) + 12, len(rtf), b"MELA", 0) + rtf
    padded = compressed + b"\x00" * (-len(compressed) % 4)
    properties = struct.pack("<IHHII", 1, 0x0102, 0x1009, 1, len(compressed)) + padded
    data = base64.encodebytes(winmail((1, 0x00069003, properties)))
    return (
        HEAD
        + b"Content-Type: application/ms-tnef; name=winmail.dat\r\nContent-Transfer-Encoding: base64\r\n\r\n"
        + data
    )


def test_rich_text_in_a_winmail_is_read():
    message = read(
        rich(rb"{\rtf1\ansi\ansicpg1252{\fonttbl{\f0 Arial;}}\pard - Gr\'f6\'dfe gepr\u252?ft\par - two\par}")
    )
    assert not isinstance(message, Shunted)
    assert message.plain == "- Größe geprüft\n- two"


def test_html_inside_rich_text_is_read():
    message = read(
        rich(
            rb"{\rtf1\ansi\ansicpg1252\fromhtml1 {\*\htmltag64 <p>}\htmlrtf {\htmlrtf0 Closed the audit\htmlrtf\par}\htmlrtf0 {\*\htmltag72 </p>}}"
        )
    )
    assert not isinstance(message, Shunted)
    assert message.html == "<p>Closed the audit</p>"


def test_compressed_rich_text_is_expanded():
    # The example of [MS-OXRTFCP] section 3.1.1.
    data = bytes.fromhex(
        "2d0000002b0000004c5a4675f1c5c7a703000a007263706731323542320af32068656c090020627705b06c647d0a800fa0"
    )
    assert expand(data) == b"{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n"


def test_flowed_text_is_made_whole():
    assert (
        unflow("- one that was \nwrapped\n> quoted \n> too\n-- \nJane\n from")
        == "- one that was wrapped\n> quoted too\n-- \nJane\nfrom"
    )
    assert unflow("完成 \n审计", delsp=True) == "完成审计"


@pytest.mark.parametrize(
    ("raw", "word"),
    [
        (HEAD + b"\r\n" + b"x" * (limits.MOST_BYTES + 1), "larger"),
        (HEAD + b"X: y\r\n" * 2_000 + b"\r\n", "header fields"),
        (HEAD + b"Cc: " + b"a@b.example, " * 5_000 + b"\r\n\r\n", "recipients"),
        (HEAD + b"Content-Type: text/plain" + b"; a=b" * 5_000 + b"\r\n\r\n", "parameters"),
        (HEAD + b"\r\n" + b"\r\n" * 200_000, "empty lines"),
        (HEAD + b"Content-Type: multipart/mixed; boundary=m\r\n\r\n" + b"--m\r\n\r\nx\r\n" * 2_000, "parts"),
        (
            HEAD
            + b"".join(b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n) for n in range(500)),
            "multiparts",
        ),
        (HEAD + b"Content-Type: message/rfc822\r\n\r\n" * 500, "attached messages"),
    ],
)
def test_cost_bombs_are_shunted_with_their_reason(raw, word):
    outcome = read(raw)
    assert isinstance(outcome, Shunted)
    assert word in outcome.reason


@pytest.mark.parametrize("word", ["=?utf-8?B?abcde?=", "=?utf-8?B?a?=", "=?utf-8?b?=?="])
def test_an_encoded_word_of_broken_base64_costs_nobody_their_address(word):
    for header in (
        f"From: {word} Jane <jane@a.example>",
        f"From: ({word}) jane@a.example",
        f"From: {word} <jane@a.example>",
    ):
        assert [box.address for box in read_header(f"{header}\n\n".encode()).senders] == ["jane@a.example"]
