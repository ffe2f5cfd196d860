"""The check-up of a version before anything learns from it: findings in a limited child, and the repairs."""
