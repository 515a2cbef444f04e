class UndeliveredError(Exception):
    """What kept a message from its channel, in words that hold neither an address nor a secret."""
