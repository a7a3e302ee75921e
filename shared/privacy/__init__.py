"""The data rights of the Data Policy, section 4."""
