import os

from django.core.wsgi import get_wsgi_application
from django.urls import reverse

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "schoolapp.settings")

application = get_wsgi_application()
# Every screen is loaded before the server forks, so that nobody waits for that, and the workers share it.
reverse("home")
