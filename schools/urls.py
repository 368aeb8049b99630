from django.urls import path

from schools.calendar import views as calendar
from schools.subjects import views as subjects
from schools.views import staff, wheel

app_name = "schools"
urlpatterns = [
    path("i-dag/", staff.today, name="today"),
    path("oppsett/skolerute/", calendar.overview, name="calendar"),
    path("oppsett/skolerute/ny/", calendar.new, name="calendar_new"),
    path("oppsett/skolerute/<uuid:uuid>/", calendar.change, name="calendar_entry"),
    path("oppsett/fag/", subjects.subjects, name="subjects"),
    path("oppsett/fag/les-inn/", subjects.upload, name="subjects_upload"),
    path("oppsett/fag/les-inn/<uuid:uuid>/", subjects.preview, name="subjects_preview"),
    path("arshjul/", wheel.wheel, name="wheel"),
    path("arshjul/<slug:duty>/", wheel.duty, name="duty"),
]
