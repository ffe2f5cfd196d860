"""What engines share: plain functions, no task names, no database."""
