"""An evaluation made up for the samples: a support agent of a railway, four tasks, four trials of each."""
