from django.urls import path

from admissions.moves.views import arrivals, cases, filing, letters, notice, pupil

app_name = "moves"
urlpatterns = [
    path("flytting/", cases.move_list, name="list"),
    path("flytting/inn/", arrivals.arrive, name="arrive"),
    path("flytting/uten-plass/", arrivals.waiting, name="waiting"),
    path("flytting/brev/", letters.letter_list, name="letters"),
    path("flytting/brev/nytt/", letters.new, name="letters_new"),
    path("flytting/brev/<uuid:uuid>/", letters.batch, name="batch"),
    path("flytting/brev/<uuid:uuid>/avbryt/", letters.cancel, name="cancel_letters"),
    path("flytting/<uuid:uuid>/", cases.case, name="case"),
    path("flytting/<uuid:uuid>/vedtak/", cases.decide, name="decide"),
    path("flytting/<uuid:uuid>/steg/<slug:slug>/", cases.step, name="step"),
    path("flytting/<uuid:uuid>/brev/", cases.letter, name="letter"),
    path("flytting/<uuid:uuid>/klasse/", cases.choose_class, name="class"),
    path("flytting/<uuid:uuid>/foresatte/", filing.file, name="file"),
    path("flytting/<uuid:uuid>/dag/", cases.change_day, name="day"),
    path("flytting/<uuid:uuid>/avslutt/", cases.end, name="end"),
    path("flytting/<uuid:uuid>/melding/", notice.notice, name="notice"),
    path("flytting/<uuid:uuid>/melding/lag/", notice.make, name="make"),
    path("flytting/<uuid:uuid>/melding/lest/", notice.read, name="read"),
    path("flytting/<uuid:uuid>/plikt/", notice.duty, name="duty"),
    path("elever/<uuid:uuid>/skolegang/", pupil.history, name="history"),
    path("elever/<uuid:uuid>/flytt/", pupil.begin, name="begin"),
    path("elever/<uuid:uuid>/skoleplass/", arrivals.give_place, name="give_place"),
    path("elever/<uuid:uuid>/slett-fra-skolear/", pupil.remove, name="remove"),
]
