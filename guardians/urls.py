from django.urls import path

from guardians.views import guardian

app_name = "guardians"
urlpatterns = [path("foresatt/", guardian.home, name="home")]
