"""Pictures of traces: in the terminal, as SVG, as one page of HTML, as Chrome's trace format, as CSV."""
