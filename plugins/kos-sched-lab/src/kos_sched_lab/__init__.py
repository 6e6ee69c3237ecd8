"""A laboratory of schedulers: workloads, a simulation that drives the real drivers, figures, charts."""
