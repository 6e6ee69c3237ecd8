"""zip, unzip, zipinfo."""
