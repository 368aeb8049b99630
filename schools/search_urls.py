from django.urls import path

from schools.views import search

app_name = "search"
urlpatterns = [path("sok/", search.find, name="find")]
