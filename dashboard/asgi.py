import os

from channels.routing import ProtocolTypeRouter
from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dashboard.settings")
django_application = get_asgi_application()

from dashboard.live.consumer import live  # noqa: E402 - models can be imported from here on

application = ProtocolTypeRouter({"http": django_application, "websocket": live})
