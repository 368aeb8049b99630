"""Fiks IO and a practice archive that speaks Fiks Arkiv v1, on this machine and with faults on order."""
