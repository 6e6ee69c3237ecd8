"""Memory and load: free, vmstat, pmap."""
