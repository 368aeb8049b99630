from django.urls import path

from admissions.year.views import board, exceptions, many, overview, school, setup, teachers

app_name = "year"
urlpatterns = [
    path("nytt-skolear/", overview.overview, name="overview"),
    path("nytt-skolear/start/", overview.start, name="start"),
    path("nytt-skolear/fremdrift/", overview.progress, name="progress"),
    path("nytt-skolear/unntak/", overview.exceptions, name="exceptions"),
    path("nytt-skolear/informasjon/", setup.information, name="information"),
    path("nytt-skolear/mottakerskoler/", setup.routes, name="routes"),
    path("nytt-skolear/nye-elever/", setup.beginners, name="beginners"),
    path("nytt-skolear/nye-elever/mange/", many.many, name="many"),
    path("nytt-skolear/tidlig-skolestart/", exceptions.early, name="early"),
    path("nytt-skolear/skole/<uuid:uuid>/sfo/", exceptions.sfo, name="sfo"),
    path("nytt-skolear/elev/", setup.pupil, name="pupil"),
    path("nytt-skolear/kjor/<slug:slug>/", overview.act, name="act"),
    path("nytt-skolear/steg/<int:number>/", overview.step, name="step"),
    path("nytt-skolear/skole/<uuid:uuid>/", school.school, name="school"),
    path("nytt-skolear/skole/<uuid:uuid>/klasser/", school.classes, name="classes"),
    path("nytt-skolear/skole/<uuid:uuid>/grupper/", school.groups, name="groups"),
    path("nytt-skolear/skole/<uuid:uuid>/kontaktlarere/", teachers.teachers, name="teachers"),
    path("nytt-skolear/skole/<uuid:uuid>/trinn/<int:number>/", board.puzzle, name="puzzle"),
]
