"""A voice that says any sentence: from symbols of a text to the loudness of pitches by a network, and from that to sound."""
