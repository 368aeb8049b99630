from django.urls import path

from students.groups import edit_views, member_views, views

app_name = "groups"
urlpatterns = [
    path("klasser/", views.groups, name="list"),
    path("klasser/ny/", edit_views.new, name="new"),
    path("klasser/<uuid:uuid>/", views.group, name="group"),
    path("klasser/<uuid:uuid>/endre/", edit_views.change, name="change"),
    path("klasser/<uuid:uuid>/avslutt-gruppen/", edit_views.close, name="close"),
    path("klasser/<uuid:uuid>/angre/", edit_views.take_back, name="undo"),
    path("klasser/<uuid:uuid>/sett-inn/", member_views.put, name="put_in"),
    path("klasser/<uuid:uuid>/ta-ut/", member_views.out, name="take_out"),
    path("klasser/<uuid:uuid>/ansvar/", views.add, name="add"),
    path("klasser/<uuid:uuid>/avslutt/", views.end, name="end"),
]
