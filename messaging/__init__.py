"""Threads, notices and channels (SvarUt, e-mail, SMS, push). Takes plain letters; knows no document model."""
