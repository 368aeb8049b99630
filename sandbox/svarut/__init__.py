"""A stand-in for KS SvarUt: send v3, status v3, events and look-up v2, strict about what it is sent, with faults."""
