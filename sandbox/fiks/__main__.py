"""`python -m sandbox.fiks`: FIKS_PORT, FIKS_DIR for all it keeps, and RabbitMQ at the port of FIKS_IO_AMQP_URL."""

import django

django.setup()  # the messages are read and written by the project's own adapter

from sandbox.fiks.alone import run  # noqa: E402

run()
