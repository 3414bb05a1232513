"""The command line `hairnet-model`."""
