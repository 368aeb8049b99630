"""Takes what the archive sends us over Fiks IO (AMQP 0-9-1), all day long.

Each message is a committed row before it is acknowledged, and is always acknowledged then: Fiks IO gives up a message
it has delivered three times. A process killed in between gets the message again, which is the same row.
"""

import logging
import ssl
import time
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pika
from django.conf import settings
from django.db import Error, InterfaceError, OperationalError, close_old_connections, connection, transaction
from pika.exceptions import AMQPError

from archive import inbox, systems
from archive.models import ArchiveSystem
from schoolapp.lib import maskinporten
from schoolapp.lib.json_api import Unavailable

log = logging.getLogger(__name__)
AT_ONCE = 10
LISTENS_FOR = 1.0
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 60.0
HEARTBEAT = 30


class NotConfigured(Exception):
    """There is nothing to listen to: another records system is in use, or the address or account is missing."""


class Consumer:
    """One connection at a time to one account's queue. `is_over` is asked between messages."""

    def __init__(self, account: UUID, *, is_over: Callable[[], bool] = lambda: False) -> None:
        self.account, self.is_over = account, is_over
        self.pause: Callable[[float], object] = time.sleep

    @property
    def queue(self) -> str:
        return f"fiksio.konto.{self.account}"

    def run(self) -> None:
        """Listen until it is over; connect again as long as needed, with longer and longer pauses."""
        wait = FIRST_PAUSE
        while not self.is_over():
            try:
                with self._connected() as line:
                    wait = FIRST_PAUSE
                    self._listen(line)
            except (AMQPError, OSError, maskinporten.NotAllowed, Unavailable) as error:
                maskinporten.forget_token()
                log.warning("fiks io: not connected (%s), trying again in %.0f s", type(error).__name__, wait)
            except (OperationalError, InterfaceError) as error:
                log.warning("fiks io: the database is away (%s); messages stay with fiks", type(error).__name__)
            if not self.is_over():
                self.pause(wait)
                wait = min(wait * 2, LONGEST_PAUSE)

    def _connected(self) -> pika.BlockingConnection:
        config = settings.FIKS_IO
        parameters = pika.URLParameters(config["amqp_url"])
        password = f"{config['integration_password']} {maskinporten.token()}"
        parameters.credentials = pika.PlainCredentials(config["integration_id"], password)
        parameters.heartbeat = HEARTBEAT
        if parameters.ssl_options is not None:
            parameters.ssl_options = pika.SSLOptions(ssl.create_default_context(), parameters.host)
        return pika.BlockingConnection(parameters)

    def _listen(self, line: pika.BlockingConnection) -> None:
        channel = line.channel()
        channel.basic_qos(prefetch_count=AT_ONCE)
        channel.basic_consume(self.queue, self._take, auto_ack=False)
        log.info("fiks io: listening")
        while not self.is_over():
            line.process_data_events(time_limit=LISTENS_FOR)

    def _take(self, channel: Any, method: Any, properties: Any, body: bytes) -> None:
        if not connection.in_atomic_block:
            close_old_connections()
        keep(properties.headers or {}, body)
        channel.basic_ack(method.delivery_tag)
        try:
            inbox.apply_new()
        except Error as error:
            log.warning("fiks io: a message waits for the sweeper (%s)", type(error).__name__)


def keep(headers: dict[str, Any], body: bytes) -> None:
    """A committed row of the message, whatever it is. Raises only when the database is away."""
    try:
        with transaction.atomic():
            inbox.receive(headers, body)
    except (OperationalError, InterfaceError):
        raise
    except Exception as error:
        log.error("fiks io: a message that could not be read is kept as it came (%s)", type(error).__name__)
        with transaction.atomic():
            inbox.receive({}, body)


def account() -> UUID:
    """The account to listen for. Raises NotConfigured."""
    system = systems.current()
    if system.adapter != ArchiveSystem.Adapter.FIKS_ARKIV or not system.own_account:
        raise NotConfigured("The municipality does not use Fiks Arkiv.")
    if not settings.FIKS_IO["amqp_url"]:
        raise NotConfigured("FIKS_IO_AMQP_URL is missing.")
    return UUID(str(system.own_account))
