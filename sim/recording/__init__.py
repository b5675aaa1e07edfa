"""What a run leaves behind: event tables, summary, manifest, digest."""
