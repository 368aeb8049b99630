from typing import Any

from django.core.management.base import BaseCommand

from accessctl.actions import install_roles
from documents.template_actions import install_types


class Command(BaseCommand):
    help = "Install the roles, document types and templates the system comes with. Safe to repeat."

    def handle(self, *args: Any, **options: Any) -> None:
        roles, templates = install_roles(), install_types()
        self.stdout.write(f"roles: {roles} new; document types and templates: {templates} new or renewed")
