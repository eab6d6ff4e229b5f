"""A sample quarter of the sample county, played through the real services on a set clock."""

from services.demo.play import demo

__all__ = ["demo"]
