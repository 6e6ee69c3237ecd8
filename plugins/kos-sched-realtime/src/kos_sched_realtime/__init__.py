"""Real-time schedulers: who is urgent is known from deadlines and periods. One algorithm a file."""
