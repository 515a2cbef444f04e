from .bookmark import Bookmark
from .conversation import Conversation
from .segment import Segment

__all__ = ["Bookmark", "Conversation", "Segment"]
