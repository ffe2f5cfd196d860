"""Write down what is said in a recording, in the letters of the person's own transcripts."""
