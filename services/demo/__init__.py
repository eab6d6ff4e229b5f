"""A sample quarter of the sample county, played through the real services on a set clock."""

from services.demo.play import demo, stack_demo

__all__ = ["demo", "stack_demo"]
