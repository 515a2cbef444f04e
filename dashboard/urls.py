from urllib.parse import quote, unquote

from django.contrib.auth.views import LoginView, LogoutView
from django.urls import path, register_converter

from calls.admin import site
from dashboard.health import healthz
from dashboard.views import (
    account,
    alerts,
    bookmarks,
    call,
    case,
    cases,
    downloads,
    flags,
    metrics,
    pane,
    promises,
    screens,
    turns,
    views,
    wall,
    wall_csv,
    wall_heard,
)


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
    path("wall/heard/", wall_heard.heard, name="heard"),
    path("wall/csv/", wall_csv.wall_csv, name="wall_csv"),
    path("flags/<int:pk>/", flags.flag, name="flag"),
    path("alerts/", alerts.alerts, name="alerts"),
    path("alerts/acknowledge/", alerts.acknowledge, name="acknowledge"),
    path("alerts/<int:pk>/acknowledge/", alerts.acknowledge, name="acknowledge"),
    path("alerts/snooze/", alerts.snooze, name="snooze"),
    path("alerts/<int:pk>/snooze/", alerts.snooze, name="snooze"),
    path("alerts/close/", alerts.close, name="close_alerts"),
    path("alerts/<int:pk>/close/", alerts.close, name="close_alerts"),
    path("alerts/renew/", alerts.renew, name="renew_alerts"),
    path("alerts/<int:pk>/renew/", alerts.renew, name="renew_alerts"),
    path("alerts/seen/", alerts.mark_seen, name="mark_seen"),
    path("calls/pane/<int:pk>/", pane.pane, name="pane"),
    path("calls/<slug:alias>/<contact_id:contact_id>/", call.call, name="call"),
    path("calls/<contact_id:contact_id>/", call.by_contact_id, name="call_by_contact_id"),
    path("turns/<int:pk>/", turns.earlier_turns, name="turns"),
    path("turns/<int:pk>/transcript.<slug:form>", downloads.download, name="transcript"),
    path("turns/<int:pk>/mark/", bookmarks.mark_turn, name="mark_turn"),
    path("marks/<int:pk>/", bookmarks.change_mark, name="change_mark"),
    path("marks/<int:pk>/remove/", bookmarks.remove_mark, name="remove_mark"),
    path("marks/<int:pk>/put-back/", bookmarks.put_back_mark, name="put_back_mark"),
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
    path("screen/", screens.screen, name="screen"),
    path("screen/link/", screens.hold, name="screen_hold"),
    path("views/", views.save, name="view_save"),
    path("views/restore/", views.restore, name="view_restore"),
    path("views/<int:pk>/", views.view, name="view"),
    path("views/<int:pk>/update/", views.update, name="view_update"),
    path("views/<int:pk>/rename/", views.rename, name="view_rename"),
    path("views/<int:pk>/copy/", views.copy, name="view_copy"),
    path("views/<int:pk>/share/", views.share, name="view_share"),
    path("views/<int:pk>/delete/", views.delete, name="view_delete"),
    path("accounts/login/", LoginView.as_view(redirect_authenticated_user=True), name="login"),
    path("accounts/logout/", LogoutView.as_view(), name="logout"),
    path("accounts/zone/", account.zone, name="zone"),
    path("healthz", healthz, name="healthz"),
    path("metrics", metrics.metrics, name="metrics"),
    path("admin/", site.urls),
]
