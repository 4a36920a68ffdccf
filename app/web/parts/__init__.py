"""What all pages are made of: assets, formats, charts, notices, errors. Start with `formats`."""
