"""The models inside programs that read texts: what they compute, without how their answers are told."""
