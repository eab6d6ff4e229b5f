"""Where cases, facts, personal data, files, audit and numbers are kept: one port, one conformance suite, several adapters."""
