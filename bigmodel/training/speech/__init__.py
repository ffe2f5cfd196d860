"""Speech recognition: CTC, Whisper, decoding, baseline."""
