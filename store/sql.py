"""The store on SQLite or PostgreSQL."""

from store.sql_again import SqlAgain
from store.sql_arrangements import SqlArrangements
from store.sql_batch import SqlBatch
from store.sql_dead import SqlDead
from store.sql_leases import SqlLeases
from store.sql_outbox import SqlOutbox
from store.sql_retention import SqlRetention
from store.sql_roster import SqlRoster
from store.sql_rounds import SqlRounds
from store.sql_staging import SqlStaging
from store.sql_tallies import SqlTallies


class SqlStore(
    SqlRoster,
    SqlStaging,
    SqlRounds,
    SqlOutbox,
    SqlBatch,
    SqlAgain,
    SqlDead,
    SqlLeases,
    SqlArrangements,
    SqlTallies,
    SqlRetention,
):
    """See `domain.ports.Store`."""
