"""The explorer: the map as one page of our own; its script is made from ``frontend/``."""
