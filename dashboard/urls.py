from urllib.parse import quote, unquote

from django.contrib.auth.views import LoginView, LogoutView
from django.urls import path, register_converter

from calls.admin import site
from dashboard.health import healthz
from dashboard.views import account, alerts, call, case, cases, flags, metrics, promises, wall, wall_csv, wall_heard


class ContactIdConverter:
    """A contact id is any text: "/" and "." travel quoted once more, so that no proxy or browser folds them."""

    regex = ".+"

    def to_python(self, text: str) -> str:
        contact_id = unquote(text)
        if "\x00" in contact_id:
            raise ValueError("PostgreSQL holds no NUL")
        return contact_id

    def to_url(self, contact_id: str) -> str:
        return quote(contact_id, safe="").replace(".", "%2E")


register_converter(ContactIdConverter, "contact_id")

urlpatterns = [
    path("", wall.wall, name="wall"),
    path("figures/", wall.figures, name="figures"),
    path("figures/rates/", wall.rates, name="rates"),
    path("wall/heard/", wall_heard.heard, name="heard"),
    path("wall/csv/", wall_csv.wall_csv, name="wall_csv"),
    path("flags/<int:pk>/", flags.flag, name="flag"),
    path("alerts/<int:pk>/acknowledge/", alerts.acknowledge, name="acknowledge"),
    path("calls/<slug:alias>/<contact_id:contact_id>/", call.call, name="call"),
    path("calls/<contact_id:contact_id>/", call.by_contact_id, name="call_by_contact_id"),
    path("turns/<int:pk>/", call.earlier_turns, name="turns"),
    path("cases/", cases.cases, name="cases"),
    path("cases/figures/", cases.figures, name="case_figures"),
    path("cases/take/", cases.take_several, name="take_several"),
    path("cases/close/", cases.close_several, name="close_several"),
    path("cases/<int:pk>/", case.case, name="case"),
    path("cases/<int:pk>/take/", case.take, name="take"),
    path("cases/<int:pk>/give-back/", case.give_back, name="give_back"),
    path("cases/<int:pk>/close/", case.close, name="close"),
    path("cases/<int:pk>/reopen/", case.reopen, name="reopen"),
    path("cases/<int:pk>/mirror-again/", case.mirror_again, name="mirror_again"),
    path("cases/<int:pk>/reveal/", case.reveal, name="reveal"),
    path("promises/", promises.promises, name="promises"),
    path("accounts/login/", LoginView.as_view(redirect_authenticated_user=True), name="login"),
    path("accounts/logout/", LogoutView.as_view(), name="logout"),
    path("accounts/zone/", account.zone, name="zone"),
    path("healthz", healthz, name="healthz"),
    path("metrics", metrics.metrics, name="metrics"),
    path("admin/", site.urls),
]
