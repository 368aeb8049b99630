"""Where documents of the school begin that this app makes itself."""

from accessctl.permissions import Permission
from documents.flows import begin_at

begin_at("gruppeoversikter", "documents:overviews", Permission.RUN_ARCHIVE)
