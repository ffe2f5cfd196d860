"""Views of the check-up on the Data tab: findings, cleaning, doubtful labels, and how rows are parted."""
