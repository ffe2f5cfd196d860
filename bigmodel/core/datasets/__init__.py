"""Values of datasets: versions, rows, and what a preview of new rows shows."""
