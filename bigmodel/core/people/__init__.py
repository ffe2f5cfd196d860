"""Values of people: who shares an installation, and what a speaker agreed to."""
