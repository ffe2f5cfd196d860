"""Diffusion models of others that work on latents (the Stable Diffusion family): low-rank adapters on them, and how pictures are drawn."""
