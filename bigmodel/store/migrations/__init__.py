"""The steps from each release's database to the next; a revision that was released is never edited."""
