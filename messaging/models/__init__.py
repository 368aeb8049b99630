from messaging.models.dispatch import Dispatch, DispatchAttempt, DispatchQuerySet, Peer
from messaging.models.prices import Price

__all__ = ["Dispatch", "DispatchAttempt", "DispatchQuerySet", "Peer", "Price"]
