from django.urls import path

from staff.views import pay, people, planning, sync

app_name = "staff"
urlpatterns = [
    path("ansatte/", people.people, name="people"),
    path("ansatte/<uuid:uuid>/", people.person, name="person"),
    path("ikt-skjema/", people.orders, name="orders"),
    path("ikt-skjema/sendt/", people.deliveries, name="deliveries"),
    path("ikt-skjema/sendt/<uuid:uuid>/", people.delivery, name="delivery"),
    path("ikt-skjema/<uuid:uuid>/", people.order, name="order"),
    path("ansattsynk/", sync.overview, name="sync"),
    path("ansattsynk/kjor/", sync.run_now, name="sync_run_now"),
    path("ansattsynk/kjoring/<uuid:uuid>/", sync.run, name="sync_run"),
    path("ansattsynk/kjoring/<uuid:uuid>/godta/", sync.accept, name="sync_accept"),
    path("ansattsynk/mangler/<uuid:uuid>/", sync.missing, name="missing"),
    path("ansattsynk/enheter/", sync.units, name="units"),
    path("ansattsynk/enheter/<uuid:uuid>/", sync.unit, name="unit"),
    path("variabel-lonn/", pay.lines, name="pay"),
    path("variabel-lonn/ny/", pay.new, name="pay_new"),
    path("variabel-lonn/godkjenn/", pay.decide, name="pay_decide"),
    path("variabel-lonn/overfor/", pay.transfer, name="pay_transfer"),
    path("variabel-lonn/overforing/<uuid:uuid>/", pay.batch, name="pay_batch"),
    path("variabel-lonn/overforing/<uuid:uuid>/fil/", pay.batch_file, name="pay_file"),
    path("variabel-lonn/<uuid:uuid>/", pay.line, name="pay_line"),
    path("stillingsplan/", planning.plan, name="plan"),
    path("stillingsplan/ny/", planning.new, name="plan_new"),
    path("stillingsplan/kopier/", planning.copy, name="plan_copy"),
    path("stillingsplan/<uuid:uuid>/", planning.lessons, name="plan_lessons"),
]
