"""A prepared dataset on disk: its records, checksums, table, descriptions, and the sources it came from."""
