"""A questionnaire as an XLSX form: filled in without a network, read as if it were typed into the page (M28)."""
