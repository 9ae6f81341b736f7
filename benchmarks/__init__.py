"""What formsvc costs beside a bare Flask application on the same server and database: see README.md."""
