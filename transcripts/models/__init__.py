from .conversation import Conversation
from .segment import Segment

__all__ = ["Conversation", "Segment"]
