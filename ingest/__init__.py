"""Bytes in, an Outcome out; and the poller that carries both to and from the IMAP server."""
