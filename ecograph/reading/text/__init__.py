"""Read delimited text: encoding, dialect, and rows that are broken."""
