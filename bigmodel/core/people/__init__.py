"""Values of people who share an installation."""
