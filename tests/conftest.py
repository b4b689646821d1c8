"""Servers that tests may ask for by name."""

from tests.servers.dovecot import dovecot, dovecot_server
from tests.servers.postgres import postgres, postgres_url

__all__ = ["dovecot", "dovecot_server", "postgres", "postgres_url"]
