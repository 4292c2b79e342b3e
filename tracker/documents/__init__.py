"""Documents: a file becomes text blocks, tables and labels; kind by content, refusals in words."""
