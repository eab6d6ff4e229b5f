"""What every service stands on: domain words, storage, event log, engine, security and web, each floor importing only those below."""
