"""RabbitMQ from Debian's packages, as a child of who needs it: what Fiks IO uses to hand messages over."""

import contextlib
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pika

from local_runtime.servers import die_with_parent, free_port
from sandbox.fiks.server import Message

PLACES = "/usr/lib/rabbitmq/lib/rabbitmq_server-*/sbin/rabbitmq-server"
START_TIMEOUT = 90


def program() -> Path | None:
    """The server's own script, which runs as whoever calls it; None when the package is not installed."""
    return next(iter(sorted(Path("/").glob(PLACES[1:]))), None)


@dataclass
class Broker:
    """A broker that can be stopped and started again on the same data.

    `user` may do everything. With `asks` (an address) anybody else is let in as the server there says.
    """

    folder: Path
    port: int
    user: str
    password: str
    asks: str = ""
    patience: float = START_TIMEOUT
    process: subprocess.Popen[bytes] | None = None
    environment: dict[str, str] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return f"amqp://127.0.0.1:{self.port}/%2F"

    def start(self) -> None:
        script = program()
        assert script is not None, "rabbitmq-server is not installed"
        self.folder.mkdir(parents=True, exist_ok=True)
        self._configure()
        self.environment = os.environ | {
            "HOME": str(self.folder),
            "RABBITMQ_NODENAME": "schoolapp@localhost",
            "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
            "RABBITMQ_NODE_PORT": str(self.port),
            "RABBITMQ_DIST_PORT": str(free_port()),
            "RABBITMQ_MNESIA_BASE": str(self.folder / "mnesia"),
            "RABBITMQ_LOGS": str(self.folder / "broker.log"),
            "RABBITMQ_CONFIG_FILE": str(self.folder / "rabbitmq.conf"),
            "RABBITMQ_CONF_ENV_FILE": "/dev/null",
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(self.folder / "plugins"),
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "+S 1:1 +sbwt none",
            "ERL_EPMD_PORT": self.environment.get("ERL_EPMD_PORT") or str(free_port()),
            "ERL_EPMD_ADDRESS": "127.0.0.1",
        }
        with (self.folder / "server.log").open("ab") as out:
            self.process = subprocess.Popen(
                [str(script)],
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                start_new_session=True,
                preexec_fn=lambda: die_with_parent(signal.SIGTERM),
            )
        until = time.monotonic() + self.patience
        while time.monotonic() < until and self.process.poll() is None:
            with contextlib.suppress(pika.exceptions.AMQPError, OSError), self.connected():
                return
            time.sleep(0.2)
        raise AssertionError(f"RabbitMQ did not start: {(self.folder / 'server.log').read_text()[-2000:]}")

    def _configure(self) -> None:
        lines = [f"default_user = {self.user}", f"default_pass = {self.password}", "loopback_users = none"]
        if self.asks:
            lines += ["auth_backends.1 = internal", "auth_backends.2 = http", "auth_http.http_method = post"]
            lines += [f"auth_http.{what}_path = {self.asks}/{what}" for what in ("user", "vhost", "resource", "topic")]
        configuration = self.folder / "rabbitmq.conf"
        configuration.touch(mode=0o600)
        configuration.write_text("\n".join(lines) + "\n")
        (self.folder / "plugins").write_text("[rabbitmq_auth_backend_http].\n" if self.asks else "[].\n")

    def stop(self) -> None:
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, 15)
            try:
                self.process.wait(timeout=30)
            except subprocess.TimeoutExpired:
                os.killpg(self.process.pid, 9)
                self.process.wait()
            self.process = None
            if names := shutil.which("epmd"):  # Erlang's register of names, started beside the broker
                subprocess.run([names, "-kill"], env=self.environment, capture_output=True, check=False)

    def connected(self) -> pika.BlockingConnection:
        credentials = pika.PlainCredentials(self.user, self.password)
        return pika.BlockingConnection(pika.ConnectionParameters("127.0.0.1", self.port, credentials=credentials))

    def declare(self, account: str, *, empty: bool = True) -> None:
        """The account's queue."""
        with self.connected() as line:
            channel = line.channel()
            channel.queue_declare(f"fiksio.konto.{account}", durable=True)
            if empty:
                channel.queue_purge(f"fiksio.konto.{account}")

    def publish(self, message: Message) -> None:
        with self.connected() as line:
            properties = pika.BasicProperties(headers=dict(message.headers), delivery_mode=2)
            line.channel().basic_publish("", f"fiksio.konto.{message.account}", message.body, properties)

    def left(self, account: str) -> int:
        """How many messages wait in the queue, unread."""
        with self.connected() as line:
            declared = line.channel().queue_declare(f"fiksio.konto.{account}", durable=True, passive=True)
            return int(declared.method.message_count)


@contextlib.contextmanager
def running_broker(folder: Path, user: str, password: str) -> Iterator[Broker]:
    broker = Broker(folder, free_port(), user, password)
    broker.start()
    try:
        yield broker
    finally:
        broker.stop()
