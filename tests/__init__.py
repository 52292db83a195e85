"""Our own tests: rules, families over HTTP, architecture, docs."""
