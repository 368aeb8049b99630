from django.urls import path

from accessctl.rights import views

app_name = "roles"
urlpatterns = [
    path("oppsett/roller/", views.role_list, name="list"),
    path("oppsett/roller/ny/", views.make, name="make"),
    path("oppsett/roller/katalog/", views.catalogue_page, name="catalogue"),
    path("oppsett/roller/endring/<uuid:uuid>/", views.waiting, name="waiting"),
    path("oppsett/roller/<uuid:uuid>/", views.role_page, name="role"),
    path("oppsett/roller/<uuid:uuid>/endre/", views.change, name="change"),
    path("oppsett/roller/<uuid:uuid>/avvikle/", views.retire, name="retire"),
    path("mine-tilganger/", views.mine, name="mine"),
]
