"""Metrics for Prometheus: numbers of the Store, read when they are asked for, on this machine only.

Law: labels are names of the configuration and closed choices. No person, address or Unit may become one.
"""

from collections.abc import Callable, Iterator
from typing import Final

from prometheus_client import CollectorRegistry, start_http_server
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from app import logs
from app.config import Settings
from app.status import Status, read_status
from domain.errors import BulletinError, ConfigError
from domain.ports import Clock, Store

LOOPBACK: Final = "127.0.0.1"


class StatusCollector(Collector):
    """Turns the Status into gauges at each scrape."""

    def __init__(self, settings: Settings, store: Store, clock: Clock) -> None:
        self._settings = settings
        self._store = store
        self._clock = clock

    def describe(self) -> Iterator[Metric]:
        """Nothing is read when the collector is registered."""
        return iter(())

    def collect(self) -> Iterator[Metric]:
        """Every gauge. While the database cannot be read there is only `bulletin_store_up 0`."""
        up = GaugeMetricFamily("bulletin_store_up", "Whether the database could be read.")
        try:
            status = read_status(
                self._store,
                [mailbox.name for mailbox in self._settings.mailboxes],
                campaigns=[campaign.id for campaign in self._settings.campaigns],
                now=self._clock.now(),
                stale_after=self._settings.limits.stale_after,
            )
        except BulletinError:
            up.add_metric([], 0)
            yield up
            return
        up.add_metric([], 1)
        yield up
        yield from _gauges(status)


def registry(settings: Settings, store: Store, clock: Clock) -> CollectorRegistry:
    """A registry of its own, so that two houses in one process do not meet."""
    made = CollectorRegistry()
    made.register(StatusCollector(settings, store, clock))
    return made


def serve(settings: Settings, store: Store, clock: Clock) -> Callable[[], None]:
    """Serve the metrics on 127.0.0.1 if a port is set; call the answer to stop. Raises ConfigError where it is taken."""
    port = settings.metrics.port
    if port is None:
        return lambda: None
    try:
        server, thread = start_http_server(port, addr=LOOPBACK, registry=registry(settings, store, clock))
    except OSError as error:
        raise ConfigError(f"metrics.port: {LOOPBACK}:{port} cannot be used ({error.strerror}).") from None

    def stop() -> None:
        server.shutdown()
        server.server_close()
        thread.join()

    return stop


def _gauges(status: Status) -> Iterator[Metric]:
    prompts = GaugeMetricFamily(
        "bulletin_prompts", "Prompts of the newest rounds by standing.", labels=["campaign", "round", "standing"]
    )
    for each in status.rounds:
        for standing, count in each.by_standing().items():
            prompts.add_metric([each.round.campaign_id, each.round.id, standing], count)
    yield prompts
    outbox = GaugeMetricFamily("bulletin_outbox_mails", "Mails in the outbox.", labels=["kind", "state"])
    for kind, state, count in status.outbox:
        outbox.add_metric([kind.value, state.value], count)
    yield outbox
    polled = GaugeMetricFamily(
        "bulletin_mailbox_last_poll_timestamp_seconds", "When the mailbox was last looked at.", labels=["mailbox"]
    )
    unfiled = GaugeMetricFamily(
        "bulletin_mailbox_unfiled_messages", "Recorded messages that are not filed away yet.", labels=["mailbox"]
    )
    for box in status.mailboxes:
        if box.last_poll is not None:
            polled.add_metric([box.name], box.last_poll.timestamp())
        unfiled.add_metric([box.name], box.unfiled)
    yield polled
    yield unfiled
    for name, words, number in (
        ("bulletin_people", "People in the roster.", status.people),
        ("bulletin_withheld_messages", "Messages that were withheld.", status.withheld),
        ("bulletin_held_messages", "Messages about whose sender a person must decide.", status.held),
        ("bulletin_shunted_messages", "Messages that could not be read within their limits.", status.shunted),
        ("bulletin_warnings", "Warnings that `bulletin status` shows.", len(status.warnings)),
        ("bulletin_log_fields_dropped", "Fields kept out of the log of this process.", logs.dropped_fields),
    ):
        yield GaugeMetricFamily(name, words, value=number)
