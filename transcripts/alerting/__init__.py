"""Alerts of what is said: categories that match, a customer's bad mood, long silence."""
