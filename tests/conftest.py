"""Plug-ins of all tests: the real servers."""

pytest_plugins = ("tests.backends.kafka_server",)
