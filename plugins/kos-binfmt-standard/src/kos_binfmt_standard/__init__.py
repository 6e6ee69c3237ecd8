"""What exec understands: `#!` scripts and native programs."""
