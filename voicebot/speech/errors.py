"""What can go wrong between the line and the speech process. Every message is one line for the operator."""


class SpeechError(Exception):
    """A speech process cannot start or go on: a port in use, a wrong address."""


class ModelError(SpeechError):
    """A model or voice is missing, damaged or out of reach. The message says what, where and how to mend."""


class SpeechUnavailable(SpeechError):  # noqa: N818 - it says what is so
    """A speech process did not answer, broke off or refused."""


class EmbeddingUnsupported(SpeechUnavailable):
    """The speech process does not know `embed`, as no stock Wyoming server does."""


class ProtocolError(SpeechError):
    """The other side sent what is no Wyoming event, or one beyond the limits."""
