import os

from channels.auth import AuthMiddlewareStack
from channels.routing import ProtocolTypeRouter, URLRouter
from channels.security.websocket import WebsocketDenier
from django.core.asgi import get_asgi_application
from django.urls import path, re_path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dashboard.settings")
django_application = get_asgi_application()

from dashboard.live.consumer import LiveConsumer  # noqa: E402 - models can be imported from here on
from dashboard.live.origin import own_origin_only  # noqa: E402

sockets = URLRouter([path("live/", LiveConsumer.as_asgi()), re_path(r"", WebsocketDenier.as_asgi())])
application = ProtocolTypeRouter(
    {"http": django_application, "websocket": own_origin_only(AuthMiddlewareStack(sockets))}
)
