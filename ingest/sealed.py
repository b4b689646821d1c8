"""Signed and encrypted mail: the inside of an opaque S/MIME signature, and text in PGP armour.

Nothing is verified or decrypted here: a signature says nothing about what may stand in a reply.
"""

from domain.message import Sealing

_SIGNED = "-----BEGIN PGP SIGNED MESSAGE-----"
_SIGNATURE = "-----BEGIN PGP SIGNATURE-----"
_SIGNATURE_END = "-----END PGP SIGNATURE-----"
_ENCRYPTED = "-----BEGIN PGP MESSAGE-----"


def signed_content(data: bytes) -> bytes | None:
    """What an opaque-signed CMS message encloses (RFC 8551 section 3.5.2), or None where it encloses nothing to read."""
    from asn1crypto import cms  # noqa: PLC0415 - few mails need it, and it takes a while to come up

    try:
        info = cms.ContentInfo.load(data)
        if info["content_type"].native != "signed_data":
            return None
        content = info["content"]["encap_content_info"]["content"].native
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError, IndexError):
        return None
    return content if isinstance(content, bytes) else None


def without_armour(text: str) -> tuple[str, Sealing] | None:
    """The text inside PGP armour (RFC 9580 section 7), or None where there is none."""
    stripped = text.lstrip()
    if stripped.startswith(_ENCRYPTED):
        return "", Sealing.ENCRYPTED
    start = 0 if stripped.startswith(_SIGNED) else text.find("\n" + _SIGNED)
    if start < 0 or _SIGNATURE not in text:
        return None
    before, _, rest = text.partition(_SIGNED)
    signed, _, tail = rest.partition(_SIGNATURE)
    _, _, after = tail.partition(_SIGNATURE_END)
    _, _, body = signed.lstrip("\n").partition("\n\n") if signed.startswith("\nHash:") else ("", "", signed)
    lines = [line.removeprefix("- ") if line.startswith("- ") else line for line in body.split("\n")]
    return before + "\n".join(lines) + after, Sealing.SIGNED
