from django.urls import path

from messaging.views import costs, log, officer, one

app_name = "messaging"
urlpatterns = [
    path("rapporter/utsendinger/", log.dispatch_log, name="log"),
    path("rapporter/utsendinger/fil/", log.export, name="export"),
    path("rapporter/utsendinger/status/", log.ask_status, name="ask_status_all"),
    path("rapporter/utsendinger/send-pa-nytt/", log.send_many, name="send_many"),
    path("rapporter/utsendinger/kostnader/", costs.meter, name="costs"),
    path("adressesperre/brev/", officer.held, name="held"),
    path("adressesperre/brev/<uuid:uuid>/", officer.decide, name="decide"),
    path("rapporter/utsendinger/<uuid:uuid>/", one.letter, name="letter"),
    path("rapporter/utsendinger/<uuid:uuid>/send-pa-nytt/", one.send_again, name="send_again"),
    path("rapporter/utsendinger/<uuid:uuid>/trekk-tilbake/", one.withdraw, name="withdraw"),
    path("rapporter/utsendinger/<uuid:uuid>/status/", one.ask_status, name="ask_status"),
]
