"""The Letterhead: in whose name our mail goes out, and to which address an answer to it comes back."""

import hashlib
from dataclasses import dataclass
from typing import Final

from domain.employee import EmployeeId
from domain.token import reply_address
from outbound import headers

_TAG: Final = 31  # `+` and the longest token


@dataclass(frozen=True, slots=True, kw_only=True)
class Letterhead:
    """Who asks. Addresses are checked when it is made (AddressError).

    `reply_bases` are the reply mailboxes; each Employee is hashed to one. `bounce_base` is where non-delivery reports
    go, with the token as its tag; None sends them to the reply mailbox. `contact` is shown for questions and holds no
    link. `instance` marks our own mail (X-Bulletin-Instance). `message_host` is the right side of our Message-IDs, ""
    for the host of `address`.
    """

    organisation: str
    name: str
    address: str
    reply_bases: tuple[str, ...]
    instance: str
    contact: str = ""
    bounce_base: str | None = None
    message_host: str = ""

    def __post_init__(self) -> None:
        """Refuse addresses that could not carry a token (RFC 5321 section 4.5.3.1.1)."""
        headers.addr_spec(self.address)
        if not self.reply_bases:
            raise headers.AddressError("At least one reply address is needed.")
        for base in (*self.reply_bases, *((self.bounce_base,) if self.bounce_base else ())):
            if headers.addr_spec(base).index("@") + _TAG > headers.MOST_LOCAL:
                raise headers.AddressError("The local part leaves no room for a token: at most 33 characters.")

    @property
    def host(self) -> str:
        """The right side of our Message-IDs."""
        return self.message_host or headers.addr_spec(self.address).rpartition("@")[2]

    def reply_base(self, employee_id: EmployeeId) -> str:
        """The reply mailbox of an Employee: the same one every week while the list of them stays."""
        if len(self.reply_bases) == 1:
            return self.reply_bases[0]
        digest = hashlib.blake2b(employee_id.encode("utf-8", "surrogatepass"), digest_size=8).digest()
        return self.reply_bases[int.from_bytes(digest, "big") % len(self.reply_bases)]

    def reply_to(self, employee_id: EmployeeId, token: str) -> str:
        """Where the Employee's answer comes back."""
        return headers.addr_spec(reply_address(self.reply_base(employee_id), token))

    def bounces_to(self, employee_id: EmployeeId, token: str) -> str:
        """The envelope sender, from which a non-delivery report tells its Prompt (VERP)."""
        return headers.addr_spec(reply_address(self.bounce_base or self.reply_base(employee_id), token))
