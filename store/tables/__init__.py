"""The tables. A row class says what is kept; hot paths use its Core table (`EMPLOYEE`, `PROMPT`, ...).

Rows do not validate and stay inside this folder: domain values go in and come out. A condition of a partial index
(`IS_QUEUED`) is for a query that is to use that index: it must say the same words, not a parameter.
"""

from sqlmodel import SQLModel

from store.tables.arrangements import ACTING, CAMPAIGN, EVENT, LEASE, LEAVE, POLICY
from store.tables.ledger import (
    BULLET,
    CURSOR,
    DELIVERY_FAILURE,
    HOLDS,
    IS_OF_A_PROMPT,
    IS_PAST,
    IS_UNFILED,
    LEDGER,
    READING,
    REPLY,
)
from store.tables.outbox import ATTEMPT, IS_ANSWER, IS_LEASED, IS_PRESSING, IS_QUEUED, OUTBOX
from store.tables.roster import ADDRESS, EMPLOYEE, STAGED_ADDRESS, STAGED_EMPLOYEE
from store.tables.rounds import IS_AWAITING, IS_AWAY, PROMPT, ROUND, STANDING_COUNT

__all__ = [
    "ACTING",
    "ADDRESS",
    "ATTEMPT",
    "BULLET",
    "CAMPAIGN",
    "CURSOR",
    "DELIVERY_FAILURE",
    "EMPLOYEE",
    "EVENT",
    "HOLDS",
    "IS_ANSWER",
    "IS_AWAITING",
    "IS_AWAY",
    "IS_LEASED",
    "IS_OF_A_PROMPT",
    "IS_PAST",
    "IS_PRESSING",
    "IS_QUEUED",
    "IS_UNFILED",
    "LEASE",
    "LEAVE",
    "LEDGER",
    "METADATA",
    "OUTBOX",
    "POLICY",
    "PROMPT",
    "READING",
    "REPLY",
    "ROUND",
    "STAGED_ADDRESS",
    "STAGED_EMPLOYEE",
    "STANDING_COUNT",
]

METADATA = SQLModel.metadata
