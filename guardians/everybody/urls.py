from django.urls import path

from guardians.everybody import views

app_name = "everybody"
urlpatterns = [path("personsok/", views.search, name="search")]
