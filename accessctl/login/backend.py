class ProviderBackend:
    """Placeholder until the login is in place."""
