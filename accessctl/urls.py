from django.urls import path

from accessctl import views
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
    path("logg-ut/", views.LogoutView.as_view(), name="logout"),
    path("logg-ut/ferdig/", views.logged_out, name="logged_out"),
    path("logg-ut/fra-leverandor/<slug:provider>/", views.frontchannel, name="frontchannel"),
]
