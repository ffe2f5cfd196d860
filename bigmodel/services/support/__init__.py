"""Problem reports without personal data, and snapshots of an installation whose disk is not kept."""
