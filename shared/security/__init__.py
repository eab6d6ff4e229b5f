"""Who somebody is, what they may do and see, and how personal data, files and the audit trail are kept."""
