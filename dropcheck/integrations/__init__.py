"""Where dropcheck runs inside another tool: editors, flake8, LibCST's codemods."""
