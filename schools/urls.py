from django.urls import path

from schools.views import staff

app_name = "schools"
urlpatterns = [path("i-dag/", staff.today, name="today")]
