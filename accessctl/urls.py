from django.urls import path

from accessctl import session_views, views
from accessctl.login.confirm import confirm
from accessctl.login.flow import CallbackView, StartView

app_name = "accessctl"
urlpatterns = [
    path("logg-inn/", views.login_page, name="login"),
    path("logg-inn/fortsett/", views.resume, name="resume"),
    path("logg-inn/fortsett/send/", views.resend, name="resend"),
    path("logg-inn/hjelp/", views.login_help, name="login_help"),
    path("logg-inn/bekreft/", confirm, name="confirm"),
    path("logg-inn/<slug:provider>/", StartView.as_view(), name="start"),
    path("logg-inn/<slug:provider>/svar/", CallbackView.as_view(), name="callback"),
    path("mine-innlogginger/", session_views.logins, name="logins"),
    path("mine-innlogginger/avslutt-andre/", session_views.end_others, name="end_other_logins"),
    path("mine-innlogginger/<uuid:uuid>/avslutt/", session_views.end_one, name="end_login"),
    path("logg-ut/", views.LogoutView.as_view(), name="logout"),
    path("logg-ut/ferdig/", views.logged_out, name="logged_out"),
    path("logg-ut/fra-tjener/<slug:provider>/", views.backchannel, name="backchannel"),
    path("logg-ut/fra-leverandor/<slug:provider>/", views.frontchannel, name="frontchannel"),
]
