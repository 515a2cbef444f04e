_STATUS = {
    "AccessDeniedException": 403,
    "ResourceNotFoundException": 404,
    "ThrottlingException": 429,
    "TooManyRequestsException": 429,
    "InternalServiceException": 500,
}


class ConnectError(Exception):
    """A refusal as the wire names it: `code` becomes x-amzn-ErrorType, the text becomes `Message`."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code

    @property
    def status(self) -> int:
        return _STATUS.get(self.code, 400)


def invalid(message: str) -> ConnectError:
    return ConnectError("InvalidParameterException", message)
