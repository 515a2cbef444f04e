class EmbeddedError(Exception):
    """An embedded server cannot serve; the text says what to do."""
