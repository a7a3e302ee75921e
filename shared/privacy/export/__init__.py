"""All data of one person in one archive (Data Policy 4.1)."""
