"""Pictures and recordings after steps of cleaning, and the limited child in which kept ones go through them."""
