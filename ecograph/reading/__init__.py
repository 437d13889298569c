"""Read files as tables of text; match them to the schema; read what cells say."""
