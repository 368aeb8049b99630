from django.urls import path

from guardians.views import blocks, guardian, own, protection, relations

app_name = "guardians"
urlpatterns = [
    path("foresatt/", guardian.home, name="home"),
    path("foresatt/mine-opplysninger/", own.contact, name="contact"),
    path("foresatt/barn/<uuid:uuid>/tilgang/", own.access, name="access"),
    path("elever/<uuid:uuid>/foresatte/", relations.tab, name="tab"),
    path("elever/<uuid:uuid>/foresatte/ny/", relations.propose, name="propose"),
    path("elever/<uuid:uuid>/foresatte/sperr/", blocks.block, name="block"),
    path("elever/<uuid:uuid>/foresatte/omsorg/", blocks.care, name="care"),
    path("elever/<uuid:uuid>/skjerm/", protection.shield, name="shield"),
    path("foresatte/til-godkjenning/", relations.queue, name="queue"),
    path("foresatte/relasjon/<uuid:uuid>/", relations.relation_page, name="relation"),
    path("foresatte/relasjon/<uuid:uuid>/godkjenn/", relations.confirm, name="confirm"),
    path("foresatte/relasjon/<uuid:uuid>/avsla/", relations.reject, name="reject"),
    path("foresatte/relasjon/<uuid:uuid>/avslutt/", relations.end, name="end"),
    path("foresatte/relasjon/<uuid:uuid>/kontroller/", relations.recheck, name="recheck"),
    path("foresatte/relasjon/<uuid:uuid>/apne/", relations.let_in, name="let_in"),
    path("foresatte/relasjon/<uuid:uuid>/mottar/", relations.receiving, name="receiving"),
    path("foresatte/sperrer/", blocks.block_list, name="blocks"),
    path("foresatte/sperrer/<uuid:uuid>/opphev/", blocks.lift, name="lift"),
    path("foresatte/sperrer/<uuid:uuid>/forleng/", blocks.prolong, name="prolong"),
    path("foresatte/forsok/<uuid:uuid>/sett/", blocks.seen, name="seen"),
    path("adressesperre/", protection.protected_list, name="protected"),
    path("adressesperre/skjermet/", protection.shielded, name="shielded"),
    path("adressesperre/familie/<uuid:uuid>/", protection.family, name="family"),
    path("adressesperre/familie/<uuid:uuid>/innsyn/", protection.give_sight, name="give_sight"),
    path("adressesperre/innsyn/<uuid:uuid>/avslutt/", protection.end_sight, name="end_sight"),
    path("adressesperre/portal/<uuid:uuid>/", protection.portal, name="portal"),
    path("adressesperre/person/<uuid:uuid>/opphev/", protection.lower, name="lower"),
    path("adressesperre/person/<uuid:uuid>/vurder/", protection.review, name="review"),
    path("adressesperre/forslag/<uuid:uuid>/", protection.decide, name="decide"),
    path("adressesperre/skjerming/<uuid:uuid>/", protection.followed_up, name="followed_up"),
]
