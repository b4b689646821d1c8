"""The tree of a mail is the standard library's, however few pieces its parser was handed."""

import email
import pathlib
from collections.abc import Iterator
from email.message import Message

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.mime import parse

CORPUS = pathlib.Path(__file__).parents[1] / "corpus"
PIECES = (
    b"\n", b"\r\n", b"\r", b"\n\n", b"--A", b"--A--", b"--B--", b"--", b"-- \n", b"--A\n", b"--B\r\n", b"--A--\n", b"--B--\r", b"\n--A\n", b"--A \t\n",
    b'Content-Type: multipart/mixed; boundary="A"\n\n', b"Content-Type: multipart/digest; boundary=B\n\n", b"Content-Type: multipart/mixed\n\n",
    b"Content-Type: multipart/mixed; BOUNDARY*0=A\n\n", b"Content-Type: message/rfc822\n\n", b"Content-Type: message/delivery-status\n\n",
    b"Content-Type: text/plain\n\n", b"Content-Transfer-Encoding: base64\n", b"From x\n", b" folded\n", b"Subject: a\n", b": no name\n", b"plain\n", b"\x00\xff\x0b",
)  # fmt: skip


def described(tree: Message) -> Iterator[object]:
    """Everything that can be asked of a tree."""
    yield tree.items(), tree.get_unixfrom(), tree.preamble, tree.epilogue, tree.get_default_type()
    yield [type(defect) for defect in tree.defects]
    try:
        payload = tree.get_payload()
    except (TypeError, ValueError) as error:  # the library's, at a charset that is no name of one
        payload = type(error).__name__
    if isinstance(payload, list):
        for child in payload:
            assert isinstance(child, Message)
            yield from described(child)
    yield len(payload) if isinstance(payload, list) else payload


def same(raw: bytes) -> bool:
    return list(described(parse(raw))) == list(described(email.message_from_bytes(raw)))


@pytest.mark.parametrize("folder", sorted(path.name for path in CORPUS.iterdir() if path.is_dir()))
def test_on_the_corpus(folder: str) -> None:
    assert [path.name for path in (CORPUS / folder).rglob("*.eml") if not same(path.read_bytes())] == []


@given(st.lists(st.sampled_from(PIECES), max_size=30).map(b"".join))
def test_on_anything_put_together_of_what_the_parser_looks_for(raw: bytes) -> None:
    assert same(raw)
