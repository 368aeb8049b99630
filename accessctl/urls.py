from django.urls import path

app_name = "accessctl"
urlpatterns: list = []
