"""The `gongkai` command line: options, commands, tables, and the same questions over HTTP."""
