from typing import Any

from django.core.management.base import BaseCommand

from accessctl.actions import install_roles
from documents.guide import install_words
from documents.installing import install_types
from documents.older import install_older_sources
from schools.subjects.bundled import install_subjects


class Command(BaseCommand):
    help = "Install the roles, document types and templates the system comes with. Safe to repeat."

    def handle(self, *args: Any, **options: Any) -> None:
        roles, templates, subjects = install_roles(), install_types(), install_subjects()
        self.stdout.write(f"roles: {roles} new; document types and templates: {templates} new or renewed")
        self.stdout.write(f"subjects: {subjects} new; places of older documents: {install_older_sources()} new")
        self.stdout.write(f"words that warn: {install_words()} new")
