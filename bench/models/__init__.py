"""What models reach, in which time: each medium, base and recipe beside its goal."""
