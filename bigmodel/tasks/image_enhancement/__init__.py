"""Image enhancement: pictures in, sharper or cleaner pictures out."""
