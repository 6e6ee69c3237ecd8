"""jq and yq: JSON and YAML taken apart and put together by programs of the language jq."""
