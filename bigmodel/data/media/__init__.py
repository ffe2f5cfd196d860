"""Pictures and sounds, taken in safely: importing this package alone must load no decoder."""
