"""Measurements against baselines of the same run; ``python -m bench`` writes them to docs/performance.md."""
