"""The OpenAPI document of the API, and the page that shows it: made here, served by the discovery function."""
