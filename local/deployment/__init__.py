"""From nothing to a site on AWS, from one release to the next, and back to nothing."""
