class ConfigurationError(ValueError):
    """What is wrong, and `at` which key: `instance[0].stream[1].kind`, or nothing for the file as a whole."""

    def __init__(self, at: str, why: str) -> None:
        super().__init__(f"{at}: {why}" if at else why)
        self.at = at
        self.why = why
