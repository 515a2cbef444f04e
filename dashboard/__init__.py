# Loaded with Django, so that @shared_task belongs to this app in every process.
from dashboard.celery import app as celery_app

__all__ = ["celery_app"]
