"""The event log: what an event looks like on it, how old shapes are read, and the adapters behind one port."""
