"""The case engine: settle, decide, append; relay, consumers, policies, timers, reference data, verification."""
