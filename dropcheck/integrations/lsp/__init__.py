"""The language server: dropcheck in an editor, while one types. Needs pygls, from the extra ``lsp``."""
