"""The authentication backend. Being completed: for now it only finds the user of a session."""

from accessctl.models import User


class ProviderBackend:
    def authenticate(self, request, **credentials):
        return None

    def get_user(self, user_id):
        return User.objects.filter(pk=user_id, is_active=True).first()
