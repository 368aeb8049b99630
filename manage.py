#!/usr/bin/env python
import os
import sys

import pghistory
from django.core.management import execute_from_command_line

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "schoolapp.settings")
    with pghistory.context(job=" ".join(["manage.py", *sys.argv[1:2]])):
        execute_from_command_line(sys.argv)
