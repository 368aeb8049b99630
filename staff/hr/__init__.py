"""The municipality's staff register: files from HR, and what they change here."""
