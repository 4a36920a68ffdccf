"""The Flask application: the session service, the bakery API and the pages."""
