"""How fast, how large and how right dropcheck is: scripts that print Markdown tables. See README.md here."""
