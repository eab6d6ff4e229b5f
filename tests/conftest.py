"""What all tests share: real servers where there are any, and what the summary says of them."""

import pytest

from tests.backends import choice
from tests.backends.kafka_server import kafka_bootstrap as kafka_bootstrap
from tests.backends.kafka_server import own_kafka as own_kafka
from tests.backends.mongo_server import killable_mongo as killable_mongo
from tests.backends.mongo_server import mongo_server as mongo_server
from tests.backends.mongo_server import signing_mongo as signing_mongo


def pytest_configure() -> None:
    """A server asked for by a wrong name would be skipped in silence; a story that fails shows what it found."""
    choice.check()
    pytest.register_assert_rewrite("tests.stories")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Names the servers."""
    choice.summarise(terminalreporter)
