"""The version of ecograph, read by the package metadata and written into run.json."""

__version__ = "0.1.0"
