"""Workbooks (.xlsx) that people print, keep and fill in."""
