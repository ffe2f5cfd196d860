"""What a browser gets of Gradio's half: less, later and quicker than Gradio would send it; what is not found there is left as it is."""
