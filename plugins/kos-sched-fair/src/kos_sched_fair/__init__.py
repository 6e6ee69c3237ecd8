"""Fair schedulers: everybody gets a share of the CPU by weight. cfs and eevdf, as Linux has them; one algorithm a file."""
