"""What the reader knows: words, shapes and meanings as rows, each with examples that run as tests."""
