"""What is made of a picture by where its hair and face are: hair in another colour (`recolour`). No network in here."""
