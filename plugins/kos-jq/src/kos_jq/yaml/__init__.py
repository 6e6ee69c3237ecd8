"""yq: jq's programs for YAML. Only what is here imports PyYAML."""
