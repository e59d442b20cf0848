# Debian packages, by cpack.
