"""The words of letters: a module a section, put together by compose. Rows in, text out."""
