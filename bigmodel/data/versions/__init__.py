"""Versions of datasets on disk: writing, checking, splitting, revising."""
