"""The command line `hairnet-data`."""
