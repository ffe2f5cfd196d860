"""Processes of this machine: who they are, their limits, and how they are ended. Linux and macOS."""
